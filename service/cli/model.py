"""`saring model …`: which models there are, which one judges, and going back."""

from __future__ import annotations

import getpass
import json
import os
import sys
from contextlib import suppress
from dataclasses import asdict

import click

from service import home
from service.comments import utc_now
from service.errors import Refused
from service.models import promotion
from service.models.installed import Models
from service.models.promotion import Change, Listed
from service.settings import Settings

_REFUSED_BY_GATE = 3
_GIVES_WAY = 10
by_whom = click.option("--by", default=None, help="Who does this; default: your user name.")
json_too = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def here() -> Models:
    """The models of this installation; the database is not opened."""
    return Models.of(home.prepare(Settings.from_env()))


@click.group("model")
def model() -> None:
    """Models: shipped with the software, or made here."""
    with suppress(OSError):
        os.nice(_GIVES_WAY)  # loading one to prove it must not slow the service beside it


@model.command("list")
@json_too
def list_models(as_json: bool) -> None:
    """Every model on disk; a star marks the one in force."""
    rows = promotion.listed(here())
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows], indent=2))
        return
    for row in rows:
        click.echo(_line(row))


@model.command("show")
@click.argument("version", required=False)
@json_too
def show(version: str | None, as_json: bool) -> None:
    """A model and how it did at the gate; without VERSION the one in force, and its past."""
    models = here()
    named = models.named(version) if version else models.in_force()
    metadata, gate = models.metadata(named), models.gate(named)
    told = {
        "version": named.version,
        "origin": named.origin,
        "in_force": named == models.in_force(),
        "created": metadata.created,
        "digest": metadata.digest,
        "folder": str(models.folder(named)),
        "rows": sum(source.get("rows", 0) for source in metadata.sources),
        "gate": gate or None,
        "past": [asdict(change) for change in promotion.past(models)] if not version else None,
    }
    told = {name: value for name, value in told.items() if value is not None}
    click.echo(json.dumps(told, indent=2) if as_json else _told(told))


@model.command("promote")
@click.argument("version")
@click.option("--force", is_flag=True, help="Even if the gate refuses it; this is remembered.")
@by_whom
def promote(version: str, force: bool, by: str | None) -> None:
    """Put a model in force; running services take it up within seconds.

    Exit code 3 where the gate refuses it.
    """
    models = here()
    try:
        change = promotion.promote(models, version, by or user(), utc_now(), forced=force)
    except Refused as refusal:
        click.echo(f"saring: {refusal}", err=True)
        sys.exit(_REFUSED_BY_GATE)
    for flip in models.gate(models.named(version)).get("flips", []):
        click.echo(f"{flip['from']} -> {flip['to']}: {flip['comments']} past comments")
    _done(change)


@model.command("rollback")
@by_whom
def rollback(by: str | None) -> None:
    """Put in force what was before; again, what was before that."""
    _done(promotion.rollback(here(), by or user(), utc_now()))


def _done(change: Change) -> None:
    forced = ", forced past the gate" if change.forced else ""
    click.echo(f"{change.version} ({change.origin}) is in force, before it {change.before}{forced}")


def _line(row: Listed) -> str:
    gate = f"  gate {row.gate}" if row.gate else ""
    broken = f"  cannot be loaded: {row.broken}" if row.broken else ""
    star = "*" if row.in_force else " "
    return f"{star} {row.version:<20} {row.origin:<8} {row.created:<26}{gate}{broken}".rstrip()


def _told(told: dict[str, object]) -> str:
    past = told.pop("past", None)
    gate = told.pop("gate", None)
    lines = [f"{name:<10} {value}" for name, value in told.items()]
    if isinstance(gate, dict):
        lines.append(f"{'gate':<10} {'passed' if gate.get('passed') else 'refused'}, "
                     f"against {gate.get('champion')}")  # fmt: skip
        lines += [f"           {refusal}" for refusal in gate.get("refusals", [])]
    for change in past if isinstance(past, list) else []:
        forced = ", forced" if change["forced"] else ""
        lines.append(f"{change['kind']:<10} {change['at']} {change['before']} -> "
                     f"{change['version']} by {change['by']}{forced}")  # fmt: skip
    return "\n".join(lines)


def user() -> str:
    """Who runs this command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user need not have a name
        return "operator"
