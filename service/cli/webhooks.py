"""`saring webhook …`: where sites are told, and what could not be told."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from service.cli.installation import installation
from service.comments import utc_now
from service.outbound.post import Post
from service.webhooks import Courier, Webhooks


@click.group("webhook")
def webhook() -> None:
    """Tell a site's own server what happens (docs/webhooks.md)."""


@webhook.command("add")
@click.argument("site")
@click.argument("url")
@click.option(
    "--allow-private", is_flag=True, help="Allow http and addresses of one's own network."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def add(site: str, url: str, allow_private: bool, as_json: bool) -> None:
    """Tell URL what happens on SITE from now on; the secret is shown once."""
    named = installation().access.named_site(site)
    webhook_id, secret = _webhooks().add(named, url, allow_private=allow_private)
    if as_json:
        click.echo(json.dumps({"id": webhook_id, "secret": secret}))
    else:
        click.echo(f"webhook       {webhook_id}\nsecret        {secret}")


@webhook.command("list")
def list_all() -> None:
    """Every webhook: id, site, waiting, dead, URL."""
    for one in _webhooks().all():
        counts = f"waiting {one.waiting}\tdead {one.dead}"
        click.echo(f"{one.id}\t{one.site}\t{counts}\t{one.url}")


@webhook.command("remove")
@click.argument("webhook_id", metavar="ID")
def remove(webhook_id: str) -> None:
    """Stop telling; what still waited is dropped."""
    _webhooks().remove(webhook_id)
    click.echo(f"webhook {webhook_id} removed")


@webhook.command("rotate")
@click.argument("webhook_id", metavar="ID")
def rotate(webhook_id: str) -> None:
    """Make the next secret; messages are signed with the old one too for a day."""
    click.echo(f"secret        {_webhooks().rotate(webhook_id)}")


@webhook.command("dead")
@click.argument("webhook_id", metavar="ID")
def dead(webhook_id: str) -> None:
    """What could not be told within a day, as JSON lines."""
    for letter in _webhooks().dead(webhook_id):
        event = {**asdict(letter.event), "created_at": letter.event.created_at.isoformat()}
        told = {"attempts": letter.attempts, "last_answer": letter.last_answer}
        click.echo(json.dumps({**event, **told}))


@webhook.command("resend")
@click.argument("webhook_id", metavar="ID")
@click.argument("event_ids", nargs=-1, metavar="[EVENT]…")
def resend(webhook_id: str, event_ids: tuple[str, ...]) -> None:
    """Try dead letters for another day, all of them where no EVENT is named."""
    click.echo(f"to be sent again: {_webhooks().resend(webhook_id, event_ids)}")


@webhook.command("deliver")
def deliver() -> None:
    """Send what is due now, once; the service does this by itself."""
    here = installation()
    courier = Courier(here.database, here.settings.secret, utc_now, Post())
    click.echo(f"told: {courier.deliver()}")


def _webhooks() -> Webhooks:
    here = installation()
    return Webhooks(here.database, here.settings.secret, utc_now)
