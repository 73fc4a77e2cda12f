"""From signals and scores to one verdict: an ordered list of named rules; the first that decides
wins. Pure: the same input gives the same decision, so a stored one can be replayed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from service.comments import (
    DecidedBy,
    Decision,
    Language,
    Limits,
    Scores,
    Signal,
    Submission,
    Verdict,
)
from service.rules import Rules

POLICY_VERSION: Final = "3"

# The reason that a head's score becomes, in the order in which they are told.
HEAD_REASONS: Final[Mapping[str, str]] = {
    "gambling": "GAMBLING",
    "spam": "SPAM",
    "toxicity": "TOXIC",
    "identity_attack": "IDENTITY_ATTACK",
    "threat": "THREAT",
}
# Weaker signals of these kinds are recorded and told, and decide nothing by themselves.
LEAST_WEIGHTS: Final[Mapping[str, float]] = {
    "LINKS": 0.5,
    "NEAR_COPY": 0.015,
    "OBFUSCATED_TEXT": 0.5,
    "MIXED_SCRIPT": 0.5,
}
_ANY_WEIGHT: Final = 1e-9
CERTAIN_LINKS: Final = 0.95
_THROW_AWAY: Final = 0.3  # NEW_COMMENTER of a throw-away mailbox; of a first comment it is less

# What scores say by themselves; a new scoring says it anew.
SCORE_CODES: Final = frozenset((*HEAD_REASONS.values(), "LANGUAGE_UNSURE", "NOT_SCORED"))
_UNKNOWN: Final[Language] = "other"
MOST_MATCHES: Final = 100
"""Places in the text that one signal tells."""
_NO_LIMITS: Final = Limits()


@dataclass(frozen=True)
class Evidence:
    """All that a rule may look at. ``scores`` is None where the scorer could not answer.

    ``context`` holds what people said before and what the comment's wave has come to, under
    ``ruled``, ``author``, ``wave_ruling``, ``wave_worst`` and ``quotes``
    (the context of `service.checks`); of an edited comment the verdict in force before, under
    ``edited``, and a person's ruling on the earlier text, under ``ruled_before_edit``.
    """

    submission: Submission
    signals: tuple[Signal, ...]
    scores: Scores | None
    limits: Mapping[str, Limits]
    rules: Rules = field(default_factory=Rules)
    context: Mapping[str, Verdict] = field(default_factory=dict)

    def has(self, code: str) -> bool:
        """Whether this signal speaks against the comment loudly enough to decide."""
        return code in self._loud

    @cached_property
    def _loud(self) -> frozenset[str]:
        least = LEAST_WEIGHTS.get
        return frozenset([s.code for s in self.signals if s.weight >= least(s.code, _ANY_WEIGHT)])

    @property
    def is_quiet(self) -> bool:
        """Nothing that any rule but the last looks at: what most comments are."""
        if self._loud or self.context or self.scores is None or self.submission.test_verdict:
            return False
        return not (self._over("hold") or self._over("reject"))

    @property
    def trusted(self) -> bool:
        """Whether the author has earned it: a negative NEW_COMMENTER."""
        return any(s.code == "NEW_COMMENTER" and s.weight < 0 for s in self.signals)

    @property
    def rejectable(self) -> bool:
        """A score is over its reject limit, in a language that the model knows."""
        return self._over("reject") and self.scores is not None and not self.scores.unsure

    @property
    def holdable(self) -> bool:
        """A score is over its hold limit."""
        return self._over("hold")

    def _over(self, level: str) -> bool:
        heads = self.scores.heads if self.scores else {}
        for head, limits in self.limits.items():
            score, limit = heads.get(head), getattr(limits, level)
            if score is not None and limit is not None and score >= limit:
                return True
        return False


@dataclass(frozen=True, slots=True)
class Rule:
    """A stable name, who is credited, and the verdict it gives; None leaves it to the next."""

    name: str
    decided_by: DecidedBy
    verdict: Callable[[Evidence], Verdict | None]


def _holds(code: str) -> Callable[[Evidence], Verdict | None]:
    return lambda evidence: "hold" if evidence.has(code) else None


def _holds_strangers(code: str) -> Callable[[Evidence], Verdict | None]:
    return lambda evidence: "hold" if evidence.has(code) and not evidence.trusted else None


def _bad_links(evidence: Evidence) -> Verdict | None:
    """Nearly certain only where people rejected a host before and more speaks against it."""
    certain = any(s.code == "LINKS" and s.weight >= CERTAIN_LINKS for s in evidence.signals)
    return "reject" if certain and not evidence.trusted else None


def _wave_ruling(evidence: Evidence) -> Verdict | None:
    return evidence.context.get("wave_ruling") if evidence.has("NEAR_COPY") else None


def _wave_fate(evidence: Evidence) -> Verdict | None:
    """Copies share the hardest verdict that one of them got; none is accepted unseen."""
    if not evidence.has("NEAR_COPY"):
        return None
    return "reject" if evidence.context.get("wave_worst") == "reject" else "hold"


def _edited(evidence: Evidence) -> Verdict | None:
    """A person rejected the text before the edit: whatever the rest says, no more than a hold."""
    if evidence.context.get("ruled_before_edit") != "reject":
        return None
    rest = {name: said for name, said in evidence.context.items() if name != "ruled_before_edit"}
    _, verdict = _first(replace(evidence, context=rest))
    return "hold" if verdict == "accept" else None


def _disposable(evidence: Evidence) -> Verdict | None:
    thrown = any(s.code == "NEW_COMMENTER" and s.weight >= _THROW_AWAY for s in evidence.signals)
    return "hold" if evidence.rules.hold_disposable_email and thrown else None


def _first_time(evidence: Evidence) -> Verdict | None:
    return "hold" if evidence.rules.hold_first_time and evidence.has("NEW_COMMENTER") else None


# A person's word first, then the site's lists, traps, waves, scores, and at last the doubts.
RULES: Final[tuple[Rule, ...]] = (
    Rule("test-string", "rule", lambda e: e.submission.test_verdict),
    Rule("edited-after-reject", "rule", _edited),
    Rule("ruled-before", "moderator", lambda e: e.context.get("ruled")),
    Rule("author-standing", "moderator", lambda e: e.context.get("author")),
    Rule("blocked-mail-domain", "rule", lambda e: "reject" if e.has("BLOCKED_AUTHOR") else None),
    Rule("banned-word", "rule", lambda e: "reject" if e.has("BANNED_WORD") else None),
    Rule("honeypot", "rule", lambda e: "reject" if e.has("HONEYPOT") else None),
    Rule("wave-ruled", "moderator", _wave_ruling),
    Rule("quotes-another", "rule", lambda e: e.context.get("quotes")),
    Rule("wave", "rule", _wave_fate),
    Rule("not-scored", "rule", lambda e: "hold" if e.scores is None else None),
    Rule("score-reject", "model", lambda e: "reject" if e.rejectable else None),
    Rule("bad-links", "rule", _bad_links),
    Rule("score-hold", "model", lambda e: "hold" if e.holdable else None),
    Rule("suspect-word", "rule", _holds("SUSPECT_WORD")),
    Rule("personal-data", "rule", _holds("PERSONAL_DATA")),
    Rule("links", "rule", _holds_strangers("LINKS")),
    Rule("disguise", "rule", _holds_strangers("OBFUSCATED_TEXT")),
    Rule("mixed-script", "rule", _holds_strangers("MIXED_SCRIPT")),
    Rule("too-fast", "rule", _holds_strangers("TOO_FAST")),
    Rule("repeat", "rule", _holds_strangers("REPEAT_POST")),
    Rule("first-time", "rule", _first_time),
    Rule("disposable-email", "rule", _disposable),
    Rule("language-unsure", "rule", _holds("LANGUAGE_UNSURE")),
    Rule("nothing-against-it", "model", lambda _: "accept"),
)


def decide(evidence: Evidence, model_version: str) -> Decision:
    """Judge one submission; the decision carries what it takes to explain and replay it."""
    rule, verdict = _first(evidence)
    scores = evidence.scores
    return Decision(
        verdict=verdict,
        decided_by=rule.decided_by,
        rule=rule.name,
        reasons=(*_score_reasons(evidence), *map(_within_bounds, evidence.signals)),
        scores=scores.heads if scores else {},
        language=scores.language if scores else _UNKNOWN,
        limits=evidence.limits,
        context=evidence.context,
        model_version=model_version,
        rules_version=rules_version(evidence.rules),
    )


def rules_version(rules: Rules) -> str:
    """The version of the policy, behind a point of the site's rules, and behind another of the
    thresholds that its rulings taught."""
    known = f".{rules.learnt.version}" if rules.learnt and rules.learn_thresholds else ""
    return f"{POLICY_VERSION}.{rules.version}{known}"


def replay(
    decision: Decision,
    submission: Submission,
    rules: Rules,
    limits: Mapping[str, Limits] | None = None,
    signals: tuple[Signal, ...] | None = None,
) -> Decision:
    """Judge again from what a decision recorded: the same answer under the same rules.

    Other `rules`, `limits` or `signals` show what they would have done.
    """
    told = frozenset(HEAD_REASONS.values())
    kept = tuple(signal for signal in decision.reasons if signal.code not in told)
    raised = kept if signals is None else signals
    unsure = any(signal.code == "LANGUAGE_UNSURE" for signal in raised)
    scores = Scores(decision.scores, decision.language, unsure) if decision.scores else None
    evidence = Evidence(
        submission,
        raised,
        scores,
        decision.limits if limits is None else limits,
        rules,
        decision.context,
    )
    return decide(evidence, decision.model_version)


def _first(evidence: Evidence) -> tuple[Rule, Verdict]:
    for rule in RULES[-1:] if evidence.is_quiet else RULES:
        verdict = rule.verdict(evidence)
        if verdict is not None:
            return rule, verdict
    raise AssertionError("the last rule always decides")


def _score_reasons(evidence: Evidence) -> list[Signal]:
    """One reason per head at or over its hold limit, against the higher limit that it reached."""
    reasons = []
    heads = evidence.scores.heads if evidence.scores else {}
    for head, code in HEAD_REASONS.items():
        score, limits = heads.get(head), evidence.limits.get(head, _NO_LIMITS)
        if score is not None and _reached(score, limits.reject):
            reasons.append(Signal(code, score, limits.reject))
        elif score is not None and _reached(score, limits.hold):
            reasons.append(Signal(code, score, limits.hold))
    return reasons


def _within_bounds(signal: Signal) -> Signal:
    """The signal with its heaviest matches, in the order of the text: what is stored and shown of
    a comment must not grow to many times its length."""
    if len(signal.matches) <= MOST_MATCHES:
        return signal
    heaviest = sorted(signal.matches, key=lambda match: -match.weight)[:MOST_MATCHES]
    return replace(signal, matches=tuple(sorted(heaviest, key=lambda match: match.start)))


def _reached(score: float | None, limit: float | None) -> bool:
    return score is not None and limit is not None and score >= limit
