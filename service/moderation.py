"""The core: a comment comes in, a verdict goes out. Gather, decide, record."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from service import checks, events, privacy, surroundings
from service.checks.sketch import Sketch
from service.comments import (
    Arrival,
    Case,
    Decision,
    History,
    Scores,
    Site,
    Submission,
    new_id,
)
from service.counterfactuals import Counterfactuals
from service.edits import Edits
from service.errors import Conflict, Invalid, Missing, TooMany
from service.judge import Judge, Meter, scores_of
from service.rejudging import Rejudging
from service.scoring.scorer import NoModel, Scorer
from service.storage import complaints, store
from service.storage import events as told
from service.storage.engine import Database
from service.surroundings import Surroundings

_CLOCKS_AGREE: Final = timedelta(minutes=1)
ANSWERS_KEPT: Final = timedelta(days=1)


class Moderation:
    """Judges what sites send. One object serves every door and every thread."""

    def __init__(
        self,
        database: Database,
        scorer: Scorer | NoModel,
        secret: bytes,
        now: Callable[[], datetime],
        meter: Meter,
        chance: Callable[[], float] = random.random,
        rate_limit: tuple[int, int] = (0, 60),
    ) -> None:
        self._database = database
        self._judge = Judge(scorer, now, meter, chance)
        self._secret = secret
        self._now = now
        self._meter = meter
        self._rate_limit = rate_limit
        self.edit = Edits(database, self._judge, secret, now).take_in
        self.rejudge_held = Rejudging(database, self._judge, now).run
        self.counterfactual = Counterfactuals(database, self._judge, now).find

    @property
    def scorer(self) -> Scorer | NoModel:
        """The model in use."""
        return self._judge.scorer

    def take_up(self, scorer: Scorer | NoModel) -> None:
        """Judge by another model from the next comment on; one under way keeps the earlier one."""
        self._judge.take_up(scorer)

    def submit(
        self, site: Site, arrival: Arrival, idempotency_key: str = "", *, live: bool = True
    ) -> Case:
        """Judge and store one comment.

        The same comment twice is a `Conflict`; with the same idempotency key it is the first
        answer again, and that key with another comment is `Invalid`. One that is not live was
        posted some time ago and cannot be part of a flood.
        """
        submission = self._sealed(site, arrival)
        ticket = self._ticket(site, arrival, idempotency_key) if idempotency_key else None
        return self._submit(site, submission, ticket, live=live)

    def submit_once(self, site: Site, arrival: Arrival, *, live: bool = True) -> Case:
        """Judge and store a comment; sent again, it gets the verdict that is in force by now."""
        submission = self._sealed(site, arrival)
        case = self._known(site, submission)
        if case:
            return case
        try:
            return self._submit(site, submission, None, live=live)
        except Conflict:  # the same comment came in by another worker meanwhile
            case = self._known(site, submission)
            if case:
                return case
            raise

    def known(self, site: Site, arrival: Arrival) -> Case | None:
        """The stored comment that this one repeats, under the verdict in force, or None."""
        return self._known(site, privacy.seal(arrival, site.id, self._secret))

    def try_out(self, site: Site, arrival: Arrival) -> Decision:
        """What `submit` would decide; nothing is stored or counted."""
        submission = self._sealed(site, arrival)
        return self._judge.decide(site, submission, self._gather(site, submission).history)

    def score(self, texts: Sequence[str]) -> tuple[str, list[Scores]]:
        """A model's version and what it says of some texts; nothing is stored.

        No model: `Unavailable`.
        """
        scorer = self.scorer
        masked = [privacy.mask(text) for text in texts]  # what a stored comment is scored by
        return scorer.version, [scores_of(found) for found in scorer.assess(masked)]

    def case(self, site: Site, comment_id: str) -> Case:
        """One stored comment of this site, or `Missing`."""
        with self._database.read() as tx:
            case = store.comment_by_id(tx, site.id, comment_id)
        if case is None:
            raise Missing("no such comment")
        return case

    def erase(self, site: Site, comment_id: str) -> None:
        """Delete one comment of this site and everything kept with it, or `Missing`."""
        with self._database.begin() as tx:
            if not store.erase_comment(tx, site.id, comment_id):
                raise Missing("no such comment")
            now = self._now()
            told.forget_subjects(tx, [comment_id])
            complaints.close_orphans(tx, now)
            told.tell(tx, site.id, [events.erased(comment_id)], now)

    def _submit(
        self, site: Site, submission: Submission, ticket: tuple[str, str] | None, *, live: bool
    ) -> Case:
        kept = ticket and self._first_answer(ticket, submission)
        if kept:
            return kept
        self._keep_pace(site)
        around = self._gather(site, submission)
        if live and checks.flooding(around.history, site.rules):
            raise TooMany("too many comments in a minute", checks.MINUTE)
        decision = self._judge.decide(site, submission, around.history)
        now = self._now()
        kept_as = checks.kept(submission, site.rules)
        case = Case(new_id(now.timestamp()), now, kept_as, decision)
        try:
            self._record(site, case, around, ticket)
        except Conflict:
            kept = ticket and self._first_answer(ticket, submission)
            if kept:
                return kept
            raise
        if submission.test_verdict is None:
            self._meter.judged(decision)
        return case

    def _known(self, site: Site, submission: Submission) -> Case | None:
        with self._database.read_directly() as tx:
            found = store.twin_of(tx, site.id, submission)
        if found is None:
            return None
        case, ruling = found
        if ruling is None:
            return case
        decision = replace(case.decision, verdict=ruling, decided_by="moderator")
        return replace(case, decision=decision)

    def _sealed(self, site: Site, arrival: Arrival) -> Submission:
        domains = self._judge.lists(site).mail
        return privacy.seal(arrival, site.id, self._secret, domains)

    def _keep_pace(self, site: Site) -> None:
        """Refuse what is over the operator's limit for one site: so many in so many seconds."""
        most, seconds = self._rate_limit
        if not most:
            return
        now = self._now()
        # What is later than clocks disagree is of a clock that was set back since.
        span = now - timedelta(seconds=seconds), now + _CLOCKS_AGREE
        with self._database.read() as tx:
            if store.count_between(tx, site.id, *span, most) >= most:
                raise TooMany("this site posts faster than the operator lets it", seconds)

    def _ticket(self, site: Site, arrival: Arrival, key: str) -> tuple[str, str]:
        digest = privacy.fingerprint(key, site.id, self._secret)
        return digest, privacy.arrival_digest(arrival, site.id, self._secret)

    def _first_answer(self, ticket: tuple[str, str], submission: Submission) -> Case | None:
        with self._database.read_directly() as tx:
            kept = store.answer_by_key(tx, ticket[0])
        if kept is None:
            return None
        if kept.request_digest != ticket[1]:
            raise Invalid([], "idempotency_key_reused")
        return Case(kept.comment_id, kept.created_at, submission, kept.decision)

    def _gather(self, site: Site, submission: Submission) -> Surroundings:
        if submission.test_verdict:
            return Surroundings(History(), (), Sketch((), b""))
        with self._judge.timed("gather"), self._database.read_directly() as tx:
            around = surroundings.gather(tx, site, submission, self._now())
        settled = self._judge.settled(around.history)
        return around if settled is around.history else replace(around, history=settled)

    def _record(
        self, site: Site, case: Case, around: Surroundings, ticket: tuple[str, str] | None
    ) -> None:
        wave = around.history.wave
        with self._judge.timed("record"), self._database.begin_directly() as tx:
            store.add_comment(
                tx,
                site.id,
                case,
                wave_id=wave.id if wave else None,
                signature=around.sketch.signature or None,
                sampled=self._judge.draws(site, case),
            )
            surroundings.record(tx, site, case, around)
            if ticket:
                store.add_answer(tx, *ticket, case)
            news = events.arrived(case.id, case.submission, case.decision)
            told.tell(tx, site.id, [news], case.created_at)
