"""From a submission and its company to a decision: the lists, the model and the policy in turn."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from time import perf_counter
from types import MappingProxyType
from typing import Final, Protocol, cast

from service import checks, policy, rulebook
from service.comments import (
    Case,
    Decision,
    History,
    Language,
    Limits,
    Match,
    Scores,
    Site,
    Submission,
    Verdict,
)
from service.errors import Unavailable
from service.rules import Rules
from service.scoring.scorer import Assessment, Explanation, NoModel, Scorer

_ADVERTISING: Final = ("spam", "gambling")
_MOST_MATCHES: Final = 10
_HEAD_OF: Final = {code: head for head, code in policy.HEAD_REASONS.items()}


class Meter(Protocol):
    """What the core tells of its work; metrics implement it."""

    def phase(self, name: str, seconds: float) -> None:
        """How long one phase of one submission took."""

    def judged(self, decision: Decision) -> None:
        """A decision was made and stored."""

    def scorer_failed(self, error: Exception) -> None:
        """The scorer raised; the submission is held."""


class Timed:
    """What stands between its beginning and its end is timed."""

    __slots__ = ("_meter", "_phase", "_start")

    def __init__(self, meter: Meter, phase: str) -> None:
        self._meter = meter
        self._phase = phase

    def __enter__(self) -> None:
        self._start = perf_counter()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._meter.phase(self._phase, perf_counter() - self._start)


class Judge:
    """Decides, and stores nothing. `take_up` may put another scorer in place while it works."""

    def __init__(
        self,
        scorer: Scorer | NoModel,
        now: Callable[[], datetime],
        meter: Meter,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.scorer = scorer
        self._now = now
        self._meter = meter
        self._chance = chance
        self._compiled: dict[str, tuple[int, checks.Lists]] = {}

    def take_up(self, scorer: Scorer | NoModel) -> None:
        """Judge by another model from now on; what is under way ends with the one it began with."""
        self.scorer = scorer
        rulebook.forget_limits()

    def decide(
        self,
        site: Site,
        submission: Submission,
        history: History,
        before: Mapping[str, Verdict] = MappingProxyType({}),
    ) -> Decision:
        """Judge one submission; `before` is what was in force on the text before an edit."""
        scorer, rules = self.scorer, site.rules.at(self._now())
        with self.timed("score"):
            scores, limits = self._assess(scorer, submission.content, rules)
        with self.timed("decide"):
            raised = checks.signals(submission, scores, history, rules, self.lists(site))
            context = {**checks.context(history), **before}
            evidence = policy.Evidence(submission, raised, scores, limits, rules, context)
            decision = policy.decide(evidence, scorer.version)
            decision = self._beside(decision, site, submission, scorer)
        if decision.verdict == "accept" or scores is None:
            return decision
        with self.timed("explain"):
            try:
                return explained(decision, scorer, submission.content)
            except Exception as error:  # noqa: BLE001  nor may a bug in explaining it
                self._meter.scorer_failed(error)
                return decision

    def would_say(self, site: Site, submission: Submission, history: History) -> Verdict:
        """What `decide` would answer; nothing is timed, explained or counted."""
        scorer, rules = self.scorer, site.rules.at(self._now())
        scores, limits = self._assess(scorer, submission.content, rules)
        raised = checks.signals(submission, scores, history, rules, self.lists(site))
        context = checks.context(history)
        evidence = policy.Evidence(submission, raised, scores, limits, rules, context)
        return policy.decide(evidence, scorer.version).verdict

    def settled(self, history: History) -> History:
        """A history in which a quotation is told from a copy: its own words, alone, are ordinary.

        Without a model nobody can tell, so it is not counted as a copy.
        """
        if not history.own_words:
            return history
        try:
            (found,) = self.scorer.assess([history.own_words])
        except Unavailable:
            ordinary = True
        except Exception as error:  # noqa: BLE001  a scorer's bug must cost a verdict, not a comment
            self._meter.scorer_failed(error)
            ordinary = True
        else:
            ordinary = all(found.scores.get(head, 0.0) < 0.5 for head in _ADVERTISING)
        return replace(history, quotes=True, wave=history.wave_apart) if ordinary else history

    def decide_again(self, site: Site, case: Case) -> Decision:
        """Judge a waiting comment by today's model, rules and lists, in the company it had then."""
        scorer, rules, submission = self.scorer, site.rules.at(self._now()), case.submission
        scores, limits = self._assess(scorer, submission.content, rules)
        kept = [s for s in case.decision.reasons if s.code not in policy.SCORE_CODES]
        raised = (
            *checks.language(scores),
            *(signal for signal in kept if signal.code not in checks.LIST_CODES),
            *checks.listed(submission, self.lists(site)),
        )
        context = case.decision.context
        evidence = policy.Evidence(submission, raised, scores, limits, rules, context)
        decision = policy.decide(evidence, scorer.version)
        decision = self._beside(decision, site, submission, scorer)
        return decision if scores is None else explained(decision, scorer, submission.content)

    def draws(self, site: Site, case: Case) -> bool:
        """Whether chance picks this verdict for a person's second look; the answer is unchanged."""
        if case.decision.verdict == "hold" or case.submission.test_verdict:
            return False
        return self._chance() * 1000 < site.rules.sample_per_mille

    def timed(self, phase: str) -> Timed:
        """Tell the meter how long a phase took; one that failed is not counted."""
        return Timed(self._meter, phase)

    def lists(self, site: Site) -> checks.Lists:
        """The site's lists, compiled once per version of its rules."""
        return self._lists(site.id, site.rules)

    def _lists(self, name: str, rules: Rules) -> checks.Lists:
        version, lists = self._compiled.get(name, (-1, None))
        if lists is None or version != rules.version:
            lists = checks.compiled(rules)
            self._compiled[name] = (rules.version, lists)
        return lists

    def _beside(
        self, decision: Decision, site: Site, submission: Submission, scorer: Scorer | NoModel
    ) -> Decision:
        """The same decision, with what the shadow rules would have answered at this hour."""
        shadow = site.rules.shadowed()
        if shadow is None:
            return decision
        lists = self._lists(f"{site.id} shadow", shadow)
        would = rulebook.again(decision, submission, shadow.at(self._now()), scorer, lists)
        return replace(decision, shadow=would.verdict)

    def _assess(
        self, scorer: Scorer | NoModel, text: str, rules: Rules
    ) -> tuple[Scores | None, Mapping[str, Limits]]:
        try:
            return weighed(scorer, scorer.assess([text])[0], rules)
        except Unavailable:
            return None, {}
        except Exception as error:  # noqa: BLE001  a scorer's bug must cost a verdict, not a comment
            self._meter.scorer_failed(error)
            return None, {}


def weighed(
    scorer: Scorer | NoModel, assessment: Assessment, rules: Rules
) -> tuple[Scores, Mapping[str, Limits]]:
    """The scorer's word on a text, and from which scores on these rules act in its language."""
    scores = scores_of(assessment)
    return scores, rulebook.limits(scorer, rules, scores.language)


def scores_of(assessment: Assessment) -> Scores:
    """The scorer's word in the house's vocabulary."""
    language = cast(Language, assessment.language)
    return Scores(assessment.scores, language, assessment.unsure)


def explained(decision: Decision, scorer: Scorer | NoModel, text: str) -> Decision:
    """The same decision with the stretches of text that weighed, beside each score's reason."""
    heads = [_HEAD_OF[signal.code] for signal in decision.reasons if signal.code in _HEAD_OF]
    if not heads:
        return decision
    found = {of.head: _heaviest(of) for of in scorer.explain_each(text, heads)}
    reasons = (
        replace(signal, matches=found[_HEAD_OF[signal.code]]) if signal.code in _HEAD_OF else signal
        for signal in decision.reasons
    )
    return replace(decision, reasons=tuple(reasons))


def _heaviest(explanation: Explanation) -> tuple[Match, ...]:
    spans = sorted((s for s in explanation.spans if s.weight > 0), key=lambda s: -s.weight)
    return tuple(Match(s.start, s.end, round(s.weight, 3)) for s in spans[:_MOST_MATCHES])
