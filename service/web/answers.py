"""What the native API answers, declared for OpenAPI; tests hold every real answer against it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from service.comments import REASONS
from service.events import TYPES

Probability = Annotated[float, Field(ge=0, le=1, description="A calibrated probability.")]
ReasonCode = Literal[REASONS]  # type: ignore[valid-type]
Verdict = Literal["accept", "hold", "reject"]
Language = Literal["id", "en", "mixed", "other"]


def round_score(score: float | None) -> float | None:
    """A score, a weight or a threshold as every answer gives it: to four decimals."""
    return None if score is None else round(score, 4)


class MatchOut(BaseModel):
    """A stretch of the text, in code points, and its weight in log-odds."""

    model_config = ConfigDict(title="Match")
    start: int
    end: int
    weight: float


class ReasonOut(BaseModel):
    """Why. A positive weight speaks against the comment."""

    model_config = ConfigDict(title="Reason")
    code: ReasonCode
    detail: Annotated[str, Field(description="A sentence in Indonesian or English.")]
    weight: float
    threshold: float | None
    matches: list[MatchOut]


class VerdictOut(BaseModel):
    """The answer to a comment."""

    model_config = ConfigDict(title="Verdict")
    id: str
    verdict: Verdict
    decided_by: Literal["model", "rule", "moderator"]
    rule: Annotated[str, Field(description="The name of the rule that decided.")]
    reasons: list[ReasonOut]
    scores: Annotated[dict[str, Probability], Field(description="Empty where it is NOT_SCORED.")]
    language: Language
    model_version: str
    rules_version: str


class CaseOut(VerdictOut):
    """A stored comment with its verdict; e-mail and IP addresses in it are masked."""

    model_config = ConfigDict(title="StoredComment")
    created_at: str
    content: str
    author_name: str
    author_url: str
    permalink: str
    post_title: str
    parent_id: str


class TextScoresOut(BaseModel):
    """What the model says of one text."""

    model_config = ConfigDict(title="TextScores")
    scores: dict[str, Probability]
    language: Language


class ScoredOut(BaseModel):
    """Scores: of one text beside the version, of several under ``results`` in their order."""

    model_config = ConfigDict(title="Scored")
    scores: dict[str, Probability] | None = None
    language: Language | None = None
    results: list[TextScoresOut] | None = None
    model_version: str


class EventOut(BaseModel):
    """Something that happened on the site; webhooks carry the same.

    ``data`` holds ids, verdicts and codes by the type of event, never what anybody wrote.
    """

    model_config = ConfigDict(title="Event")
    id: str
    sequence: Annotated[int, Field(description="Counts the site's events, in their order.")]
    type: Literal[TYPES]  # type: ignore[valid-type]
    timestamp: str
    data: dict[str, Any]


class EventsOut(BaseModel):
    """A page of events."""

    model_config = ConfigDict(title="Events")
    events: list[EventOut]
    next: Annotated[str, Field(description="Send it as ``after`` next time.")]
    more: Annotated[bool, Field(description="There are events behind this page already.")]
    gap: Annotated[bool, Field(description="Events behind ``after`` are no longer kept.")]


class ComplaintOut(BaseModel):
    """A complaint that was taken in; a person answers it until ``due_at``."""

    model_config = ConfigDict(title="TakenComplaint")
    id: str
    comment_id: str
    reason: str
    created_at: str
    due_at: str


class RulesOut(BaseModel):
    """A site's rules by name; `saring site set` changes them."""

    model_config = ConfigDict(title="Rules", extra="allow")
    version: int


class HeadThresholdsOut(BaseModel):
    """The scores from which a head holds and rejects, and what the model alone would say."""

    model_config = ConfigDict(title="HeadThresholds")
    hold: float | None
    reject: float | None
    model_hold: float | None
    model_reject: float | None
    source: Annotated[
        Literal["model", "rulings"], Field(description="``rulings``: they moved a threshold.")
    ]


class LanguageThresholdsOut(BaseModel):
    """The thresholds of one language, and on how many rulings their bounds rest."""

    model_config = ConfigDict(title="LanguageThresholds")
    rulings: int
    effective_size: float
    heads: dict[str, HeadThresholdsOut]


class ThresholdsOut(RootModel[dict[str, LanguageThresholdsOut]]):
    """By language."""

    model_config = ConfigDict(title="Thresholds")


class ChangeOut(BaseModel):
    """How many comments would get another verdict."""

    model_config = ConfigDict(title="Change")
    before: Annotated[Verdict, Field(alias="from")]
    to: Verdict
    comments: int


class PreviewOut(BaseModel):
    """What some rules would have done with the last days."""

    model_config = ConfigDict(title="PreviewResult")
    comments: int
    days: int
    held_a_day: float
    minutes_a_day: float
    changes: list[ChangeOut]
    missed_spam: int
    wrongly_rejected: int


class RateOut(BaseModel):
    """A share with its 95 % Wilson interval; null where nothing was checked."""

    model_config = ConfigDict(title="Rate")
    errors: int
    checked: int
    share: float | None
    interval: list[float]


class LanguageErrorsOut(BaseModel):
    """The machine's errors in one language."""

    model_config = ConfigDict(title="LanguageErrors")
    missed: RateOut
    wrongly_rejected: RateOut


class LiveErrorsOut(RootModel[dict[str, LanguageErrorsOut]]):
    """By language."""

    model_config = ConfigDict(title="LiveErrors")


class AuthorOut(BaseModel):
    """A person by pseudonym; never an address."""

    model_config = ConfigDict(title="Author")
    handle: Annotated[str, Field(description="Finds this person's comments: ?author=HANDLE.")]
    pseudonym: str
    accepted: int
    rejected: int
    first_seen: str | None
    standing: Literal["", "blocked", "trusted"]


class WaveOut(BaseModel):
    """The near copies that a comment belongs to."""

    model_config = ConfigDict(title="Wave")
    id: str
    copies: int
    waiting: int
    unruled: int


class ParentOut(BaseModel):
    """The comment that this one answers."""

    model_config = ConfigDict(title="Parent")
    id: str
    content: str


class PlainOut(BaseModel):
    """A word in disguise, and how it reads."""

    model_config = ConfigDict(title="Plain")
    written: str
    reads: str


class WaitingComplaintOut(BaseModel):
    """A reader's complaint that waits; a ruling on the comment answers it."""

    model_config = ConfigDict(title="WaitingComplaint")
    id: str
    reason: str
    detail: str
    due_at: str


class PastRulingOut(BaseModel):
    """What a person said of the comment; `withdrawn_at` where it was taken back."""

    model_config = ConfigDict(title="PastRuling")
    verdict: Verdict
    labels: list[str]
    note: str
    moderator: str
    created_at: str
    withdrawn_at: str | None


class CardOut(CaseOut):
    """One thing to decide: a comment, or a wave shown by the copy that has waited longest."""

    model_config = ConfigDict(title="Card")
    verdict: Verdict | None  # type: ignore[assignment]  # null where it is blind, as are the next
    decided_by: Literal["model", "rule", "moderator"] | None  # type: ignore[assignment]
    rule: str | None  # type: ignore[assignment]
    blind: Annotated[
        bool,
        Field(
            description="A spot check that you have not ruled on: verdict, scores and reasons are "
            "left out until you have, or ask for them with `scores=1`."
        ),
    ]
    site: str
    version: Annotated[int, Field(description="Send it back with a ruling.")]
    sampled: bool
    score: Probability | None
    limits: Annotated[
        dict[str, tuple[float | None, float | None]],
        Field(description="Per head, the scores from which it is held and rejected."),
    ]
    author: AuthorOut
    wave: WaveOut | None
    parent: ParentOut | None
    plain: list[PlainOut]
    claimed_by: str | None
    complaints: list[WaitingComplaintOut]
    rulings: Annotated[
        list[PastRulingOut], Field(description="Oldest first; of a single comment only.")
    ]


class StretchOut(BaseModel):
    """A stretch of the text, in code points."""

    model_config = ConfigDict(title="Stretch")
    start: int
    end: int


class CounterfactualOut(BaseModel):
    """The least that could be missing from the text for a milder verdict."""

    model_config = ConfigDict(title="Counterfactual")
    without: list[StretchOut]
    verdict: Verdict
    detail: Annotated[str, Field(description="A sentence in Indonesian or English.")]


class CaseCardOut(CardOut):
    """A card, and what would change its verdict: null where nothing in the text would."""

    model_config = ConfigDict(title="CaseCard")
    counterfactual: CounterfactualOut | None


class QueueOut(BaseModel):
    """A page of the queue; the cursor leads to the next one."""

    model_config = ConfigDict(title="Queue")
    items: list[CardOut]
    cursor: str | None
    counts: Annotated[dict[str, int], Field(description="Cards by tab, up to 1,000; waves to 200.")]


class StrokeOut(BaseModel):
    """Rulings made at once."""

    model_config = ConfigDict(title="Stroke")
    batch: Annotated[str, Field(description="DELETE /v1/rulings/{batch} takes all of it back.")]
    ruled: int
    stale: Annotated[list[str], Field(description="Comments that changed since they were seen.")]


class RestoredOut(BaseModel):
    """Rulings taken back at once."""

    model_config = ConfigDict(title="Restored")
    restored: int


class FieldProblemOut(BaseModel):
    """One bad field."""

    model_config = ConfigDict(title="FieldProblem")
    field: str
    code: str
    detail: str


class ProblemOut(BaseModel):
    """RFC 9457. ``verdict`` and ``errors`` come with 422 only."""

    model_config = ConfigDict(title="Problem")
    type: str
    title: str
    status: int
    code: Annotated[str, Field(description="Stable; for programs.")]
    detail: Annotated[str, Field(description="For people, in Indonesian or English.")]
    verdict: Literal["reject"] | None = None
    errors: list[FieldProblemOut] | None = None


class StatusOut(BaseModel):
    """``ok``, or what is not; one member per check."""

    model_config = ConfigDict(title="Status", extra="allow")
    status: str
