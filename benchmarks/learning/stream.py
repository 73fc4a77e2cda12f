"""A site's comments as rulings, made from public labelled data: seeded, in a fixed order."""

from __future__ import annotations

import csv
import gzip
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from service.labels import Label

START = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment with the truth of it; copies of one template share a group."""

    text: str
    spam: bool
    group: str


def comments(path: Path, column: str = "spam") -> list[Comment]:
    """Rows of a data set that are known to be spam or known not to be."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [Comment(r["text"][:600], r[column] == "1", r["group"]) for r in rows if r[column]]


def one_per_group(rows: list[Comment]) -> list[Comment]:
    """The first comment of each template."""
    return list({row.group: row for row in reversed(rows)}.values())[::-1]


def drawn(rows: list[Comment], count: int, share: float, rng: random.Random) -> list[Comment]:
    """So many comments in random order, of which a share is spam."""
    spam = [row for row in rows if row.spam]
    good = [row for row in rows if not row.spam]
    picked = rng.sample(spam, round(count * share)) + rng.sample(good, count - round(count * share))
    rng.shuffle(picked)
    return picked


def rulings(
    rows: list[Comment], moderators: tuple[str, ...] = ("ani",), verdict: str = ""
) -> Iterator[Label]:
    """Rulings that tell the truth, by moderators in turn, a minute apart."""
    for number, row in enumerate(rows):
        moment = (START + timedelta(minutes=number)).isoformat()
        said = verdict or ("reject" if row.spam else "accept")
        yield Label(
            id=f"{number:08}",
            content=row.text,
            teaches=row.text,
            verdict=said,  # type: ignore[arg-type]
            labels=("spam",) if said == "reject" else (),
            source="person",
            moderator=moderators[number % len(moderators)],
            ruled_at=moment,
            created_at=moment,
            site="site",
            model_version="",
            saw_score=True,
            sampled=False,
            stands_for=1.0,
            author=number + 1,
            first_time=False,
            group=number,
            agreed=0,
            disagreed=0,
            machine="hold",
            language="id",
            codes=(),
            scores={},
        )


def flipped(label: Label) -> Label:
    """The same ruling, the other way round."""
    accepts = label.verdict == "reject"
    verdict = "accept" if accepts else "reject"
    return replace(label, verdict=verdict, labels=() if accepts else ("spam",))  # type: ignore[arg-type]
