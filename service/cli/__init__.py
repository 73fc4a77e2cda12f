"""The `saring` command: as thin as a web adapter."""

from __future__ import annotations

import os
import sys

import click

from service import __version__
from service.cli import accounts, complaints, data, labels, policy, score, serve, watching, webhooks
from service.errors import Invalid, ServiceError
from service.web import wording


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="saring")
def commands() -> None:
    """Comment moderation: accept, hold or reject. Settings come from SARING_… variables."""


for _room in (serve, accounts, data, policy, webhooks, complaints, labels, watching, score):
    for _command in _room.COMMANDS:
        commands.add_command(_command)


def main() -> None:
    """Run the command; what is refused on purpose is a line, or one for each bad value; exit 1."""
    os.umask(0o077)  # what is written holds people's words: the owner's to read, nobody else's
    try:
        commands()
    except Invalid as error:
        for bad in error.fields:
            click.echo(f"saring: {bad.field}: {wording.field(bad, 'en')}", err=True)
        sys.exit(1)
    except ServiceError as error:
        click.echo(f"saring: {error}", err=True)
        sys.exit(1)
