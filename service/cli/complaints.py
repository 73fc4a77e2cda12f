"""`saring complaints export`: the monthly record of readers' complaints."""

from __future__ import annotations

from datetime import datetime
from typing import IO

import click

from service.cli.installation import installation
from service.comments import utc_now
from service.complaints import Complaints
from service.web import wording
from service.web.desk.complaint_record import COLUMNS, Line, rows
from service.web.desk.sheets import write_sheet


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
    lines = (
        Line(site.name, complaint)
        for site in sites
        for complaint in core.month(site, month.year, month.month)
    )
    write_sheet(output, COLUMNS, rows(lines, language))
