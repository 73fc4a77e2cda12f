"""Taking in a site's past: its comments are sealed, scored and stored under people's rulings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Final

from service import checks, policy, privacy
from service.archives import Past, Unreadable
from service.checks.links import hosts, website_of
from service.comments import (
    IMPORTER,
    Case,
    Decision,
    Ruling,
    Site,
    Submission,
    new_id,
)
from service.judge import weighed
from service.scoring.scorer import Assessment, NoModel, Scorer
from service.storage import company, imports, store, tallies, verdicts
from service.storage.engine import Database, Transaction

_AT_ONCE: Final = 200


@dataclass(slots=True)
class Tally:
    """What became of the comments of a file."""

    taken: int = 0
    known: int = 0
    waiting: int = 0
    unreadable: list[Unreadable] = field(default_factory=list)


class Importer:
    """Stores what people ruled elsewhere. No event tells the site of what it knows already.

    Each part of 200 is one transaction, and what is here already is passed over: a run that was
    interrupted is simply run again.
    """

    def __init__(
        self,
        database: Database,
        scorer: Scorer | NoModel,
        secret: bytes,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._scorer = scorer
        self._secret = secret
        self._now = now

    def take(self, site: Site, pasts: Iterable[Past | Unreadable]) -> Iterator[Tally]:
        """Import all of it; the running tally after each part."""
        tally, source = Tally(), iter(pasts)
        while part := list(islice(source, _AT_ONCE)):
            tally.unreadable += [one for one in part if isinstance(one, Unreadable)]
            read = [one for one in part if isinstance(one, Past)]
            ruled = [past for past in read if past.verdict != "hold"]
            tally.waiting += len(read) - len(ruled)
            taken = self._store(site, ruled)
            tally.taken += taken
            tally.known += len(ruled) - taken
            yield tally

    def _store(self, site: Site, pasts: list[Past]) -> int:
        sealed = [(past, privacy.seal(past.arrival, site.id, self._secret)) for past in pasts]
        real = [(past, submission) for past, submission in sealed if not submission.test_verdict]
        with self._database.read() as tx:
            seen = imports.known_twins(tx, [submission for _, submission in real])
        fresh = [(past, submission) for past, submission in real if _is_new(submission, seen)]
        decisions = self._judge(site, [submission for _, submission in fresh])
        with self._database.begin() as tx:
            pairs = zip(fresh, decisions, strict=True)
            ids = [self._add(tx, site, past, about, decision) for (past, about), decision in pairs]
            tallies.mark(tx, site.id, ids)  # no event tells of them
        return len(fresh)

    def _judge(self, site: Site, submissions: list[Submission]) -> list[Decision]:
        """What the machine says of each by its text alone; a person's word is over it anyway."""
        if isinstance(self._scorer, NoModel):
            return [self._decide(site, submission, None) for submission in submissions]
        found = self._scorer.assess([submission.content for submission in submissions])
        pairs = zip(submissions, found, strict=True)
        return [self._decide(site, submission, assessment) for submission, assessment in pairs]

    def _decide(self, site: Site, submission: Submission, found: Assessment | None) -> Decision:
        scores, limits = weighed(self._scorer, found, site.rules) if found else (None, {})
        raised = tuple(checks.language(scores)) if scores else ()
        evidence = policy.Evidence(submission, raised, scores, limits, site.rules)
        return policy.decide(evidence, self._scorer.version)

    def _add(
        self, tx: Transaction, site: Site, past: Past, submission: Submission, decision: Decision
    ) -> str:
        now = self._now()
        moment = min(past.created_at or now, now)
        kept_as = checks.kept(submission, site.rules)
        case = Case(new_id(moment.timestamp()), moment, kept_as, decision)
        store.add_comment(tx, site.id, case)
        ruling = Ruling(
            new_id(), case.id, past.verdict, past.labels, "", IMPORTER, moment, saw_score=False
        )
        verdicts.rule(tx, ruling, 0)
        company.add_links(tx, site.id, case.id, hosts(submission), website_of(submission))
        return case.id


def _is_new(submission: Submission, seen: set[int]) -> bool:
    """Whether no twin was seen so far; this one is seen from now on."""
    twins = {submission.twin_by_name, submission.twin_by_author}
    if twins & seen:
        return False
    seen |= twins
    return True
