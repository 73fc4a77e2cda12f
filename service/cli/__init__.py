"""The `saring` command: as thin as a web adapter."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from io import StringIO
from typing import Final

import click

from service import __version__
from service.cli.crashes import tell_nothing_of_crashes
from service.cli.lazy import Later, LazyGroup
from service.errors import BadSettings, Invalid, ServiceError

COMMANDS: Final[Mapping[str, Later]] = {
    "backup": Later("data:backup", "Copy the SQLite database to FILE while serving goes on."),
    "complaints": Later("complaints:complaints", "What readers complained about."),
    "doctor": Later(
        "data:doctor",
        "Look at settings, database, secrets, webhooks, model and disk: one line each.",
    ),
    "export-labels": Later(
        "labels:export_labels",
        "Rulings as training rows, one JSON object a line; addresses are masked.",
    ),
    "forget": Later(
        "data:forget", "Erase every trace of the authors with these addresses, on every site."
    ),
    "import": Later(
        "labels:import_past",
        "Take in a site's moderated past; what is here already is passed over.",
    ),
    "labels": Later("labels:labels_group", "What people's rulings teach."),
    "model": Later("watching:model", "Models: shipped with the software, or made here."),
    "moderator": Later("accounts:moderator", "People who rule on what was held."),
    "policy": Later("policy:policy", "Budgets, lists and thresholds."),
    "purge": Later(
        "data:purge",
        "Apply retention: erase comments older than SARING_RETENTION_DAYS, and old answers.",
    ),
    "restore": Later(
        "data:restore", "Replace the SQLite database with FILE; stop the service first."
    ),
    "score": Later(
        "score:score", 'Judge comments, one JSON object with "content" a line; nothing is stored.'
    ),
    "serve": Later("serve:serve", "Bring the database up to date and serve until stopped."),
    "site": Later("accounts:site", "Websites that post comments."),
    "webhook": Later(
        "webhooks:webhook", "Tell a site's own server what happens (docs/webhooks.md)."
    ),
}


@click.group(
    cls=LazyGroup, later=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="saring")
def commands() -> None:
    """Comment moderation: accept, hold or reject. Settings come from SARING_… variables."""


def main() -> None:
    """Run the command; what is refused on purpose is a line, or one for each bad value; exit 1,
    or 2 as click's own where the words of the command are no good."""
    os.umask(0o077)  # what is written holds people's words: the owner's to read, nobody else's
    tell_nothing_of_crashes()
    try:
        sys.exit(commands(standalone_mode=False))
    except click.ClickException as error:
        told = StringIO()
        error.show(told)
        _tell_masked(told.getvalue())
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("saring: interrupted", err=True)
        sys.exit(1)
    except Invalid as error:
        _tell(error)
        sys.exit(1)
    except BadSettings as error:
        click.echo(f"saring: {error}", err=True)  # an address here is the operator's own server
        sys.exit(1)
    except ServiceError as error:
        _tell_masked(f"saring: {error}\n")
        sys.exit(1)


def _tell_masked(text: str) -> None:
    """It may repeat an argument, and this may be somebody's address where a file was meant."""
    from service import privacy  # as late as the above

    click.echo(privacy.mask(text), err=True, nl=False)


def _tell(error: Invalid) -> None:
    from service.web import wording  # the web's libraries: only where something is wrong

    for bad in error.fields:
        click.echo(f"saring: {bad.field}: {wording.field(bad, 'en')}", err=True)
