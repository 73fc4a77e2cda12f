"""Moderators, readers and sites at the same few comments of one PostgreSQL, by chance, for seconds.

Whatever order they happened to come in, what stands afterwards agrees with itself, and nobody was
told that the database does not answer: two who wait for each other would be.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, Row, func, select

from service.comments import Arrival, Verdict
from service.complaints import Complaints
from service.desk.queue import Queue
from service.errors import Conflict, Missing
from service.storage.tables import comments, complaints, events, rulings
from tests.test_company_of_comments import SPAM, Newsroom

SECONDS = 4.0
HANDS = 4
NEWEST = 5


class Hand:
    """Somebody who does one thing after another, to comments that the others are at too."""

    def __init__(self, newsroom: Newsroom, number: int) -> None:
        self.newsroom, self.chance = newsroom, random.Random(number)
        self.name = f"tangan-{number}"
        self.batches: list[tuple[str, str]] = []

    def work(self) -> int:
        """How many things were done; what came too late is no fault."""
        acts: list[Callable[[], object]] = [
            self.post, self.rule, self.rule, self.undo, self.undo, self.strike, self.strike,
            self.rule_wave, self.take_back, self.take_back, self.edit, self.complain, self.claim,
        ]  # fmt: skip
        until, done = time.monotonic() + SECONDS, 0
        while time.monotonic() < until:
            try:
                self.chance.choice(acts)()
                done += 1
            except (Conflict, Missing):
                pass
        return done

    def post(self) -> None:
        self.newsroom.moderation.submit(self.newsroom.site, self._arrival())

    def edit(self) -> None:
        one = self._some(1)[0]
        self.newsroom.moderation.edit(self.newsroom.site, one.id, self._arrival())

    def rule(self) -> None:
        one = self._some(1)[0]
        self.newsroom.review.rule(self.newsroom.site, one.id, self._verdict(), self.name)

    def undo(self) -> None:
        self.newsroom.review.undo(self.newsroom.site, self._some(1)[0].id)

    def strike(self) -> None:
        seen = [(one.id, one.version) for one in self._some(NEWEST)]
        stroke = self.newsroom.review.rule_many(seen, self._verdict(), self.name)
        self.batches.append((stroke.batch, ""))

    def rule_wave(self) -> None:
        wave = next((one.wave_id for one in self._some(NEWEST) if one.wave_id), "")
        if wave:
            review, site = self.newsroom.review, self.newsroom.site
            batch = review.rule_wave(site, wave, self._verdict(), self.name)
            self.batches.append((batch, wave))

    def take_back(self) -> None:
        if self.batches:
            batch, wave = self.batches.pop()
            review = self.newsroom.review
            review.undo_wave(self.newsroom.site, wave, batch) if wave else review.undo_batch(batch)

    def complain(self) -> None:
        about = self._some(1)[0].id
        database, clock = self.newsroom.database, self.newsroom.clock
        Complaints(database, clock).file(self.newsroom.site, "slander", "", about)

    def claim(self) -> None:
        queue = Queue(self.newsroom.database, self.newsroom.clock)
        queue.claim(self._some(1)[0].id, self.name)

    def _arrival(self) -> Arrival:
        text = self.chance.choice((SPAM, "dasar bodoh {}")).format(self.chance.randrange(10**6))
        name = f"orang-{self.chance.randrange(5)}"
        return Arrival(text, author_name=name, author_email=f"{name}@example.com")

    def _verdict(self) -> Verdict:
        return self.chance.choice(("accept", "reject"))

    def _some(self, count: int) -> list[Row]:
        columns = comments.c.id, comments.c.version, comments.c.wave_id
        newest = select(*columns).order_by(comments.c.id.desc()).limit(NEWEST)
        with self.newsroom.database.read() as tx:
            return self.chance.sample(list(tx.execute(newest)), count)


@pytest.fixture
def newsroom(postgres, clock):
    newsroom = Newsroom(postgres, clock)
    newsroom.database = postgres
    newsroom.set(author_per_minute=0, network_per_minute=0, wave_from=3)
    for number in range(NEWEST):
        newsroom.post(SPAM.format(number))
    return newsroom


def test_it_works(newsroom):
    with ThreadPoolExecutor(HANDS) as pool:
        hands = [pool.submit(Hand(newsroom, number).work) for number in range(HANDS)]
    assert all(hand.result() > 10 for hand in hands)
    with newsroom.database.read() as tx:
        for comment in tx.execute(select(comments)).all():
            check(tx, comment)


def check(tx: Connection, comment: Row) -> None:
    """A comment against its rulings, its complaints, and what was told of it."""
    mine = rulings.c.comment_id == comment.id, rulings.c.undone_at.is_(None)
    verdicts = set(tx.execute(select(rulings.c.verdict).where(*mine)).scalars())
    assert comment.ruling in verdicts or (comment.ruling is None and not verdicts)
    assert comment.verdict == (comment.ruling or comment.decision["verdict"])
    unanswered = complaints.c.comment_id == comment.id, complaints.c.resolved_at.is_(None)
    due = tx.execute(select(func.min(complaints.c.due_at)).where(*unanswered)).scalar()
    assert comment.complaint_due_at == due
    told = select(events.c.data).where(
        events.c.subject == comment.id, events.c.type.like("comment.%")
    )
    latest = tx.execute(told.order_by(events.c.number.desc()).limit(1)).scalar()
    assert latest["verdict"] == comment.verdict
