"""Turn the templates in ``training/written/templates`` into labelled rows, the same every time.

A template file holds sections; every line below a header is one template::

    @ seo-self-promotion en spam copies=3
    Nice {post|read}! More tips at <site> :)
    Buy now <site> || ?toxicity

A header names the kind, the language and the heads that are 1; all other heads are 0, and a head
with a question mark is left unstated. ``||`` at the end of a line adds heads for that line alone.
In the text ``{a|b}`` is a choice (may be nested, may be empty), ``<name>`` a word from
``slots.txt``, ``<99>`` as many random digits, ``\\n`` a line break. ``copies`` bounds how many rows
one template yields, and all of them share one group, so no split separates them. Words are dealt
like cards, so each word of a slot turns up equally often within a file.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from service.scoring.labels import HEADS
from training.typing_noise import typed

WRITTEN = Path(__file__).parent / "written"
Row = dict[str, str | int]

_CHOICE = re.compile(r"\{([^{}]*)\}")
_DIGITS = re.compile(r"<(9+)>")
_SLOT = re.compile(r"<([a-z_]+)>")


@dataclass(frozen=True)
class Template:
    """One line of a template file with what its section says about it."""

    text: str
    kind: str
    lang: str
    copies: int
    heads: frozenset[str]
    unstated: frozenset[str]

    def row(self, text: str, stem: str) -> Row:
        """Label one expansion of this template."""
        labels = {h: int(h in self.heads) for h in HEADS if h not in self.unstated}
        digest = hashlib.sha256(self.text.encode()).hexdigest()[:10]
        group = f"written-{stem}-{digest}"
        return {"text": text, **labels, "lang": self.lang, "kind": self.kind, "group": group}


@dataclass
class Decks:
    """Slot words, dealt from shuffled decks so that every word comes up equally often."""

    slots: dict[str, list[str]]
    rng: Random
    _left: dict[str, list[str]] = field(default_factory=dict)

    def deal(self, slot: str) -> str:
        """Return the next word of a slot."""
        if not self._left.get(slot):
            self._left[slot] = self.rng.sample(self.slots[slot], len(self.slots[slot]))
        return self._left[slot].pop()


def read_slots(path: Path) -> dict[str, list[str]]:
    """Read ``[name]`` sections of one word or phrase per line."""
    slots: dict[str, list[str]] = {}
    for line in _lines(path):
        if line.startswith("["):
            current = slots.setdefault(line.strip("[]"), [])
        else:
            current.append(line)
    return slots


def read_templates(path: Path) -> Iterator[Template]:
    """Read the templates of one file."""
    for line in _lines(path):
        if line.startswith("@ "):
            kind, lang, *words = line[2:].split()
        else:
            text, _, more = line.partition(" || ")
            yield _template(text, kind, lang, words + more.split())


def _template(text: str, kind: str, lang: str, words: list[str]) -> Template:
    copies = next((int(w.removeprefix("copies=")) for w in words if w.startswith("copies=")), 1)
    names = [w for w in words if not w.startswith("copies=")]
    unstated = frozenset(name[1:] for name in names if name.startswith("?"))
    heads = frozenset(name for name in names if not name.startswith("?"))
    if unknown := (heads | unstated) - set(HEADS):
        raise ValueError(f"unknown head {sorted(unknown)} at: {text[:60]}")
    return Template(text.strip(), kind, lang, copies, heads, unstated)


def _lines(path: Path) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#! "):
            yield line.strip()


def fill(text: str, decks: Decks, rng: Random) -> str:
    """Fill choices, slots and digits until none is left."""
    while True:
        filled = _CHOICE.sub(lambda m: rng.choice(m[1].split("|")), text)
        if filled == text:
            filled = _SLOT.sub(lambda m: decks.deal(m[1]), text)
        if filled == text:
            break
        text = filled
    text = _DIGITS.sub(lambda m: "".join(rng.choice("0123456789") for _ in m[1]), text)
    return re.sub(r" {2,}", " ", text.replace("\\n", "\n")).strip()


def expand(template: Template, decks: Decks, rng: Random) -> list[str]:
    """Return up to ``copies`` different texts; the first is tidy, later ones may be typed."""
    texts: dict[str, None] = {}
    for attempt in range(template.copies * 3):
        text = fill(template.text, decks, rng)
        texts[typed(text, rng) if attempt else text] = None
        if len(texts) == template.copies:
            break
    return list(texts)


def rows_of(path: Path, slots: dict[str, list[str]], seed: int = 0) -> Iterator[Row]:
    """Yield the rows of one template file."""
    rng = Random(f"{seed}:{path.stem}")  # noqa: S311 - reproducible text, not a secret
    decks = Decks(slots, rng)
    for template in read_templates(path):
        for text in expand(template, decks, rng):
            yield template.row(text, path.stem)


def write_all(written: Path = WRITTEN, seed: int = 0) -> dict[str, int]:
    """Write one JSON-lines file per template file; return the number of rows of each."""
    templates = written / "templates"
    slots = read_slots(templates / "slots.txt")
    counts = {}
    for path in sorted(templates.glob("*.txt")):
        if path.name != "slots.txt":
            rows = [json.dumps(row, ensure_ascii=False) for row in rows_of(path, slots, seed)]
            (written / f"{path.stem}.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
            counts[path.stem] = len(rows)
    return counts


if __name__ == "__main__":
    for stem, count in write_all().items():
        print(f"{count:6,} {stem}")
