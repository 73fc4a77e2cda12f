"""`saring site …` and `saring moderator …`."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict
from typing import IO, Any

import click

from service import privacy
from service.access import ROLES
from service.cli.installation import installation
from service.comments import SiteKeys
from service.errors import BadSettings
from service.rules import Rules


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
    click.echo(_shown(installation().access.named_site(name).rules))


@site.command("rotate-key")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def rotate_key(name: str, as_json: bool) -> None:
    """Replace a site's keys; the old ones stop working within a second."""
    _show_keys(installation().access.rotate_keys(name), as_json)


@site.command("set")
@click.argument("name")
@click.argument("changes", nargs=-1, metavar="RULE=VALUE…")
@click.option("--coral-secret-file", type=click.File(), help="Coral's secret; - is stdin.")
@click.option("--forget-coral-secret", is_flag=True, help="Use Saring's own again.")
def set_rules(
    name: str,
    changes: tuple[str, ...],
    coral_secret_file: IO[str] | None,
    forget_coral_secret: bool,
) -> None:
    """Change a site's rules, for example hold_per_mille=50 or banned_words="slot*,judi online"."""
    if not (changes or coral_secret_file or forget_coral_secret):
        raise click.UsageError("nothing to set: give RULE=VALUE or an option")
    here = installation()
    if changes:
        rules = here.rulebook.change(name, "saring site set", read_changes(changes))
        click.echo(_shown(rules))
    if forget_coral_secret:
        here.access.forget_coral_secret(name)
        click.echo(f"signatures of {name}'s Coral are checked under Saring's own secret")
    if coral_secret_file:
        here.access.keep_coral_secret(name, coral_secret_file.readline().strip())
        click.echo(f"signatures of {name}'s Coral are checked under the secret that was read")


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
    installation().sign_ins.disable(name)
    click.echo(f"moderator {name} disabled")


@moderator.command("reset")
@click.argument("name")
@click.option("--password-file", type=click.File(), help="Read the password here; - is stdin.")
def reset_moderator(name: str, password_file: IO[str] | None) -> None:
    """Give a moderator a new password, and let them in again."""
    password, told = _password(password_file)
    installation().sign_ins.reset(name, password)
    click.echo(f"moderator {name} reset{told}")


@moderator.command("token")
@click.argument("name")
@click.option("--revoke", is_flag=True, help="Take every token from this moderator instead.")
def token_of_moderator(name: str, revoke: bool) -> None:
    """Give a moderator a bearer token for the API; it is shown once."""
    sign_ins = installation().sign_ins
    if revoke:
        click.echo(f"{sign_ins.revoke_tokens(name)} tokens of {name} revoked")
        return
    click.echo(sign_ins.new_token(name))


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


def _shown(rules: Rules) -> str:
    return json.dumps({"version": rules.version, **rules.settings()}, indent=2)


def read_changes(changes: Sequence[str]) -> dict[str, Any]:
    """``rule=value`` words as the rules take them; a list is written with commas."""
    return dict(_change(change) for change in changes)


def _change(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    known = Rules().settings()
    if not equals or name not in known:
        said = privacy.mask(text)  # it may be anything
        raise BadSettings(f"{said!r} is no rule and value; rules are {', '.join(known)}")
    if isinstance(known[name], tuple):
        return name, [entry.strip() for entry in value.split(",") if entry.strip()]
    if isinstance(known[name], str):
        return name, value
    try:
        return name, json.loads(value)
    except ValueError:
        raise BadSettings(f"{name} takes a value like {json.dumps(known[name])}") from None
