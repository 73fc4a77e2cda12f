"""`saring site …` and `saring moderator …`."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, fields
from typing import IO

import click

from service.access import ROLES
from service.cli.installation import installation
from service.comments import Rules, SiteKeys
from service.errors import BadSettings, Invalid


@click.group("site")
def site() -> None:
    """Websites that post comments."""


@site.command("add")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def add_site(name: str, as_json: bool) -> None:
    """Make a site; its keys are shown once."""
    _show_keys(installation().access.add_site(name), as_json)


@site.command("list")
def list_sites() -> None:
    """Every site's name."""
    for known in installation().access.sites():
        click.echo(known.name)


@site.command("show")
@click.argument("name")
def show_site(name: str) -> None:
    """A site's rules, as JSON."""
    click.echo(json.dumps(asdict(installation().access.named_site(name).rules), indent=2))


@site.command("rotate-key")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def rotate_key(name: str, as_json: bool) -> None:
    """Replace a site's keys; the old ones stop working within a second."""
    _show_keys(installation().access.rotate_keys(name), as_json)


@site.command("set")
@click.argument("name")
@click.argument("changes", nargs=-1, required=True, metavar="RULE=VALUE…")
def set_rules(name: str, changes: tuple[str, ...]) -> None:
    """Change a site's rules, for example hold_per_mille=50 or require_name_email=false."""
    read = dict(_change(change) for change in changes)
    try:
        rules = installation().access.change_rules(name, "saring site set", **read)
    except Invalid as error:
        raise BadSettings(f"{error}: a budget takes 0 to 1000 comments in 1,000") from error
    click.echo(json.dumps(asdict(rules), indent=2))


@click.group("moderator")
def moderator() -> None:
    """People who rule on what was held."""


@moderator.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="moderator", show_default=True)
@click.option("--password-file", type=click.File(), help="Read the password here; - is stdin.")
def add_moderator(name: str, role: str, password_file: IO[str] | None) -> None:
    """Make a moderator; without a file, a password is made and shown once."""
    password, told = _password(password_file)
    installation().access.add_moderator(name, role, password)
    click.echo(f"moderator {name} ({role}) added{told}")


@moderator.command("list")
def list_moderators() -> None:
    """Every moderator with role."""
    for name, role, disabled in installation().access.moderators():
        click.echo(f"{name}\t{role}{'  (disabled)' if disabled else ''}")


@moderator.command("disable")
@click.argument("name")
def disable_moderator(name: str) -> None:
    """Shut a moderator out."""
    installation().access.disable_moderator(name)
    click.echo(f"moderator {name} disabled")


@moderator.command("reset")
@click.argument("name")
@click.option("--password-file", type=click.File(), help="Read the password here; - is stdin.")
def reset_moderator(name: str, password_file: IO[str] | None) -> None:
    """Give a moderator a new password, and let them in again."""
    password, told = _password(password_file)
    installation().access.reset_password(name, password)
    click.echo(f"moderator {name} reset{told}")


def _show_keys(keys: SiteKeys, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(asdict(keys)))
        return
    for label, value in asdict(keys).items():
        click.echo(f"{label.replace('_', ' '):14}{value}")


def _password(file: IO[str] | None) -> tuple[str, str]:
    if file is None:
        made = secrets.token_urlsafe(12)
        return made, f"; password {made}"
    password = file.readline().rstrip("\n")
    if len(password) < 10:
        raise BadSettings("a password takes at least 10 characters")
    return password, ""


def _change(text: str) -> tuple[str, object]:
    name, _, value = text.partition("=")
    kinds = {field.name: type(field.default) for field in fields(Rules) if field.name != "version"}
    try:
        if kinds[name] is bool:
            return name, {"true": True, "false": False}[value.lower()]
        return name, float(value)
    except (KeyError, ValueError):
        takes = ", ".join(f"{rule} ({kind.__name__})" for rule, kind in kinds.items())
        raise BadSettings(f"{text!r} is no rule and value; rules are {takes}") from None


COMMANDS = (site, moderator)
