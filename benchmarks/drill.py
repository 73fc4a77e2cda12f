"""Kill -9 at random moments while comments, rulings, events and settings stream in: what is lost?

Half of the rounds on SQLite, half on PostgreSQL. In each, clients that repeat what was not answered
(under an Idempotency-Key, a ruling_id, a settings version) are at work, something is killed at a
random moment and started again, and the round ends once answers flow as before. Afterwards every
acknowledged comment, ruling, undoing, erasure, event and setting must be there exactly once, and
every event told to the site's webhook.

    python -m benchmarks.drill --rounds 200 --write
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median

from tqdm import tqdm

from benchmarks.drill_audit import Breach, audit
from benchmarks.drill_stand import Stand
from benchmarks.drill_traffic import Traffic
from tests.receiver import receiving

RESULTS = Path(__file__).parent / "results" / "drill.md"
KINDS = ("sqlite", "postgresql")
_A_ROUND_SECONDS = 90.0
_DRAIN_SECONDS = 240.0  # a courier's lease outlives it by a minute and a half
_FEW = 10
_ENOUGH = 5  # answers that show that all is well again


@dataclass
class Round:
    """One kill: what, how long nobody got any answer around it, and how much was answered."""

    fault: str
    silent_seconds: float
    answered: int = 0


@dataclass
class Outcome:
    """What one database's rounds came to."""

    kind: str
    rounds: list[Round] = field(default_factory=list)
    breaches: list[Breach] = field(default_factory=list)
    promised: Counter[str] = field(default_factory=Counter)
    told: int = 0
    told_twice: int = 0


def drill(
    directory: Path, kind: str, rounds: int, seed: int, faults: Sequence[str] = ()
) -> Outcome:
    """Kill so many times on one kind of database, each fault in turn, then audit.

    A few rounds do not wait for the outbox: what waits in it is not lost.
    """
    chance = random.Random(seed)
    stand, outcome = Stand(directory, kind, chance), Outcome(kind)
    try:
        with receiving() as receiver:
            stand.tell(receiver.url)
            with Traffic(stand, seed) as traffic:
                _wait(traffic, traffic.ledger.has_every_kind)
                plan = _planned(faults or list(stand.faults), rounds, chance)
                for number, fault in enumerate(tqdm(plan, kind, disable=rounds < _FEW), 1):
                    outcome.rounds.append(_round(stand, traffic, number, fault, chance))
            if rounds >= _FEW:
                _drain(stand)
            taken = [event["id"] for event in receiver.told]
        ledger = traffic.ledger
        stand.service.stop()
        with stand.database() as database:
            outcome.breaches = audit(database, ledger, taken)
        outcome.told, outcome.told_twice = len(set(taken)), len(taken) - len(set(taken))
        outcome.promised = Counter(
            comments=len(ledger.contents), rulings=len(ledger.rulings), undone=len(ledger.undone),
            erased=len(ledger.erased), settings=len(ledger.words),
        )  # fmt: skip
        for one, number in zip(outcome.rounds, range(1, rounds + 1), strict=True):
            one.answered = ledger.count(number)
    finally:
        stand.close()
    return outcome


def _planned(faults: Sequence[str], rounds: int, chance: random.Random) -> list[str]:
    """Every fault about as often, in any order."""
    plan = [faults[number % len(faults)] for number in range(rounds)]
    chance.shuffle(plan)
    return plan


def _round(stand: Stand, traffic: Traffic, number: int, fault: str, chance: random.Random) -> Round:
    traffic.ledger.round = number
    time.sleep(chance.uniform(0.05, 1.0))
    before = time.monotonic()
    stand.faults[fault]()
    well = len(traffic.ledger.answered_at) + _ENOUGH
    _wait(traffic, lambda: len(traffic.ledger.answered_at) >= well)
    answered = [before, *(at for at in traffic.ledger.answered_at if at > before)]
    return Round(fault, max(later - earlier for earlier, later in pairwise(answered)))


def _wait(traffic: Traffic, happened: Callable[[], bool]) -> None:
    """Until it happened, for a bounded time."""
    end = time.monotonic() + _A_ROUND_SECONDS
    while not happened():
        if traffic.failure:
            raise traffic.failure
        if time.monotonic() > end:
            sys.exit("the service did not recover")
        time.sleep(0.02)


def _drain(stand: Stand) -> None:
    """Until the outbox is empty, for a bounded time."""
    end = time.monotonic() + _DRAIN_SECONDS
    while stand.waiting() and time.monotonic() < end:
        time.sleep(1)


def table(outcomes: Iterable[Outcome]) -> str:
    """All of it as Markdown."""
    lines = [
        "| database | killed | rounds | answered | no answer, median s | at most s |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for outcome in outcomes:
        for fault in dict.fromkeys(sorted(one.fault for one in outcome.rounds)):
            mine = [one for one in outcome.rounds if one.fault == fault]
            silent = [one.silent_seconds for one in mine]
            lines.append(
                f"| {outcome.kind} | {fault} | {len(mine)} | {sum(one.answered for one in mine)} "
                f"| {median(silent):.2f} | {max(silent):.2f} |"
            )
    lines.append("")
    for outcome in outcomes:
        promised = ", ".join(f"{count} {kind}" for kind, count in outcome.promised.items())
        ways = Counter(breach.way for breach in outcome.breaches)
        lines.append(
            f"{outcome.kind}: {promised} were acknowledged; lost {ways['lost']}, doubled "
            f"{ways['doubled']}, otherwise wrong {ways['wrong']}. The webhook was told of "
            f"{outcome.told} events, of {outcome.told_twice} more than once."
        )
    return "\n".join(lines)


def main() -> None:
    """Drill, print, and end badly if any promise was broken."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rounds", type=int, default=12, help="kills in all, on both databases")
    asked.add_argument("--seed", type=int, default=8)
    asked.add_argument("--write", action="store_true", help=f"keep the table in {RESULTS.name}")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        outcomes = [
            drill(Path(directory) / kind, kind, given.rounds // len(KINDS), given.seed)
            for kind in KINDS
        ]
    found = table(outcomes)
    print(found)
    if given.write:
        RESULTS.write_text(f"{found}\n", encoding="utf-8")
    breaches = [breach for outcome in outcomes for breach in outcome.breaches]
    for breach in breaches[:50]:
        print(breach)
    if breaches:
        sys.exit(1)


if __name__ == "__main__":
    main()
