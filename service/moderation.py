"""The core: a comment comes in, a verdict goes out. Gather, decide, record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from time import perf_counter
from typing import Final, Protocol, cast

from service import checks, policy, privacy
from service.comments import (
    Arrival,
    Case,
    Decision,
    Language,
    Limits,
    Match,
    Rules,
    Scores,
    Site,
    Submission,
    new_id,
)
from service.errors import Conflict, Invalid, Missing, Unavailable
from service.scoring.scorer import Assessment, NoModel, Scorer
from service.storage import store
from service.storage.engine import Database

ANSWERS_KEPT: Final = timedelta(days=1)
_HEAD_OF: Final = {code: head for head, code in policy.HEAD_REASONS.items()}


class Meter(Protocol):
    """What the core tells of its work; metrics implement it."""

    def phase(self, name: str, seconds: float) -> None:
        """How long one phase of one submission took."""

    def judged(self, decision: Decision) -> None:
        """A decision was made and stored."""

    def scorer_failed(self, error: Exception) -> None:
        """The scorer raised; the submission is held."""


class Moderation:
    """Judges what sites send. One object serves every door and every thread."""

    def __init__(
        self,
        database: Database,
        scorer: Scorer | NoModel,
        secret: bytes,
        now: Callable[[], datetime],
        meter: Meter,
    ) -> None:
        self.scorer = scorer
        self._database = database
        self._secret = secret
        self._now = now
        self._meter = meter

    def submit(self, site: Site, arrival: Arrival, idempotency_key: str = "") -> Case:
        """Judge and store one comment.

        The same comment twice is a `Conflict`; with the same idempotency key it is the first
        answer again, and that key with another comment is `Invalid`.
        """
        submission = privacy.seal(arrival, site.id, self._secret)
        ticket = self._ticket(site, arrival, idempotency_key) if idempotency_key else None
        kept = ticket and self._first_answer(ticket, submission)
        if kept:
            return kept
        decision = self._judge(submission, arrival.content, site.rules)
        case = Case(new_id(), self._now(), submission, decision)
        try:
            self._record(site, case, ticket)
        except Conflict:
            kept = ticket and self._first_answer(ticket, submission)
            if kept:
                return kept
            raise
        if submission.test_verdict is None:
            self._meter.judged(decision)
        return case

    def score(self, texts: Sequence[str]) -> list[Scores]:
        """What the model says of some texts; nothing is stored. No model: `Unavailable`."""
        return [_scores(assessment) for assessment in self.scorer.assess(texts)]

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

    def _ticket(self, site: Site, arrival: Arrival, key: str) -> tuple[str, str]:
        digest = privacy.fingerprint(key, site.id, self._secret)
        return digest, privacy.arrival_digest(arrival, site.id, self._secret)

    def _first_answer(self, ticket: tuple[str, str], submission: Submission) -> Case | None:
        with self._database.read() as tx:
            kept = store.answer_by_key(tx, ticket[0])
        if kept is None:
            return None
        if kept.request_digest != ticket[1]:
            raise Invalid([], "idempotency_key_reused")
        return Case(kept.comment_id, kept.created_at, submission, kept.decision)

    def _judge(self, submission: Submission, text: str, rules: Rules) -> Decision:
        scorer = self.scorer
        with self._timed("score"):
            scores, limits = self._assess(scorer, text, rules)
        with self._timed("decide"):
            raised = checks.signals(submission, scores)
            evidence = policy.Evidence(submission, raised, scores, limits)
            decision = policy.decide(evidence, scorer.version, rules)
        if decision.verdict == "accept" or scores is None:
            return decision
        with self._timed("explain"):
            try:
                return _explained(decision, scorer, text)
            except Exception as error:  # noqa: BLE001  nor may a bug in explaining it
                self._meter.scorer_failed(error)
                return decision

    def _assess(
        self, scorer: Scorer | NoModel, text: str, rules: Rules
    ) -> tuple[Scores | None, Mapping[str, Limits]]:
        try:
            assessment = scorer.assess([text])[0]
            limits = _limits(scorer, rules)
        except Unavailable:
            return None, {}
        except Exception as error:  # noqa: BLE001  a scorer's bug must cost a verdict, not a comment
            self._meter.scorer_failed(error)
            return None, {}
        return _scores(assessment), limits

    def _record(self, site: Site, case: Case, ticket: tuple[str, str] | None) -> None:
        with self._timed("record"), self._database.begin() as tx:
            store.add_comment(tx, site.id, case)
            if ticket:
                store.add_answer(tx, *ticket, case)

    @contextmanager
    def _timed(self, phase: str) -> Iterator[None]:
        start = perf_counter()
        yield
        self._meter.phase(phase, perf_counter() - start)


@lru_cache(maxsize=256)
def _limits(scorer: Scorer | NoModel, rules: Rules) -> Mapping[str, Limits]:
    """The thresholds that keep a site's budgets with this model: the same until either changes."""
    thresholds = scorer.thresholds(
        rules.reject_per_mille, rules.hold_per_mille, toxicity_rejects=rules.toxicity_rejects
    )
    return {head: Limits(found.hold, found.reject) for head, found in thresholds.items()}


def _scores(assessment: Assessment) -> Scores:
    language = cast(Language, assessment.language)
    return Scores(assessment.scores, language, assessment.unsure)


def _explained(decision: Decision, scorer: Scorer | NoModel, text: str) -> Decision:
    """The same decision with the stretches of text that weighed, beside each score's reason."""
    reasons = []
    for signal in decision.reasons:
        head = _HEAD_OF.get(signal.code)
        if head:
            spans = scorer.explain(text, head).spans
            heaviest = sorted((s for s in spans if s.weight > 0), key=lambda s: -s.weight)[:10]
            matches = tuple(Match(s.start, s.end, round(s.weight, 3)) for s in heaviest)
            signal = replace(signal, matches=matches)
        reasons.append(signal)
    return replace(decision, reasons=tuple(reasons))
