"""`saring policy …`: what other rules would have done, and the thresholds in force."""

from __future__ import annotations

import json

import click

from service.cli.accounts import read_changes
from service.cli.installation import installation
from service.web.policy import preview_out, thresholds_out


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


@policy.command("thresholds")
@click.argument("name")
@click.option("--learn", is_flag=True, help="Ask the rulings now instead of once a day.")
def thresholds(name: str, learn: bool) -> None:
    """The scores from which a site's comments are held and rejected, and whose word they are."""
    here = installation()
    if learn:
        here.thresholds.learn(here.access.named_site(name))
    found = here.thresholds.in_force(here.access.named_site(name))
    click.echo(json.dumps(thresholds_out(found), indent=2))
