"""From signals and scores to one verdict: an ordered list of named rules; the first that decides
wins. Pure: the same input gives the same decision, so a stored one can be replayed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from service.comments import (
    DecidedBy,
    Decision,
    Language,
    Limits,
    Rules,
    Scores,
    Signal,
    Submission,
    Verdict,
)

POLICY_VERSION: Final = "1"

# The reason that a head's score becomes, in the order in which they are told.
HEAD_REASONS: Final[Mapping[str, str]] = {
    "gambling": "GAMBLING",
    "spam": "SPAM",
    "toxicity": "TOXIC",
    "identity_attack": "IDENTITY_ATTACK",
    "threat": "THREAT",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a rule may look at. ``scores`` is None where the scorer could not answer."""

    submission: Submission
    signals: tuple[Signal, ...]
    scores: Scores | None
    limits: Mapping[str, Limits]

    def has(self, code: str) -> bool:
        """Whether this signal was raised."""
        return any(signal.code == code for signal in self.signals)

    @property
    def rejectable(self) -> bool:
        """A score is over its reject limit, in a language that the model knows."""
        scores = self.scores
        return (
            scores is not None
            and not scores.unsure
            and any(
                _over(scores.heads.get(head), limits.reject) for head, limits in self.limits.items()
            )
        )

    @property
    def holdable(self) -> bool:
        """A score is over its hold limit."""
        scores = self.scores
        return scores is not None and any(
            _over(scores.heads.get(head), limits.hold) for head, limits in self.limits.items()
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """A stable name, who is credited, and the verdict it gives; None leaves it to the next."""

    name: str
    decided_by: DecidedBy
    verdict: Callable[[Evidence], Verdict | None]


RULES: Final[tuple[Rule, ...]] = (
    Rule("test-string", "rule", lambda e: e.submission.test_verdict),
    Rule("honeypot", "rule", lambda e: "reject" if e.has("HONEYPOT") else None),
    Rule("not-scored", "rule", lambda e: "hold" if e.scores is None else None),
    Rule("score-reject", "model", lambda e: "reject" if e.rejectable else None),
    Rule("score-hold", "model", lambda e: "hold" if e.holdable else None),
    Rule("too-fast", "rule", lambda e: "hold" if e.has("TOO_FAST") else None),
    Rule("language-unsure", "rule", lambda e: "hold" if e.has("LANGUAGE_UNSURE") else None),
    Rule("nothing-against-it", "model", lambda _: "accept"),
)


def decide(evidence: Evidence, model_version: str, rules: Rules) -> Decision:
    """Judge one submission; the decision carries what it takes to explain and replay it."""
    rule, verdict = _first(evidence)
    scores = evidence.scores
    return Decision(
        verdict=verdict,
        decided_by=rule.decided_by,
        rule=rule.name,
        reasons=(*_score_reasons(evidence), *evidence.signals),
        scores=scores.heads if scores else {},
        language=scores.language if scores else _UNKNOWN,
        limits=evidence.limits,
        model_version=model_version,
        rules_version=f"{POLICY_VERSION}.{rules.version}",
    )


_UNKNOWN: Final[Language] = "other"


def _first(evidence: Evidence) -> tuple[Rule, Verdict]:
    for rule in RULES:
        verdict = rule.verdict(evidence)
        if verdict is not None:
            return rule, verdict
    raise AssertionError("the last rule always decides")


def _score_reasons(evidence: Evidence) -> list[Signal]:
    """One reason per head at or over its hold limit, against the higher limit that it reached."""
    reasons = []
    heads = evidence.scores.heads if evidence.scores else {}
    for head, code in HEAD_REASONS.items():
        score, limits = heads.get(head), evidence.limits.get(head, Limits())
        if score is not None and _over(score, limits.reject):
            reasons.append(Signal(code, score, limits.reject))
        elif score is not None and _over(score, limits.hold):
            reasons.append(Signal(code, score, limits.hold))
    return reasons


def _over(score: float | None, limit: float | None) -> bool:
    return score is not None and limit is not None and score >= limit
