"""Labelled files to rows: checksum, labels, duplicates out, split by group."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.scoring.labels import HEADS, LANGUAGES
from training.config import Config, Dataset, Refused

LABELS = HEADS + LANGUAGES
WRITTEN = Path(__file__).with_name("written")
DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "train"
NAN = float("nan")
_DEV_SHARE = 12
_LANGUAGE_SHARE = 4
_NOT_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Row:
    """One text with what is known of it; labels are 1, 0 or NaN for "not annotated"."""

    text: str
    source: str
    group: str
    split: str
    lang: str
    labels: tuple[float, ...]
    weights: tuple[float, ...]
    sure: bool = True


@dataclass(slots=True)
class Table:
    """Rows as arrays, in a fixed order."""

    rows: list[Row]
    names: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.names = self.names or sorted({row.source for row in self.rows})

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def texts(self) -> list[str]:
        """Raw texts."""
        return [row.text for row in self.rows]

    @property
    def y(self) -> NDArray[np.float64]:
        """Labels, of shape (rows, labels)."""
        return np.array([row.labels for row in self.rows], np.float64).reshape(-1, len(LABELS))

    @property
    def weight(self) -> NDArray[np.float64]:
        """Weights, of shape (rows, labels)."""
        return np.array([row.weights for row in self.rows], np.float64).reshape(-1, len(LABELS))

    @property
    def langs(self) -> NDArray[np.str_]:
        """Language of each row."""
        return np.array([row.lang for row in self.rows])

    @property
    def groups(self) -> NDArray[np.int64]:
        """Number of the data set of each row."""
        return np.array([self.names.index(row.source) for row in self.rows], np.int64)

    def where(self, keep: Iterable[bool]) -> Table:
        """The rows that are kept."""
        return Table([row for row, kept in zip(self.rows, keep, strict=True) if kept], self.names)

    def real(self) -> Table:
        """The rows that we did not write ourselves."""
        return self.where(not row.source.startswith("written-") for row in self.rows)

    def split(self, *names: str) -> Table:
        """The rows of some splits."""
        return self.where(row.split in names for row in self.rows)


def load(
    folder: Path, config: Config, written: Path | None = WRITTEN, before: Sequence[Row] = ()
) -> Table:
    """Rows at hand, every configured data set and the text we wrote, without exact copies.

    Of a text that ``before`` has too, only the rows there stay; those are taken as they are.
    """
    rows: list[Row] = []
    for dataset in config.datasets:
        rows += read(folder / f"{dataset.name}.csv.gz", dataset, config)
    for path in sorted(written.glob("*.jsonl")) if written else ():
        rows += own(path, config)
    return Table(balanced([*before, *unique(rows, before)], config.source_power))


def balanced(rows: list[Row], power: float) -> list[Row]:
    """Weights that grow with less than the size of a data set; a set of 10,000 rows keeps its."""
    sizes = Counter(row.source for row in rows if not row.source.startswith("written-"))
    factor = {source: (size / 10_000) ** power for source, size in sizes.items()}
    return [
        replace(row, weights=tuple(w * factor.get(row.source, 1.0) for w in row.weights))
        for row in rows
    ]


def own(path: Path, config: Config) -> Iterator[Row]:
    """Rows of one file of written text; all copies of a template weigh as one and a bit."""
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    copies = Counter(record["group"] for record in records)
    for record in records:
        group, lang = record["group"], record["lang"]
        factor = config.written_factors.get(path.stem, 1.0) * config.written_weight
        weight = factor / copies[group] ** config.copies_power
        labels = [float(record.get(head, NAN)) for head in HEADS]
        yield Row(
            record["text"],
            f"written-{path.stem}",
            group,
            drawn(group),
            lang,
            (*labels, *_language(lang, (), "")),
            (*[weight] * len(HEADS), *[1.0] * len(LANGUAGES)),
        )


def read(path: Path, dataset: Dataset, config: Config) -> Iterator[Row]:
    """Rows of one file after its checksum agreed."""
    if not path.is_file():
        raise Refused(f"{dataset.name}: {path} does not exist")
    blob = path.read_bytes()
    found = hashlib.sha256(blob).hexdigest()
    if found != dataset.sha256:
        raise Refused(f"{dataset.name}: checksum is {found}, configured is {dataset.sha256}")
    csv.field_size_limit(1 << 30)
    lines = gzip.decompress(blob).decode("utf-8").splitlines(keepends=True)
    for record in csv.DictReader(lines):
        yield _row(record, dataset, config)


def _row(record: dict[str, str], dataset: Dataset, config: Config) -> Row:
    group = f"{dataset.name}/{record['group']}"
    split = _split(record["split"], group, dataset)
    marks = record["labels"].split("|")
    weight = dataset.weight * (config.unsure_weight if "unsure" in marks else 1.0)
    weight *= config.own_weight if "own" in marks else 1.0
    labels, weights = [], []
    for head in HEADS:
        value, share = _label(record[head], head, dataset, config)
        labels.append(value)
        weights.append(weight * share)
    return Row(
        record["text"][: config.max_characters],
        dataset.name,
        group,
        split,
        record["lang"],
        (*labels, *_language(record["lang"], marks, group)),
        (*weights, *[1.0] * len(LANGUAGES)),
        "unsure" not in marks,
    )


def _label(value: str, head: str, dataset: Dataset, config: Config) -> tuple[float, float]:
    if value:
        return float(value), 1.0
    return (0.0, config.weak_weight) if head in dataset.weak else (NAN, 0.0)


def _language(lang: str, marks: Sequence[str], group: str) -> tuple[float, ...]:
    """Language labels of a quarter of the rows, which is plenty; regional tongues are ``other``."""
    if lang == "mixed":
        return (1.0, 1.0, 0.0)
    plenty = bool(group) and lang in ("id", "en") and "regional" not in marks
    if plenty and _draw(group, "lang", _LANGUAGE_SHARE):
        return (NAN,) * len(LANGUAGES)
    name = "other" if "regional" in marks or lang not in ("id", "en") else lang
    return tuple(float(name == language) for language in LANGUAGES)


def _split(split: str, group: str, dataset: Dataset) -> str:
    """The suggested split; sets that suggest no dev part give a twelfth of their groups to it."""
    if split == "train" and dataset.name in _WITHOUT_DEV and not _draw(group, "dev", _DEV_SHARE):
        return "dev"
    return split if split in ("train", "dev", "test") else "test"


_WITHOUT_DEV = frozenset({"en-wikipedia-talk", "en-youtube-spam"})


def drawn(group: str) -> str:
    """The split of a group that nobody suggested one for: a tenth each for dev and test."""
    return ("dev", "test", *["train"] * 8)[_draw(group, "split", 10)]


def _draw(group: str, purpose: str, sides: int) -> int:
    return hashlib.sha256(f"{purpose}:{group}".encode()).digest()[0] % sides


def unique(rows: Iterable[Row], before: Iterable[Row] = ()) -> list[Row]:
    """Leave out texts that read the same as an earlier one, or as one from before."""
    seen = {key(row.text) for row in before}
    kept = []
    for row in rows:
        plain = key(row.text)
        if plain not in seen:
            seen.add(plain)
            kept.append(row)
    return kept


def key(text: str) -> str:
    """The same for texts that differ in case, signs and spaces only."""
    return _NOT_LETTERS.sub("", text.casefold()) or text


def read_eval(path: Path) -> Table:
    """A data set that is only measured on; its rows are whole and unweighted."""
    csv.field_size_limit(1 << 30)
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return Table([_plain_row(record, path) for record in csv.DictReader(file)])


def _plain_row(record: dict[str, str], path: Path) -> Row:
    labels = [float(record[head]) if record[head] else NAN for head in HEADS]
    name = path.name.removesuffix(".csv.gz")
    ones = (1.0,) * len(LABELS)
    unknown = (NAN,) * len(LANGUAGES)
    return Row(
        record["text"], name, record["group"], "eval", record["lang"], (*labels, *unknown), ones
    )
