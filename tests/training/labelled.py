"""Labels for tests: a ruling with everything ordinary but what the test is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from service.labels import Label

START = datetime(2026, 11, 1, tzinfo=UTC)
_ORDINARY = Label(
    id="",
    content="",
    teaches="",
    verdict="accept",
    labels=(),
    source="person",
    moderator="ani",
    ruled_at="",
    created_at="",
    site="berita",
    model_version="tiny",
    saw_score=True,
    sampled=False,
    stands_for=1.0,
    author=0,
    first_time=False,
    group=0,
    agreed=0,
    disagreed=0,
    machine="hold",
    language="id",
    codes=(),
    scores={},
)


def ruling(number: int, text: str, verdict: str, **changes: Any) -> Label:
    """Ruling number so and so, a minute after the one before it, in a group of its own."""
    moment = (START + timedelta(minutes=number)).isoformat()
    labels = ("spam",) if verdict == "reject" else ()
    plain = {"id": f"{number:06}", "content": text, "teaches": text, "verdict": verdict}
    plain |= {"labels": labels, "ruled_at": moment, "created_at": moment}
    return replace(_ORDINARY, **{**plain, "group": number, "author": number + 1, **changes})


def past(count: int, *, spam: str = "jasa pijat panggilan hubungi {}", **changes: Any) -> list:
    """Rulings in turn on a kind of spam that no model of the tests has seen, and on good ones."""
    good = "terima kasih beritanya nomor {}"
    return [
        ruling(n, (spam if n % 2 else good).format(f"kata{n % 7}"), "reject" if n % 2 else "accept",
               **changes)
        for n in range(count)
    ]  # fmt: skip
