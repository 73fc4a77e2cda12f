"""One day of a news site: words alone against words with signals, waves and people's pasts.

Peer: the same model and budgets without any signal. Plays 10,000 ordinary comments, 500 insults,
a gambling wave of 5,000 near copies under 3,000 names within an hour, SEO spam with keyword
names, readers who quote spam to complain about it, and an editor who answers fast. Texts are from
sets that the model was never trained on; `--data` names the folder that has them.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import random
import statistics
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from unittest import mock

from sqlalchemy import text as sql

from service import checks, policy
from service.access import Access
from service.checks.sketch import Sketch
from service.comments import Arrival, Case, Decision, History, Site
from service.errors import Conflict, TooMany
from service.moderation import Moderation
from service.rules import Rules
from service.scoring.scorer import Scorer
from service.storage.engine import open_database
from service.storage.migrate import migrate
from service.surroundings import Surroundings
from training.obfuscate import WAYS, obfuscate

DATA = Path("../shared/data/eval")
CARDS = "SELECT count(DISTINCT coalesce(wave_id, id)) FROM comments WHERE verdict = 'hold'"
SECRET = b"benchmarks need no secret of their own, only 32 bytes"
ORDINARY = ("id-youtube-gambling-b", "en-news-forum-insults", "en-youtube-spam-pilot")
INSULTING = ("id-instagram-bullying", "en-news-forum-insults")

WAVE = (
    "Awalnya cuma coba coba di {brand} eh malah keterusan karena tiap malam pasti ada hasilnya {e}",
    "Makasih {brand} berkat kalian cicilan motor saya lunas bulan ini, kalian harus coba juga {e}",
    "Sudah pindah ke mana mana tetap balik lagi ke {brand}, pencairan cepat dan tidak ribet {e}",
)
BRANDS = ("koko", "raja", "bento", "naga", "mawar", "indo", "mega", "luna", "zeta", "garuda")
SEO = (
    "Very informative article, I will share it with my colleagues. Keep up the good work.",
    "Thank you for this helpful information about the topic, it helped me a lot today.",
    "I was searching for this kind of content since last week. Great job by the writer.",
    "Your blog is amazing, the way you explain every point is easy to understand.",
    "Terima kasih informasinya sangat bermanfaat, ditunggu artikel berikutnya ya admin.",
)
KEYWORDS = ("cheap movers dubai", "best seo agency", "jasa backlink murah", "buy sofa online")
# Forms that the rule's words were not written for: searches without a word of trade, people's
# names before shops, pages deep within a website.
SEARCHES = ("electric oven", "dubai desert safari", "paket wisata bromo", "apartemen bsd city")
PEOPLE = ("Rina Wulandari", "Andrea Miller", "Joko Susilo", "Maria Clara")
SHOPS = ("https://{slug}.example/", "https://toko-{slug}.example/produk/{slug}-terbaru.html")
BLOGS = (
    "https://{slug}.example/",
    "https://{slug}.blogspot.com/2026/11/catatan-minggu-ini.html",
    "https://www.{slug}.web.id/tentang",
    "https://instagram.com/{slug}",
)
COMPLAINTS = (
    "Admin tolong dong dihapus, komentar begini muncul terus di tiap berita: {spam}",
    "Kenapa yang seperti ini dibiarkan oleh redaksi? Bikin malas baca komentar: {spam}",
)
EDITOR = "Terima kasih masukannya, Pak {name}. Kami sudah perbaiki data di paragraf ke-{number}."


@dataclass(frozen=True, slots=True)
class Event:
    """One arrival of the day, at a second of it, and what it really is."""

    second: float
    kind: str
    arrival: Arrival


class Day:
    """Plays events through the real core on a SQLite file, with a clock that follows them."""

    def __init__(self, home: Path, scorer: Scorer) -> None:
        self.now = datetime(2026, 11, 23, tzinfo=UTC)
        self.database = open_database(f"sqlite:///{home / 'day.db'}")
        migrate(self.database)
        access = Access(self.database, SECRET, self._clock)
        access.add_site("day")
        self.site: Site = access.named_site("day")
        self.core = Moderation(self.database, scorer, SECRET, self._clock, Silence(), lambda: 1.0)

    def cards(self) -> int:
        """What waits for a moderator: held comments, each wave once."""
        with self.database.read() as tx:
            return tx.execute(sql(CARDS)).scalar_one()

    def _clock(self) -> datetime:
        return self.now

    def play(self, event: Event) -> tuple[Case | None, float]:
        """The case, or None for a twin or a flood that was refused, and the seconds spent."""
        self.now = datetime(2026, 11, 23, tzinfo=UTC) + timedelta(seconds=event.second)
        start = perf_counter()
        try:
            case = self.core.submit(self.site, event.arrival)
        except (Conflict, TooMany):
            return None, perf_counter() - start
        return case, perf_counter() - start


class Silence:
    """A meter that measures nothing."""

    def phase(self, name: str, seconds: float) -> None: ...
    def judged(self, decision: Decision) -> None: ...
    def scorer_failed(self, error: Exception) -> None:
        raise error


def words_only(case: Case) -> str:
    """What the scores alone say of the same comment."""
    unsure = [s for s in case.decision.reasons if s.code in ("LANGUAGE_UNSURE", "NOT_SCORED")]
    alone = replace(case.decision, context={})
    return policy.replay(alone, case.submission, Rules(), signals=tuple(unsure)).verdict


def texts(data: Path, names: tuple[str, ...], head: str, label: str) -> list[str]:
    """Distinct texts of some sets with one label, each set in turn."""
    found: dict[str, None] = {}
    for name in names:
        with gzip.open(data / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                judged = row[head] or (row["spam"] if head == "toxicity" and label == "0" else "")
                if judged == label and len(row["text"]) <= 5000:
                    found[row["text"]] = None
    return list(found)


def events(data: Path, chance: random.Random) -> list[Event]:
    """The whole day in order."""
    played = [*_ordinary(data, chance), *_insults(data, chance), *_wave(chance), *_seo(chance)]
    played += [*_complaints(chance), *_editor()]
    return sorted(played, key=lambda event: event.second)


def _event(kind: str, second: float, text: str, name: str, page: int, url: str = "") -> Event:
    email = f"{name.replace(' ', '.')}@example.com"
    return Event(second, kind, Arrival(text, name, email, url, permalink=f"/artikel/{page}"))


def _ordinary(data: Path, chance: random.Random) -> Iterator[Event]:
    pool = texts(data, ORDINARY, "toxicity", "0")
    chance.shuffle(pool)
    for number, text in enumerate(pool[:10_000]):
        reader = chance.randrange(6000)
        url = _blog(reader) if reader % 10 == 0 else ""
        kind = "with blog" if url else "ordinary"
        yield _event(kind, chance.uniform(0, 86400), text, f"pembaca {reader}", number % 80, url)


def _blog(reader: int) -> str:
    """A page of one's own, named after its owner: one reader in ten gives it."""
    return BLOGS[reader // 10 % len(BLOGS)].format(slug=f"pembaca{reader}")


def _insults(data: Path, chance: random.Random) -> Iterator[Event]:
    pool = texts(data, INSULTING, "toxicity", "1")
    for number, text in enumerate(chance.sample(pool, 500)):
        yield _event("insult", chance.uniform(0, 86400), text, f"kasar {number}", number % 80)


def _wave(chance: random.Random) -> Iterator[Event]:
    ways = [way for way in WAYS if way != "upside_down"]
    for number in range(5000):
        brand = chance.choice(BRANDS) + str(chance.randrange(10, 99))
        if chance.random() < 0.7:
            brand = obfuscate(brand.upper(), chance.choice(ways), chance, share=1.0)
        text = WAVE[0].format(brand=brand, e=chance.choice("🔥🎉💯🙏😂") * chance.randrange(3))
        name = f"wd {chance.randrange(3000)}"
        yield _event("wave", 36_000 + chance.uniform(0, 3600), text, name, number % 80)


def _seo(chance: random.Random) -> Iterator[Event]:
    for number in range(100):
        name = f"{chance.choice(KEYWORDS)} {number}"
        url = f"https://{name.replace(' ', '-')}.example/"
        yield _event("seo", chance.uniform(0, 86400), chance.choice(SEO), name, number % 80, url)
    for number in range(100):
        words = chance.choice(SEARCHES)
        name = words if number % 2 else chance.choice(PEOPLE)
        url = SHOPS[number % 4 // 2].format(slug=words.replace(" ", "-"))
        at = chance.uniform(0, 86400)
        yield _event("seo unseen", at, chance.choice(SEO), f"{name} {number}", number % 80, url)


def _complaints(chance: random.Random) -> Iterator[Event]:
    for number in range(20):
        spam = WAVE[0].format(brand=chance.choice(BRANDS) + "88", e="")
        text = chance.choice(COMPLAINTS).format(spam=spam)
        yield _event("complaint", 37_000 + number * 60, text, f"resah {number}", number)


def _editor() -> Iterator[Event]:
    for number in range(60):
        text = EDITOR.format(name=f"Pembaca {number}", number=number % 9 + 1)
        yield _event("editor", 50_000 + number * 4, text, "redaksi", number)


def table(day: Day, played: list[tuple[Event, Case | None]]) -> None:
    """Verdicts by kind, for words alone and for words with signals; and the cards to rule on."""
    print(f"{'kind':10} {'sent':>6} | {'words only':^23} | {'words + signals':^31}")
    print(f"{'':17} | {'accept':>7} {'hold':>7} {'reject':>7} | ", end="")
    print(f"{'accept':>7} {'hold':>7} {'reject':>7} {'refused':>7}")
    kinds = ("ordinary", "with blog", "editor", "complaint", "insult", "wave", "seo", "seo unseen")
    for kind in kinds:
        mine = [case for event, case in played if event.kind == kind]
        alone = Counter(words_only(case) for case in mine if case)
        both = Counter(case.decision.verdict if case else "refused" for case in mine)
        row = [alone[v] for v in ("accept", "hold", "reject")]
        row += [both[v] for v in ("accept", "hold", "reject", "refused")]
        first = " ".join(f"{n:7}" for n in row[:3])
        print(f"{kind:10} {len(mine):6} | {first} | {' '.join(f'{n:7}' for n in row[3:])}")
    cases = [case for _, case in played if case]
    print(f"\ncards, words only:      {sum(words_only(case) == 'hold' for case in cases)}")
    print(f"cards, words + signals: {day.cards()}")


def cost(scorer: Scorer, sample: list[Event], rounds: int = 5) -> None:
    """Microseconds per submission with and without signals; medians of alternating rounds."""
    spent: dict[str, list[float]] = {"with": [], "without": []}
    for _ in range(rounds):
        for how, seconds in spent.items():
            with tempfile.TemporaryDirectory() as home:
                day = Day(Path(home), scorer)
                with _signals(how == "with"):
                    seconds.append(sum(day.play(event)[1] for event in sample) / len(sample))
    with_, without = (statistics.median(spent[how]) * 1e6 for how in ("with", "without"))
    print(f"\ncore, with signals {with_:.0f} µs, without {without:.0f} µs per submission: ", end="")
    print(f"signals add {with_ - without:.0f} µs, {(with_ - without) / with_:.0%} of the core")


def _signals(on: bool) -> AbstractContextManager[object]:
    if on:
        return nullcontext()
    nothing = Surroundings(History(), (), Sketch((), b""))
    stack = ExitStack()
    stack.enter_context(mock.patch("service.surroundings.gather", return_value=nothing))
    stack.enter_context(
        mock.patch.object(checks, "signals", lambda _s, scores, *_: tuple(checks.language(scores)))
    )
    return stack


def main() -> None:
    """Play the day and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--models", type=Path, default=Path("models"))
    asked = parser.parse_args()
    if not asked.data.is_dir():
        print(f"skipped: no evaluation sets in {asked.data}")
        return
    chance = random.Random(2026)
    day_long = events(asked.data, chance)
    scorer = Scorer.load(asked.models)
    with tempfile.TemporaryDirectory() as home:
        day = Day(Path(home), scorer)
        played = [(event, day.play(event)[0]) for event in day_long]
        table(day, played)
    cost(scorer, chance.sample(day_long, 1500))


if __name__ == "__main__":
    main()
