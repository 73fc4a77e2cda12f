"""A candidate model beside the one in force: judged and recorded, never acted on.

It judges in a thread of its own, after the answer was given, from what the decision recorded; so
it costs a request nothing and no failure of it can reach one. One process of a machine does it.
"""

from __future__ import annotations

import fcntl
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Final

from service import logs, rulebook
from service.comments import Case, Decision, Site, Verdict
from service.errors import Conflict
from service.judge import Judge
from service.models.installed import Models, Named
from service.scoring.signature import read_json, write_json
from service.storage import accounts
from service.storage import shadow as stored
from service.storage.engine import Database
from service.storage.shadow import Differing

CHOICE: Final = "shadow.json"
_AT_ONCE: Final = 25
_MOST_A_ROUND: Final = 500
_REST: Final = 4.0  # of the time it worked, so that answers have the processor
_SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which candidate is to judge beside, since when (ISO 8601, UTC), and who said so."""

    named: Named
    since: str
    by: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a candidate said since it began.

    ``pairs`` counts (champion's verdict, candidate's); ``ruled`` those with a person's ruling,
    third; ``differing`` lists where they disagree, the gravest first.
    """

    chosen: Chosen
    pairs: Mapping[tuple[Verdict, Verdict], int]
    ruled: Mapping[tuple[Verdict, Verdict, Verdict], int]
    differing: list[Differing]

    @property
    def comments(self) -> int:
        """How many both have judged."""
        return sum(self.pairs.values())

    @property
    def right(self) -> tuple[int, int, int]:
        """Of those a person ruled on: how many, and where champion and candidate agreed with it."""
        told = Counter(self.ruled)
        champion = sum(count for (a, _, ruling), count in told.items() if a == ruling)
        candidate = sum(count for (_, b, ruling), count in told.items() if b == ruling)
        return told.total(), champion, candidate


def choose(models: Models, version: str, by: str, now: datetime) -> Chosen:
    """Let a candidate judge beside; `BadArtefact` where it could not be loaded."""
    named = models.named(version)
    if named == models.in_force():
        raise Conflict(f"{version} is in force already; a shadow of itself shows nothing")
    models.load(named)
    chosen = Chosen(named, now.isoformat(timespec="seconds"), by)
    models.made.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_json(models.made / CHOICE, asdict(chosen))
    return chosen


def end(models: Models) -> None:
    """No candidate judges from now on; what it said stays until its comments go."""
    (models.made / CHOICE).unlink(missing_ok=True)


def chosen(models: Models) -> Chosen | None:
    """The candidate that judges beside, or None."""
    path = models.made / CHOICE
    if not path.exists():
        return None
    body = read_json(path)
    return Chosen(Named(**body["named"]), body["since"], body["by"])


class Shadow:
    """Runs the candidate; `work` is a task of housekeeping."""

    def __init__(self, database: Database, models: Models, now: Callable[[], datetime]) -> None:
        self._database = database
        self._models = models
        self._now = now
        self._loaded: tuple[Named, Judge] | None = None

    def work(self) -> int:
        """Judge what came since the last round; how many were. Without a candidate: one look."""
        candidate = chosen(self._models)
        if candidate is None or candidate.named == self._models.in_force():
            self._let_go()
            return 0
        with self._alone() as alone:
            return self._catch_up(candidate) if alone else 0

    def compare(self, shown: int = _SHOWN) -> Comparison | None:
        """Where the candidate differs from what was decided, or None without a candidate."""
        candidate = chosen(self._models)
        if candidate is None:
            return None
        version = candidate.named.version
        with self._database.read() as tx:
            return Comparison(
                candidate,
                stored.tally(tx, version),
                stored.against_people(tx, version),
                stored.differing(tx, version, shown),
            )

    def _catch_up(self, candidate: Chosen) -> int:
        judge, done = self._judge(candidate.named), 0
        with self._database.read() as tx:
            sites = {site.id: site for site in accounts.all_sites(tx)}
        since = datetime.fromisoformat(candidate.since)
        while done < _MOST_A_ROUND:
            began = time.perf_counter()
            with self._database.read() as tx:
                waiting = stored.unjudged(tx, candidate.named.version, since, _AT_ONCE)
            judged = [(c, _said(judge, sites[s], c)) for s, c in waiting if s in sites]
            if not judged:
                break
            with self._database.begin() as tx:
                done += stored.add(tx, judged, self._now())
            time.sleep(_REST * (time.perf_counter() - began))
        return done

    def _let_go(self) -> None:
        """Keep nothing of a candidate that judges no more: a model is many megabytes."""
        if self._loaded:
            self._loaded = None
            rulebook.forget_limits()

    def _judge(self, named: Named) -> Judge:
        if self._loaded is None or self._loaded[0] != named:
            self._let_go()
            self._loaded = named, Judge(self._models.load(named), self._now, _Quiet())
        return self._loaded[1]

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        with (self._models.made / ".shadow-lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True


class _Quiet:
    """A candidate's work counts in nobody's figures; its failures are logged."""

    def phase(self, name: str, seconds: float) -> None:
        """Not measured."""

    def judged(self, decision: Decision) -> None:
        """Not counted."""

    def scorer_failed(self, error: Exception) -> None:
        """Its type and place are logged."""
        logs.crash("shadow_failed", error)


def _said(judge: Judge, site: Site, case: Case) -> Decision:
    """A candidate that fails on a comment would hold it."""
    try:
        return judge.decide_again(site, case)
    except Exception as error:  # noqa: BLE001  one comment must not stop the comparison
        logs.crash("shadow_failed", error)
        version = judge.scorer.version
        return replace(
            case.decision, verdict="hold", rule="failed", reasons=(), model_version=version
        )
