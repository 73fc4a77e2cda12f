"""Corrections that sites pass on through a foreign protocol: rulings that weigh less."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from service import events, privacy
from service.comments import Arrival, Ruling, Site, Submission, Verdict, new_id
from service.moderation import Moderation
from service.storage import events as told
from service.storage import store, verdicts
from service.storage.engine import Database


@dataclass(frozen=True, slots=True)
class Tally:
    """A site's comments since some day: what the machine rejected and let pass, and its errors."""

    rejected: int
    passed: int
    missed: int
    wrongly_rejected: int

    @property
    def total(self) -> int:
        """All comments."""
        return self.rejected + self.passed


class Reports:
    """Says of a comment's text what a moderator elsewhere said of it.

    A report is kept as a ruling signed with the door's name. It never overrides a person's own
    ruling, and it speaks for copies by the same author only.
    """

    def __init__(
        self, database: Database, moderation: Moderation, secret: bytes, now: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._moderation = moderation
        self._secret = secret
        self._now = now

    def report(
        self, site: Site, arrival: Arrival, verdict: Verdict, door: str, labels: tuple[str, ...]
    ) -> None:
        """Rule by report on the comment with this text; one never seen is judged and kept first."""
        submission = privacy.seal(arrival, site.id, self._secret)
        if submission.test_verdict:
            return
        if self._rule(site, submission, verdict, door, labels):
            return
        self._moderation.submit_once(site, arrival, live=False)
        self._rule(site, submission, verdict, door, labels)

    def tally(self, site: Site, since: datetime, until: datetime | None = None) -> Tally:
        """What became of the site's comments in that time."""
        with self._database.read() as tx:
            cells = verdicts.tally(tx, site.id, since, until or self._now())
        rejected = [(ruling, count) for machine, ruling, count in cells if machine == "reject"]
        passed = [(ruling, count) for machine, ruling, count in cells if machine != "reject"]
        return Tally(
            rejected=sum(count for _, count in rejected),
            passed=sum(count for _, count in passed),
            missed=sum(count for ruling, count in passed if ruling == "reject"),
            wrongly_rejected=sum(count for ruling, count in rejected if ruling == "accept"),
        )

    def _rule(
        self,
        site: Site,
        submission: Submission,
        verdict: Verdict,
        door: str,
        labels: tuple[str, ...],
    ) -> bool:
        """Put the report in force; False where no comment has this text."""
        with self._database.begin() as tx:
            case = store.matching(tx, site.id, submission)
            standing = verdicts.standing_of(tx, site.id, case.id) if case else None
            if case is None or standing is None:
                return False
            version, in_force = standing
            if in_force != verdict and not verdicts.by_person(tx, case.id):
                ruling = _report(case.id, verdict, labels, door, self._now())
                if verdicts.rule(tx, ruling, version):
                    news = events.ruled(case.id, verdict, labels)
                    told.tell(tx, site.id, [news], ruling.created_at)
        return True


def _report(
    comment_id: str, verdict: Verdict, labels: tuple[str, ...], door: str, now: datetime
) -> Ruling:
    return Ruling(new_id(), comment_id, verdict, labels, "", door, now, saw_score=False)
