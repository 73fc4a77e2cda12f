"""`saring model shadow` and `drift`: a candidate beside, and whether the site has moved."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

import click

from service.cli.installation import installation
from service.cli.model import by_whom, here, json_too, model, user
from service.comments import utc_now
from service.models import drift, shadow
from service.models.installed import load_current
from service.models.shadow import Comparison


@model.command("shadow")
@click.argument("version", required=False)
@click.option("--off", is_flag=True, help="No candidate judges from now on.")
@json_too
@by_whom
def shadow_model(version: str | None, off: bool, as_json: bool, by: str | None) -> None:
    """Let VERSION judge beside the model in force; without it, tell where the two differ.

    What it says is recorded and never acted on.
    """
    if off:
        shadow.end(here())
        click.echo("no candidate judges beside")
    elif version:
        chosen = shadow.choose(here(), version, by or user(), utc_now())
        click.echo(f"{chosen.named.version} judges beside; nothing it says is acted on")
    else:
        opened = installation()
        found = shadow.Shadow(opened.database, opened.models, utc_now).compare()
        click.echo(json.dumps(comparison_out(found), indent=2) if as_json else _compared(found))


@model.command("drift")
@json_too
def drift_of(as_json: bool) -> None:
    """Whether comments still look as they did, by week; exit code 1 on an alarm."""
    opened = installation()
    watch = drift.Drift(opened.database, lambda: load_current(opened.models), utc_now)
    weeks = watch.weeks()
    click.echo(json.dumps([_week_out(week) for week in weeks], indent=2) if as_json
               else "\n".join(map(_week_line, weeks)) or "nothing measured yet")  # fmt: skip
    if watch.alarms():
        sys.exit(1)


def comparison_out(found: Comparison | None) -> dict[str, Any] | None:
    """A comparison as JSON: ids and verdicts, nobody's words."""
    if found is None:
        return None
    ruled, champion, candidate = found.right
    return {
        "version": found.chosen.named.version,
        "since": found.chosen.since,
        "by": found.chosen.by,
        "comments": found.comments,
        "pairs": [{"in_force": a, "candidate": b, "comments": n}
                  for (a, b), n in sorted(found.pairs.items())],
        "ruled": {"comments": ruled, "in_force_right": champion, "candidate_right": candidate},
        "differing": [{"id": one.case.id, "in_force": one.champion, "candidate": one.candidate,
                       "rule": one.rule, "reasons": list(one.codes), "ruling": one.case.ruling}
                      for one in found.differing],
    }  # fmt: skip


def _compared(found: Comparison | None) -> str:
    if found is None:
        return "no candidate judges beside"
    ruled, champion, candidate = found.right
    lines = [f"{found.chosen.named.version} beside since {found.chosen.since}, "
             f"{found.comments} comments"]  # fmt: skip
    lines += [f"  {a} -> {b}: {n}" for (a, b), n in sorted(found.pairs.items()) if a != b]
    lines.append(f"  ruled by people: {ruled}, in force right {champion}, candidate {candidate}")
    for one in found.differing:
        reasons = ", ".join(one.codes)
        lines.append(f"  {one.case.id}  {one.champion} -> {one.candidate}  {one.rule}  {reasons}")
    return "\n".join(lines)


def _week_out(week: drift.Week) -> dict[str, Any]:
    told = asdict(week)
    told["overruled"] = {**asdict(week.overruled), "interval": week.overruled.interval}
    return told


def _week_line(week: drift.Week) -> str:
    most = sorted(week.moved.items(), key=lambda pair: -pair[1])[:3]
    told = ", ".join(f"{name} {by:.2f}" for name, by in most) or "the first week"
    alarm = f"  ALARM {', '.join(week.alarms)}" if week.alarms else ""
    rate = f"overruled {week.overruled.errors}/{week.overruled.checked}"
    return f"{week.monday}  {week.rows:>5} comments  {rate}  {told}{alarm}"
