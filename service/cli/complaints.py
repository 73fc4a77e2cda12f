"""`saring complaints export`: the monthly record of readers' complaints."""

from __future__ import annotations

import csv
from datetime import datetime
from typing import IO, Any, Final

import click

from service.cli.installation import installation
from service.comments import Complaint, utc_now
from service.complaints import Complaints
from service.web import wording

_COLUMNS: Final = (
    "site", "complaint", "comment", "reason", "reason_detail", "detail", "received_at", "due_at",
    "answered_at", "outcome", "in_time",
)  # fmt: skip
# What spreadsheets take for the start of a formula, full-width forms included.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@click.group("complaints")
def complaints() -> None:
    """What readers complained about."""


@complaints.command("export")
@click.option("--month", required=True, type=click.DateTime(["%Y-%m"]), help="YYYY-MM.")
@click.option("--site", "name", help="Only this site.")
@click.option("--output", type=click.File("w", encoding="utf-8"), default="-")
@click.option("--language", type=click.Choice(wording.LANGUAGES), default="id", show_default=True)
def export(month: datetime, name: str | None, output: IO[str], language: str) -> None:
    """A month's complaints as CSV, by each site's own time zone."""
    here = installation()
    core = Complaints(here.database, utc_now)
    sites = [here.access.named_site(name)] if name else here.access.sites()
    writer = csv.writer(output, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for site in sites:
        for complaint in core.month(site, month.year, month.month):
            writer.writerow(map(_cell, _row(site.name, complaint, language)))


def _row(site: str, complaint: Complaint, language: str) -> list[str]:
    answered = complaint.resolved_at
    in_time = "" if answered is None else ("yes" if answered <= complaint.due_at else "no")
    return [
        site,
        complaint.id,
        complaint.comment_id,
        complaint.reason,
        wording.complaint(complaint.reason, language),
        complaint.detail,
        complaint.created_at.isoformat(),
        complaint.due_at.isoformat(),
        answered.isoformat() if answered else "",
        complaint.outcome,
        in_time,
    ]


def _cell(value: Any) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe before what looks like one."""
    text = str(value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


COMMANDS = (complaints,)
