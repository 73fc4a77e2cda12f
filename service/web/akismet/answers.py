"""The Akismet protocol's answers to the byte: no newline, plain text, status 200 for any sense."""

from __future__ import annotations

import csv
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import Any, Final

from flask import Response, request

from service.comments import Decision
from service.reports import Tally
from service.web.desk.sheets import as_cell

THANKS: Final = "Thanks for making the web a better place."
Activity = tuple[str, Tally]
_SECONDS_A_SPAM: Final = 5
_WHY: Final = {
    403: "This key stands in pages, so it reports nothing; the full key does.",
    404: "There is nothing here.", 405: "Not with this method.", 413: "The body is too large.",
    429: "Too many; try again later.", 503: "Not now; try again soon.",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """Which of the rows are wanted."""

    limit: int
    offset: int

    def of(self, rows: Sequence[Activity]) -> Sequence[Activity]:
        """The rows of this page."""
        return rows[self.offset :][: self.limit]


def text(body: str, status: int = 200, **headers: str) -> Response:
    """A plain answer; header names are written with underscores, without their X-akismet-."""
    answer = Response(body, status, content_type="text/plain; charset=utf-8")
    for name, value in headers.items():
        answer.headers[f"X-akismet-{name.replace('_', '-')}"] = value
    if request.path.rstrip("/").endswith("/comment-check"):
        answer.headers.setdefault("X-akismet-guid", secrets.token_hex(16))
    return answer


def verdict(
    decision: Decision, case_id: str = "", *, again: bool, discard: bool = False
) -> Response:
    """A decision as Akismet clients understand it.

    The protocol has no word for "a person must look". WordPress holds a comment whose answer has
    the error header, and clients that do not know it take the body for spam: nothing is published.
    When WordPress asks again it does not look at the header, and holds on to its comment only if
    the body is neither of the two words.
    """
    guid = case_id.replace("-", "") or secrets.token_hex(16)
    if decision.verdict == "accept":
        return text("false", guid=guid)
    if decision.verdict == "hold":
        return held(guid, again=again)
    if discard:
        return text("true", guid=guid, pro_tip="discard")
    return text("true", guid=guid)


def held(guid: str = "", *, again: bool) -> Response:
    """A comment that a person must look at."""
    named = guid or secrets.token_hex(16)
    return text("hold" if again else "true", guid=named, error="held for a moderator")


def refused(why: str) -> Response:
    """A key, or a site's address, that is not good."""
    return text("invalid", debug_help=why)


def missing(field: str) -> Response:
    """A field that must be there."""
    return text(f"Missing required field: {field}.", debug_help=f'Empty "{field}" value')


def fault(status: int, _slug: str) -> Response:
    """What went wrong with the service or with the request's frame."""
    return text(_WHY.get(status, "The request cannot be served."), status)


def subscription(name: str) -> Response:
    """What the settings page wants to know before it stores a key."""
    return _json(
        {
            "account_id": 0,
            "account_type": "self-hosted",
            "account_name": name,
            "status": "active",
            "next_billing_date": False,
            "limit_reached": False,
        }
    )


def stats(tally: Tally) -> Response:
    """A site's figures for the settings page."""
    wrong = tally.missed + tally.wrongly_rejected
    share = 100 * (tally.total - wrong) / tally.total if tally.total else 100.0
    return _json(
        {
            "spam": tally.rejected,
            "ham": tally.passed,
            "missed_spam": tally.missed,
            "false_positives": tally.wrongly_rejected,
            "accuracy": f"{share:.2f}",
            "time_saved": tally.rejected * _SECONDS_A_SPAM,
            "breakdown": {},
        }
    )


def usage(tally: Tally, *, extended: bool) -> Response:
    """This month's calls; nothing is limited."""
    known: dict[str, Any] = {
        "limit": "none",
        "usage": tally.total,
        "percentage": "0.00",
        "throttled": False,
    }
    more = {"notice_level": 0, "upgrade": False} if extended else {}
    return _json({**known, **more})


def sites(month: datetime, listed: Sequence[Activity], page: Page) -> Response:
    """The sites that a key is good for, under their month."""
    rows = [
        {
            "site": name,
            "api_calls": str(tally.total),
            "spam": str(tally.rejected),
            "ham": str(tally.passed),
            "missed_spam": str(tally.missed),
            "false_positives": str(tally.wrongly_rejected),
            "is_revoked": False,
        }
        for name, tally in page.of(listed)
    ]
    told = {"limit": page.limit, "offset": page.offset, "total": len(listed)}
    return _json({f"{month:%Y-%m}": rows, **told})


def sites_as_csv(month: datetime, listed: Sequence[Activity], page: Page) -> Response:
    """The same as comma-separated values; the title does not repeat the key."""
    head = f"Active sites for this key during {month:%Y-%m} "
    head += f"(limit:{page.limit}, offset: {page.offset}, total: {len(listed)})"
    names = "Site,Total API Calls,Spam,Ham,Missed Spam,False Positives,Is Revoked"
    table = StringIO()
    rows = csv.writer(table, lineterminator="\n")
    for name, tally in page.of(listed):
        counts = tally.total, tally.rejected, tally.passed, tally.missed, tally.wrongly_rejected
        rows.writerow([as_cell(name), *counts, 0])
    answer = text(f"{head}\n{names}\n{table.getvalue()}")
    answer.mimetype = "text/csv"
    return answer


def _json(body: dict[str, Any]) -> Response:
    return Response(json.dumps(body), mimetype="application/json")
