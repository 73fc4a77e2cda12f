"""A comment that its author changed: judged anew and stored in place of the earlier text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from service import checks, events, privacy, surroundings
from service.comments import Arrival, Case, Signal, Site, Verdict
from service.errors import Missing
from service.judge import Judge
from service.storage import edits
from service.storage import events as told
from service.storage.edits import Standing
from service.storage.engine import Database
from service.surroundings import Surroundings


class Edits:
    """Takes in what people change in their comments."""

    def __init__(
        self, database: Database, judge: Judge, secret: bytes, now: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._judge = judge
        self._secret = secret
        self._now = now

    def take_in(self, site: Site, comment_id: str, arrival: Arrival) -> Case:
        """Judge a comment's edited text and store it in place of the earlier one.

        A ruling was on the earlier text and ends with it; after a reject the machine can hold
        the new text but not accept it. An edit that changes nothing leaves all as it is.
        """
        domains = self._judge.lists(site).mail
        submission = privacy.seal(arrival, site.id, self._secret, domains)
        with self._judge.timed("gather"), self._database.read() as tx:
            found = edits.find(tx, site.id, comment_id)
            if found is None:
                raise Missing("no such comment")
            kept_as = checks.kept(submission, site.rules)
            if kept_as == found.case.submission:
                return found.case
            around = surroundings.gather(tx, site, submission, self._now(), found.case)
        around = replace(around, history=self._judge.settled(around.history))
        decision = self._judge.decide(site, submission, around.history, _before(found))
        if found.complained:
            reasons = (*decision.reasons, Signal("COMPLAINT", 1.0))
            decision = replace(decision, reasons=reasons)
        case = replace(found.case, submission=kept_as, decision=decision, ruling=None)
        self._record(site, found, case, around)
        return case

    def _record(self, site: Site, found: Standing, case: Case, around: Surroundings) -> None:
        wave, earlier = around.history.wave, found.case
        with self._judge.timed("record"), self._database.begin() as tx:
            edits.replace(
                tx,
                site.id,
                case,
                found.version,
                wave_id=wave.id if wave else None,
                signature=around.sketch.signature or None,
                sampled=self._judge.draws(site, case),
            )
            now = self._now()
            edits.end_rulings(tx, case.id, now)
            arrived_now = replace(case, created_at=now)
            surroundings.replace_company(tx, site, arrived_now, around, found.wave_id)
            before = earlier.ruling or earlier.decision.verdict
            told.tell(tx, site.id, [events.edited(case.id, case.decision, before)], now)


def _before(found: Standing) -> dict[str, Verdict]:
    """What was in force on the text before an edit, as the policy is told it."""
    earlier = found.case
    ever_rejected = earlier.decision.context.get("ruled_before_edit")
    ruled = earlier.ruling or ever_rejected
    in_force = {"edited": earlier.ruling or earlier.decision.verdict}
    return {**in_force, "ruled_before_edit": ruled} if ruled else in_force
