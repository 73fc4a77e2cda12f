"""`saring forget`, `purge`, `backup`, `restore`, `doctor`: what is kept, and its health."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any, Final

import click

from service import home, retention, upkeep
from service.cli.installation import installation
from service.comments import Case, utc_now
from service.doctor import examine
from service.forgotten import Ledger
from service.settings import Settings
from service.storage.engine import open_database
from service.upkeep import Standing

_BYTE_ORDER_MARK: Final = "\ufeff"  # what some editors put before the first line


@click.command("forget")
@click.option("--email-file", type=click.File(), help="One address a line; - is stdin.")
@click.option("--show", is_flag=True, help="Print what is kept, as JSON lines; erase nothing.")
@click.option("--again", is_flag=True, help="After a restore: erase what it brought back.")
def forget(email_file: IO[str] | None, show: bool, again: bool) -> None:
    """Erase every trace of the authors with these addresses, on every site."""
    if again == bool(email_file):
        raise click.UsageError("give --email-file, or --again and nothing else")
    here = installation()
    ledger = Ledger(here.settings.home, here.settings.secret)
    if again:
        click.echo(_erased(upkeep.forget_again(here.database, ledger)))
        return
    lines = (line.strip(f"{_BYTE_ORDER_MARK} \t\r\n") for line in email_file or ())
    emails = [line for line in lines if line]
    if show:
        for site, kept in upkeep.kept_of(here.database, here.settings.secret, emails):
            click.echo(json.dumps({"site": site, **_shown(kept)}, ensure_ascii=False))
        return
    counts = upkeep.forget(here.database, here.settings.secret, emails, ledger)
    click.echo(f"addresses: {len(emails)}, {_erased(counts)}")


def _shown(kept: Case | Standing) -> dict[str, Any]:
    from service.web.native import case_out  # the web's libraries, for those who look

    if isinstance(kept, Standing):
        return {"standing": kept.standing, "set_at": kept.set_at.isoformat()}
    return case_out(kept, "en")


def _erased(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} erased: {count}" for name, count in counts.items())


@click.command("purge")
def purge() -> None:
    """Apply retention: erase comments older than SARING_RETENTION_DAYS, and old answers."""
    here = installation()
    counts = retention.purge(here.database, here.settings.retention_days, utc_now())
    click.echo(_erased(counts))


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False))
def backup(file: str) -> None:
    """Copy the SQLite database to FILE while serving goes on."""
    upkeep.backup(installation().database, file)
    click.echo(f"saved to {file}; keep SARING_HOME/secret too, or no key will be known")


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
def restore(file: str) -> None:
    """Replace the SQLite database with FILE; stop the service first.

    Who was forgotten since the backup was made is forgotten again.
    """
    settings = home.prepare(Settings.from_env())
    database = open_database(settings.database_url)  # as it is: it may be the damaged one
    ledger = Ledger(settings.home, settings.secret)
    with home.alone(settings.home):
        upkeep.restore(database, file)
        click.echo(f"restored from {file}")
        if ledger.read():
            click.echo(f"forgotten again: {_erased(upkeep.forget_again(database, ledger))}")
    database.engine.dispose()


@click.command("doctor")
def doctor() -> None:
    """Look at settings, database, secrets, webhooks, model and disk: one line each."""
    findings = examine(Settings.from_env())
    for name, failure in findings.items():
        click.echo(f"{'FAIL' if failure else 'ok  '}  {name}{': ' + failure if failure else ''}")
    if any(findings.values()):
        raise SystemExit(1)
