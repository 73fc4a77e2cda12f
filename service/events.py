"""What a site is told of: ids, verdicts and codes. Nothing that anybody wrote, and no address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from service.comments import Decision, Submission, Verdict

TYPES: Final = (
    "comment.accepted", "comment.held", "comment.rejected", "comment.edited", "comment.rescored",
    "comment.ruled", "comment.ruling_undone", "comment.erased", "wave.ruled", "wave.ruling_undone",
    "complaint.received", "complaint.resolved",
)  # fmt: skip
_ARRIVED: Final[Mapping[Verdict, str]] = {
    "accept": "comment.accepted",
    "hold": "comment.held",
    "reject": "comment.rejected",
}


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened to one subject, a comment or a wave; not told yet."""

    type: str
    subject: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """News with its place in the order of a site's events."""

    id: str
    number: int
    type: str
    created_at: datetime
    data: Mapping[str, Any]


def arrived(comment_id: str, submission: Submission, decision: Decision) -> News:
    """The machine's first verdict on a comment."""
    data = {**_judged(comment_id, decision), "test": submission.test_verdict is not None}
    return News(_ARRIVED[decision.verdict], comment_id, data)


def rescored(comment_id: str, decision: Decision) -> News:
    """Another model or other rules gave a waiting comment another verdict."""
    return News("comment.rescored", comment_id, _judged(comment_id, decision))


def edited(comment_id: str, decision: Decision, before: Verdict) -> News:
    """A comment's text was changed and judged again; the verdict before was another text's."""
    data = {**_judged(comment_id, decision), "verdict_before": before}
    return News("comment.edited", comment_id, data)


def erased(comment_id: str) -> News:
    """A comment is gone: the id and nothing else."""
    return News("comment.erased", comment_id, {"comment_id": comment_id})


def ruled(
    comment_id: str, verdict: Verdict, labels: tuple[str, ...] = (), batch: str | None = None
) -> News:
    """A person's verdict is in force. Who it was is not for the site's log."""
    data = {"comment_id": comment_id, "verdict": verdict, "decided_by": "moderator"}
    return News("comment.ruled", comment_id, {**data, "labels": list(labels), "batch": batch})


def ruling_undone(comment_id: str, verdict: Verdict, decided_by: str) -> News:
    """A ruling was taken back; `verdict` is in force instead."""
    data = {"comment_id": comment_id, "verdict": verdict, "decided_by": decided_by}
    return News("comment.ruling_undone", comment_id, data)


def wave_ruled(wave_id: str, verdict: Verdict, batch: str, comments: int) -> News:
    """One ruling on a wave; each of its comments has an event of its own as well."""
    data = {"wave_id": wave_id, "verdict": verdict, "batch": batch, "comments": comments}
    return News("wave.ruled", wave_id, data)


def wave_ruling_undone(wave_id: str, batch: str, comments: int) -> News:
    """A ruling on a wave was taken back."""
    data = {"wave_id": wave_id, "batch": batch, "comments": comments}
    return News("wave.ruling_undone", wave_id, data)


def complained(complaint_id: str, comment_id: str, reason: str, due_at: datetime) -> News:
    """A reader complained about a comment."""
    data = {"complaint_id": complaint_id, "comment_id": comment_id, "reason": reason}
    return News("complaint.received", comment_id, {**data, "due_at": due_at.isoformat()})


def complaint_resolved(complaint_id: str, comment_id: str, outcome: str) -> News:
    """A moderator ruled on the comment, or it was erased."""
    data = {"complaint_id": complaint_id, "comment_id": comment_id, "outcome": outcome}
    return News("complaint.resolved", comment_id, data)


def _judged(comment_id: str, decision: Decision) -> dict[str, Any]:
    return {
        "comment_id": comment_id,
        "verdict": decision.verdict,
        "decided_by": decision.decided_by,
        "rule": decision.rule,
        "codes": [signal.code for signal in decision.reasons],
    }
