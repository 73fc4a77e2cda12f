"""`saring policy preview`: what other rules would have done with the last days."""

from __future__ import annotations

import json

import click

from service.cli.accounts import read_changes
from service.cli.installation import installation
from service.web.policy import preview_out


@click.group("policy")
def policy() -> None:
    """Budgets, lists and thresholds."""


@policy.command("preview")
@click.argument("name")
@click.argument("changes", nargs=-1, metavar="RULE=VALUE…")
@click.option("--days", type=click.IntRange(1, 365), default=7, show_default=True)
def preview(name: str, changes: tuple[str, ...], days: int) -> None:
    """Replay a site's last days under changed rules; nothing is stored."""
    here = installation()
    site = here.access.named_site(name)
    found = here.rulebook.preview(site, read_changes(changes), days)
    click.echo(json.dumps(preview_out(found), indent=2))


COMMANDS = (policy,)
