"""Near copies: ours against datasketch's MinHash and MinHashLSH, speed and quality in one run.

Waves are made from templates written here: each copy has another brand, font, emoji, an added
word and a word changed. With `--data DIR` (gzipped CSV with text, spam, group) the groups of real
near copies and joins among ordinary comments are measured as well.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from datasketch import MinHash, MinHashLSH

from service.checks.folding import fold
from service.checks.sketch import NEAR_COPY, Sketch, similarity, sketch

TEMPLATES = (
    "Semalam coba modal receh di {brand} langsung cair jutaan, terima kasih banyak admin",
    "Yang belum tahu {brand} rugi besar bosku, tiap malam pasti dapat bonus saldo gratis",
    "Baru daftar di {brand} tadi pagi, sorenya sudah bisa beli motor baru buat istri",
    "Jangan percaya situs lain kawan, cuma {brand} yang terbukti membayar lunas kemenangan",
    "Capek kerja lembur terus, untung ada {brand} yang bikin dompet selalu tebal setiap hari",
)
HONEST = (
    "Harga beras naik terus, pemerintah harus segera turun tangan membantu rakyat kecil",
    "Pemerintah jangan diam saja, harga beras sudah mencekik rakyat di kampung saya",
    "Semoga korban banjir segera mendapat bantuan, jalan ke desa kami juga masih putus",
    "Semoga pak bupati amanah dan segera memperbaiki jalan desa kami yang sudah lama putus",
    "Wasitnya berat sebelah, timnas kita jelas lebih baik dari lawan di babak kedua",
    "Timnas main bagus di babak kedua, sayang wasit tidak melihat pelanggaran itu",
)
BRANDS = ("AERO88", "PULAU777", "KYT4D", "ALEXIS17", "WETON88", "MACANTOTO", "HOKI99")
ADDED = ("gas", "mantap", "bosku", "banget", "sumpah", "guys")
EMOJI = "🔥⭐🎰😂❤💎"
JOIN = Callable[[str], bool]


def disguised(brand: str, dice: random.Random) -> str:
    """The brand plain, spaced, struck through or in one of two mathematical alphabets."""
    base = dice.choice((0, 1, 2, 0x1D400, 0x1D5D4))
    if base > 2:
        return "".join(chr(base + ord(c) - 65) if c.isalpha() else c for c in brand)
    return (brand, " ".join(brand), "".join(c + "\u0336" for c in brand))[base]


def copy_of(template: str, dice: random.Random) -> str:
    """Another copy: brand, font, emoji, one word more and one word changed."""
    words = template.split()
    place = dice.choice([i for i, word in enumerate(words) if len(word) > 4 and word.isalpha()])
    words[place] = dice.choice(ADDED)
    words.insert(dice.randrange(len(words)), dice.choice(EMOJI))
    words.insert(dice.choice((0, len(words))), dice.choice(ADDED))
    return " ".join(words).replace("{brand}", disguised(dice.choice(BRANDS), dice))


def ours() -> JOIN:
    """Whether a text joins an earlier one: banded look-up, then the signature decides."""
    seen: dict[int, list[Sketch]] = defaultdict(list)

    def join(text: str) -> bool:
        made = sketch(text, "site")
        near = (other for band in made.bands for other in seen[band])
        found = any(similarity(made.signature, other.signature) >= NEAR_COPY for other in near)
        for band in made.bands:
            seen[band].append(made)
        return found

    return join


def minhash(text: str) -> MinHash:
    """datasketch as its documentation shows it, on the same kind of shingles, unfolded text."""
    made = MinHash(num_perm=64)
    lowered = text.lower()
    made.update_batch([lowered[i : i + 4].encode() for i in range(len(lowered) - 3)])
    return made


def theirs(prepare: Callable[[str], str]) -> JOIN:
    """The same with MinHashLSH at the same threshold."""
    index = MinHashLSH(threshold=NEAR_COPY, num_perm=64)
    numbers = iter(range(1 << 30))

    def join(text: str) -> bool:
        made = minhash(prepare(text))
        found = bool(index.query(made))
        index.insert(next(numbers), made)
        return found

    return join


def peers() -> dict[str, JOIN]:
    return {
        "saring": ours(),
        "datasketch": theirs(str),
        "datasketch, folded": theirs(lambda text: fold(text).text),
    }


def share(join: JOIN, texts: Iterable[str]) -> float:
    answers = [join(text) for text in texts]
    return sum(answers) / max(len(answers), 1)


def waves(dice: random.Random) -> None:
    """Copies 6 to 200 of each template: how many join; honest comments: how many do."""
    print("waves of 200 mutated copies, share of copies 6 to 200 that join; honest joins")
    copies = [[copy_of(template, dice) for _ in range(200)] for template in TEMPLATES]
    for name, join in peers().items():
        parts = []
        for wave in copies:
            share(join, wave[:5])
            parts.append(share(join, wave[5:]))
        print(f"  {name:<20} {sum(parts) / len(parts):.3f}   {share(join, HONEST):.3f}")


def speed(dice: random.Random) -> None:
    """Microseconds of processor time per sketch (best of five rounds) and ours as a ratio."""
    texts = [copy_of(dice.choice(TEMPLATES), dice) for _ in range(500)]
    makers = {"saring": lambda text: sketch(text, "site"), "datasketch": minhash}
    cost = {name: min(_round(make, texts) for _ in range(5)) for name, make in makers.items()}
    for name, seconds in cost.items():
        print(f"  {name:<20} {seconds * 1e6:.0f} µs per sketch")
    print(f"  datasketch takes {cost['datasketch'] / cost['saring']:.1f} times as long")


def _round(make: Callable[[str], object], texts: Sequence[str]) -> float:
    start = time.thread_time()
    for text in texts:
        make(text)
    return (time.thread_time() - start) / len(texts)


def measured(data: Path) -> None:
    """Real groups of near copies, and ordinary comments of other groups that were joined."""
    rows = []
    for path in sorted(data.glob("id-*.csv.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            rows += list(csv.DictReader(lines))
    groups = defaultdict(list)
    for row in rows:
        if row["spam"] == "1" and sketch(row["text"], "site").bands:
            groups[row["group"]].append(row["text"])
    several = [texts for texts in groups.values() if len(texts) > 1]
    ordinary = (row for row in rows if row["spam"] != "1" and sketch(row["text"], "site").bands)
    first = {row["group"]: row["text"] for row in ordinary}
    print(
        f"{len(several)} groups of near copies, later ones joined; {len(first)} ordinary comments"
    )
    for name in peers():
        joined = [share(*_after_first(peers()[name], texts)) for texts in several]
        found = share(peers()[name], first.values())
        print(f"  {name:<20} {sum(joined) / len(joined):.3f}   {found:.4f}")


def _after_first(join: JOIN, texts: Sequence[str]) -> tuple[JOIN, Sequence[str]]:
    join(texts[0])
    return join, texts[1:]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    dice = random.Random(11)
    speed(dice)
    waves(dice)
    if options.data:
        measured(options.data)


if __name__ == "__main__":
    main()
