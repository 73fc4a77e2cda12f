"""`saring export-labels`, `saring import`, `saring labels …`: what people ruled, out and in."""

from __future__ import annotations

import json
import sys
from typing import IO, Any, Final

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from service import labels
from service.archives import READERS
from service.cli.installation import installation
from service.comments import utc_now
from service.imports import Importer, Tally
from service.models.installed import load_current

_SHOWN: Final = 20


@click.command("export-labels")
@click.option("--output", type=click.File("w", encoding="utf-8", atomic=True), default="-")
@click.option("--site", default="", help="Only this site's.")
def export_labels(output: IO[str], site: str) -> None:
    """Rulings as training rows, one JSON object a line; addresses are masked."""
    here = installation()
    site_id = here.access.named_site(site).id if site else ""
    count = 0
    for row in labels.export(here.database, site_id):
        count += 1
        output.write(json.dumps(row.as_json(), ensure_ascii=False) + "\n")
    click.echo(f"{count} labels", err=True)


@click.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--site", required=True, help="The site whose past it is.")
@click.option("--format", "kind", type=click.Choice(tuple(READERS)), default="jsonl")
def import_past(file: IO[bytes], site: str, kind: str) -> None:
    """Take in a site's moderated past; what is here already is passed over."""
    here = installation()
    importer = Importer(here.database, load_current(here.models), here.settings.secret, utc_now)
    told, tally = 0, Tally()
    console = Console(stderr=True)
    columns = (BarColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        size = file.seek(0, 2) if file.seekable() else None
        if size is not None:
            file.seek(0)
        task = progress.add_task("reading", total=size)
        try:
            for tally in importer.take(here.access.named_site(site), READERS[kind](file)):
                progress.update(task, description=f"{tally.taken} taken", completed=_place(file))
                told = _tell(tally, told)
        except KeyboardInterrupt:
            click.echo("interrupted; run it again to go on", err=True)
            _summary(tally)
            sys.exit(130)
    _summary(tally)
    if tally.unreadable:
        sys.exit(1)


@click.group("labels")
def labels_group() -> None:
    """What people's rulings teach."""


@labels_group.command("conflicts")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def conflicts(as_json: bool) -> None:
    """List texts that were ruled both ways: they deserve a second look, and teach nothing."""
    found = labels.conflicts(labels.export(installation().database))
    for group in found:
        if as_json:
            click.echo(json.dumps([row.as_json() for row in group], ensure_ascii=False))
            continue
        click.echo(f"{' '.join(group[0].content.split())[:100]}")
        for row in group[:_SHOWN]:
            click.echo(f"  {row.verdict:7}{row.ruled_at[:16]}  {row.site}  {row.id}")
    if not as_json:
        click.echo(f"{len(found)} to look at again")


def _place(file: Any) -> int | None:
    return file.tell() if file.seekable() else None


def _tell(tally: Tally, told: int) -> int:
    """Say which lines cannot be read, the first of them; never what stands in them."""
    for bad in tally.unreadable[told:_SHOWN]:
        click.echo(f"{bad.number}: {bad.why}", err=True)
    return len(tally.unreadable)


def _summary(tally: Tally) -> None:
    click.echo(
        f"taken: {tally.taken}, known already: {tally.known}, waiting for a ruling (left out): "
        f"{tally.waiting}, unreadable: {len(tally.unreadable)}"
    )
