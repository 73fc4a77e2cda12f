"""The monthly record of complaints, for Dewan Pers: the same rows on paper and as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from service.comments import Complaint
from service.web import wording

COLUMNS: Final = (
    "site", "complaint", "comment", "reason", "reason_detail", "detail", "received_at", "due_at",
    "answered_at", "outcome", "in_time",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One complaint of the record, with the site that it was sent to."""

    site: str
    complaint: Complaint


def rows(lines: Iterable[Line], language: str) -> Iterator[list[str]]:
    """The record's lines under `COLUMNS`; times in ISO 8601, UTC."""
    for line in lines:
        complaint, answered = line.complaint, line.complaint.resolved_at
        yield [
            line.site,
            complaint.id,
            complaint.comment_id,
            complaint.reason,
            wording.complaint(complaint.reason, language),
            complaint.detail,
            complaint.created_at.isoformat(),
            complaint.due_at.isoformat(),
            answered.isoformat() if answered else "",
            complaint.outcome,
            {None: "", True: "yes", False: "no"}[complaint.in_time],
        ]
