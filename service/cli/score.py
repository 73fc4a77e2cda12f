"""`saring score`: comments as JSON lines in, the same lines with their verdicts out."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, Any, Final

import click
from tqdm import tqdm

from service import cluster, home, lines
from service.cli.installation import installation
from service.comments import Decision, utc_now
from service.jsonl import Line
from service.lines import Bench, Judged
from service.models.installed import Models
from service.rules import Rules
from service.settings import Settings
from service.web.native import reason_out, rounded

_INTERRUPTED: Final = 130


@click.command("score")
@click.option("--input", "source", default="-", show_default=True, help="A file, or - for stdin.")
@click.option("--output", "target", default="-", show_default=True, help="A file, or - for stdout.")
@click.option("--site", default="", help="Judge by this site's rules instead of the defaults.")
@click.option("--language", type=click.Choice(("en", "id")), default="en", help="Of the reasons.")
@click.option("--scheduler", default="", metavar="ADDRESS", help="Spread over a Dask cluster.")
def score(source: str, target: str, site: str, language: str, scheduler: str) -> None:
    """Judge comments, one JSON object with "content" a line; nothing is stored.

    The same lines come out with "scores", "verdict" and "reasons", a bad one with "error". Exit
    code 1 if any was bad. A file is there whole in the end or not at all.
    """
    bench = _bench(site, language)
    done = bad = 0
    try:
        with _opened(source) as file, _written(target) as out, _progress(source) as bar:
            for judged in _judged(bench, lines.batches(file), scheduler):
                out.write("".join(f"{line}\n" for line in judged.lines).encode())
                done, bad = done + len(judged.lines), bad + judged.bad
                bar.set_postfix_str(f"{done} lines, {bad} bad", refresh=False)
                bar.update(judged.size)
            out.flush()
    except KeyboardInterrupt:
        nothing = "" if target == "-" else f"; {target} was not written"
        click.echo(f"interrupted after {done} lines{nothing}", err=True)
        sys.exit(_INTERRUPTED)
    except BrokenPipeError:  # who reads us has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error
    if bad:
        click.echo(f"{bad} of {done} lines could not be judged", err=True)
        sys.exit(1)


def _bench(site: str, language: str) -> Bench:
    """The model in force and the rules; the database is opened only for a site's."""
    if site:
        here = installation()
        models, rules = here.models, here.access.named_site(site).rules.at(utc_now())
    else:
        models, rules = Models.of(home.prepare(Settings.from_env())), Rules()
    # a file tells nobody's past, so everyone would be new
    return Bench(models.load(), replace(rules, hold_first_time=False), partial(_told, language))


def _told(language: str, decision: Decision) -> dict[str, Any]:
    return {
        "scores": rounded(decision.scores),
        "verdict": decision.verdict,
        "reasons": [reason_out(signal, language) for signal in decision.reasons],
    }


def _judged(bench: Bench, batches: Iterable[list[Line]], scheduler: str) -> Iterator[Judged]:
    if not scheduler:
        yield from (lines.judge_lines(bench, batch) for batch in batches)
        return
    with cluster.connected(scheduler) as client:
        yield from cluster.in_order(client, lines.judge_lines, bench, batches)


@contextmanager
def _opened(source: str) -> Iterator[IO[bytes]]:
    if source == "-":
        yield sys.stdin.buffer
        return
    with Path(source).open("rb") as file:
        yield file


@contextmanager
def _written(target: str) -> Iterator[IO[bytes]]:
    """Where answers go; a file takes its name only when all of it is there."""
    if target == "-":
        yield sys.stdout.buffer
        return
    path = Path(target)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _progress(source: str) -> tqdm[Any]:
    size = None if source == "-" else Path(source).stat().st_size
    quiet = not sys.stderr.isatty()
    return tqdm(total=size, unit="B", unit_scale=True, disable=quiet, file=sys.stderr)
