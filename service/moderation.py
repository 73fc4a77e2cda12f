"""The core: a comment comes in, a verdict goes out. Gather, decide, record."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from time import perf_counter
from types import MappingProxyType
from typing import Final, Protocol, cast

from service import checks, events, policy, privacy, rulebook, surroundings
from service.checks.sketch import Sketch
from service.comments import (
    Arrival,
    Case,
    Decision,
    History,
    Language,
    Limits,
    Match,
    Scores,
    Signal,
    Site,
    Submission,
    Verdict,
    new_id,
)
from service.errors import Conflict, Invalid, Missing, TooMany, Unavailable
from service.rules import Rules
from service.scoring.scorer import Assessment, NoModel, Scorer
from service.storage import accounts, complaints, edits, store
from service.storage import events as told
from service.storage.edits import Standing
from service.storage.engine import Database
from service.surroundings import Surroundings

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
        chance: Callable[[], float] = random.random,
        rate_limit: tuple[int, int] = (0, 60),
    ) -> None:
        self.scorer = scorer
        self._database = database
        self._secret = secret
        self._now = now
        self._meter = meter
        self._chance = chance
        self._rate_limit = rate_limit
        self._compiled: dict[str, tuple[int, checks.Lists]] = {}

    def submit(
        self, site: Site, arrival: Arrival, idempotency_key: str = "", *, live: bool = True
    ) -> Case:
        """Judge and store one comment.

        The same comment twice is a `Conflict`; with the same idempotency key it is the first
        answer again, and that key with another comment is `Invalid`. One that is not live was
        posted some time ago and cannot be part of a flood.
        """
        submission = privacy.seal(arrival, site.id, self._secret)
        ticket = self._ticket(site, arrival, idempotency_key) if idempotency_key else None
        kept = ticket and self._first_answer(ticket, submission)
        if kept:
            return kept
        self._keep_pace(site)
        around = self._gather(site, submission)
        if live and checks.flooding(around.history, site.rules):
            raise TooMany("too many comments in a minute", checks.MINUTE)
        decision = self._judge(site, submission, around.history)
        now = self._now()
        case = Case(new_id(now.timestamp()), now, submission, decision)
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

    def edit(self, site: Site, comment_id: str, arrival: Arrival) -> Case:
        """Judge a comment's edited text and store it in place of the earlier one.

        A ruling was on the earlier text and ends with it; after a reject the machine can hold
        the new text but not accept it. An edit that changes nothing leaves all as it is.
        """
        submission = privacy.seal(arrival, site.id, self._secret)
        with self._timed("gather"), self._database.read() as tx:
            found = edits.find(tx, site.id, comment_id)
            if found is None:
                raise Missing("no such comment")
            if submission == found.case.submission:
                return found.case
            around = surroundings.gather(tx, site, submission, self._now(), found.case)
        decision = self._judge(site, submission, around.history, _before(found))
        if found.complained:
            reasons = (*decision.reasons, Signal("COMPLAINT", 1.0))
            decision = replace(decision, reasons=reasons)
        case = replace(found.case, submission=submission, decision=decision, ruling=None)
        self._record_edit(site, found, case, around)
        return case

    def submit_once(self, site: Site, arrival: Arrival, *, live: bool = True) -> Case:
        """Judge and store a comment; sent again, it gets the verdict that is in force by now."""
        case = self.known(site, arrival)
        if case:
            return case
        try:
            return self.submit(site, arrival, live=live)
        except Conflict:  # the same comment came in by another worker meanwhile
            case = self.known(site, arrival)
            if case:
                return case
            raise

    def known(self, site: Site, arrival: Arrival) -> Case | None:
        """The stored comment that this one repeats, under the verdict in force, or None."""
        submission = privacy.seal(arrival, site.id, self._secret)
        with self._database.read() as tx:
            found = store.twin_of(tx, site.id, submission)
        if found is None:
            return None
        case, ruling = found
        if ruling is None:
            return case
        decision = replace(case.decision, verdict=ruling, decided_by="moderator")
        return replace(case, decision=decision)

    def try_out(self, site: Site, arrival: Arrival) -> Decision:
        """What `submit` would decide; nothing is stored or counted."""
        submission = privacy.seal(arrival, site.id, self._secret)
        return self._judge(site, submission, self._gather(site, submission).history)

    def rejudge_held(self, count: int = 200) -> int:
        """Judge again what waits under another model or other rules; how many were.

        A person's ruling is never judged again, and one that arrives meanwhile wins.
        """
        if isinstance(self.scorer, NoModel):
            return 0
        done = 0
        with self._database.read() as tx:
            sites = accounts.all_sites(tx)
        for site in sites:
            rules_version = policy.rules_version(site.rules)
            with self._database.read() as tx:
                stale = store.held_under_others(
                    tx, site.id, self.scorer.version, rules_version, count
                )
            for case, version in stale:
                decision = self._judge_again(site, case)
                done += self._replace(site, case, version, decision)
        return done

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
            now = self._now()
            told.forget_subjects(tx, [comment_id])
            complaints.close_orphans(tx, now)
            told.tell(tx, site.id, [events.erased(comment_id)], now)

    def _keep_pace(self, site: Site) -> None:
        """Refuse what is over the operator's limit for one site: so many in so many seconds."""
        most, seconds = self._rate_limit
        if not most:
            return
        since = self._now() - timedelta(seconds=seconds)
        with self._database.read() as tx:
            if store.count_since(tx, site.id, since, most) >= most:
                raise TooMany("this site posts faster than the operator lets it", seconds)

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

    def _judge_again(self, site: Site, case: Case) -> Decision:
        rules, submission = site.rules.at(self._now()), case.submission
        scores, limits = self._assess(self.scorer, submission.content, rules)
        kept = [s for s in case.decision.reasons if s.code not in policy.SCORE_CODES]
        raised = (
            *checks.language(scores),
            *(signal for signal in kept if signal.code not in checks.LIST_CODES),
            *checks.listed(submission, self._lists(site)),
        )
        context = case.decision.context
        evidence = policy.Evidence(submission, raised, scores, limits, rules, context)
        decision = policy.decide(evidence, self.scorer.version)
        return decision if scores is None else _explained(decision, self.scorer, submission.content)

    def _gather(self, site: Site, submission: Submission) -> Surroundings:
        if submission.test_verdict:
            return Surroundings(History(), (), Sketch((), b""))
        with self._timed("gather"), self._database.read() as tx:
            return surroundings.gather(tx, site, submission, self._now())

    def _judge(
        self,
        site: Site,
        submission: Submission,
        history: History,
        before: Mapping[str, Verdict] = MappingProxyType({}),
    ) -> Decision:
        scorer, rules = self.scorer, site.rules.at(self._now())
        with self._timed("score"):
            scores, limits = self._assess(scorer, submission.content, rules)
        with self._timed("decide"):
            raised = checks.signals(submission, scores, history, rules, self._lists(site))
            context = {**checks.context(history), **before}
            evidence = policy.Evidence(submission, raised, scores, limits, rules, context)
            decision = policy.decide(evidence, scorer.version)
            if rules.shadow:
                decision = self._beside(decision, submission, rules)
        if decision.verdict == "accept" or scores is None:
            return decision
        with self._timed("explain"):
            try:
                return _explained(decision, scorer, submission.content)
            except Exception as error:  # noqa: BLE001  nor may a bug in explaining it
                self._meter.scorer_failed(error)
                return decision

    def _beside(self, decision: Decision, submission: Submission, rules: Rules) -> Decision:
        """The same decision, with what the shadow rules would have answered."""
        shadow = rules.shadowed() or rules
        would = rulebook.again(decision, submission, shadow, self.scorer)
        return replace(decision, shadow=would.verdict)

    def _lists(self, site: Site) -> checks.Lists:
        """The site's lists, compiled once per version of its rules."""
        version, lists = self._compiled.get(site.id, (-1, None))
        if lists is None or version != site.rules.version:
            lists = checks.compiled(site.rules)
            self._compiled[site.id] = (site.rules.version, lists)
        return lists

    def _assess(
        self, scorer: Scorer | NoModel, text: str, rules: Rules
    ) -> tuple[Scores | None, Mapping[str, Limits]]:
        try:
            scores = _scores(scorer.assess([text])[0])
            limits = rulebook.limits(scorer, rules, scores.language)
        except Unavailable:
            return None, {}
        except Exception as error:  # noqa: BLE001  a scorer's bug must cost a verdict, not a comment
            self._meter.scorer_failed(error)
            return None, {}
        return scores, limits

    def _record(
        self, site: Site, case: Case, around: Surroundings, ticket: tuple[str, str] | None
    ) -> None:
        wave = around.history.wave
        with self._timed("record"), self._database.begin() as tx:
            store.add_comment(
                tx,
                site.id,
                case,
                wave_id=wave.id if wave else None,
                signature=around.sketch.signature or None,
                sampled=self._drawn(site, case),
            )
            surroundings.record(tx, site, case, around)
            if ticket:
                store.add_answer(tx, *ticket, case)
            news = events.arrived(case.id, case.submission, case.decision)
            told.tell(tx, site.id, [news], case.created_at)

    def _record_edit(self, site: Site, found: Standing, case: Case, around: Surroundings) -> None:
        wave, earlier = around.history.wave, found.case
        with self._timed("record"), self._database.begin() as tx:
            edits.replace(
                tx,
                site.id,
                case,
                found.version,
                wave_id=wave.id if wave else None,
                signature=around.sketch.signature or None,
                sampled=self._drawn(site, case),
            )
            now = self._now()
            edits.end_rulings(tx, case.id, now)
            arrived_now = replace(case, created_at=now)
            surroundings.replace_company(tx, site, earlier, arrived_now, around)
            before = earlier.ruling or earlier.decision.verdict
            told.tell(tx, site.id, [events.edited(case.id, case.decision, before)], now)

    def _replace(self, site: Site, case: Case, version: int, decision: Decision) -> bool:
        """Put a new decision on a waiting comment; only another verdict is news to the site."""
        with self._database.begin() as tx:
            if not store.replace_decision(tx, case.id, version, decision):
                return False
            if decision.verdict != case.decision.verdict:
                told.tell(tx, site.id, [events.rescored(case.id, decision)], self._now())
        return True

    def _drawn(self, site: Site, case: Case) -> bool:
        """Whether chance picks this verdict for a person's second look; the answer is unchanged."""
        if case.decision.verdict == "hold" or case.submission.test_verdict:
            return False
        return self._chance() * 1000 < site.rules.sample_per_mille

    @contextmanager
    def _timed(self, phase: str) -> Iterator[None]:
        start = perf_counter()
        yield
        self._meter.phase(phase, perf_counter() - start)


def _before(found: Standing) -> dict[str, Verdict]:
    """What was in force on the text before an edit, as the policy is told it."""
    earlier = found.case
    ever_rejected = earlier.decision.context.get("ruled_before_edit")
    ruled = earlier.ruling or ever_rejected
    in_force = {"edited": earlier.ruling or earlier.decision.verdict}
    return {**in_force, "ruled_before_edit": ruled} if ruled else in_force


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
