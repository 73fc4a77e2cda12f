"""Champion against challenger: no slice may get worse, as surely as its rows can tell.

Errors are counted pair by pair on the same comments: what the challenger newly gets wrong and what
it newly gets right. A slice refuses where the first outnumber the second by more than its margin,
by an exact one-sided sign test (McNemar's) and by the interval of the difference (Agresti and Min
2005). On gold rows there is one thing more: no good comment may be newly rejected at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import log
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

Bools = NDArray[np.bool_]
LEAST_ROWS: Final = 30
GOLD_MARGIN, SITE_MARGIN = 0.0, 0.01
GOLD_LEVEL, SITE_LEVEL = 0.05, 0.01
_Z: Final = 1.96
_COIN: Final = log(2.0)


@dataclass(frozen=True, slots=True)
class Slice:
    """Comments that are looked at together; ``rows`` index into what was judged."""

    name: str
    rows: NDArray[np.int64]
    margin: float
    level: float


@dataclass(frozen=True, slots=True)
class Finding:
    """One slice: errors of both, the difference of their shares with its 95 % interval."""

    name: str
    rows: int
    champion: int
    challenger: int
    newly_wrong: int
    newly_right: int
    difference: float
    low: float
    high: float
    p: float
    worse: bool
    examples: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether the challenger may take over, and the sentences that say why not."""

    findings: tuple[Finding, ...]
    refusals: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Nothing was refused."""
        return not self.refusals

    def as_json(self) -> dict[str, Any]:
        """The outcome for gate.json; comments are told by number only."""
        return {
            "passed": self.passed,
            "refusals": list(self.refusals),
            "slices": [asdict(finding) for finding in self.findings],
        }


def slices(
    names: dict[str, Bools], margin: float, level: float, least: int = LEAST_ROWS
) -> list[Slice]:
    """The named masks with rows enough to tell anything."""
    found = [Slice(name, np.flatnonzero(mask), margin, level) for name, mask in names.items()]
    return [part for part in found if len(part.rows) >= least]


def examine(champion: Bools, challenger: Bools, parts: Sequence[Slice]) -> Outcome:
    """Compare errors, slice by slice.

    Parameters
    ----------
    champion, challenger : ndarray of bool
        Which of the same comments each gets wrong.
    """
    findings = tuple(_find(champion[p.rows], challenger[p.rows], p) for p in parts)
    refusals = tuple(_sentence(finding) for finding in findings if finding.worse)
    return Outcome(findings, refusals)


def never(name: str, happened: Bools) -> Outcome:
    """A thing that must not happen at all."""
    rows = np.flatnonzero(happened)
    many = "once" if len(rows) == 1 else f"{len(rows)} times"
    return Outcome((), (f"{name}: {many}",) if len(rows) else ())


def orderly(losses: Mapping[float, float]) -> Outcome:
    """Whether what some rulings teach tells the others better than a coin would.

    Parameters
    ----------
    losses : mapping of float to float
        Mean log loss of rulings left out, by penalty; empty where it was not measured.
    """
    best = min(losses.values(), default=0.0)
    if best < _COIN:
        return Outcome((), ())
    return Outcome(
        (),
        (
            "rulings: they contradict each other; what some of them teach tells the others worse "
            f"than a coin would (log loss {best:.2f}). See `saring labels conflicts`",
        ),
    )


def together(outcomes: Sequence[Outcome]) -> Outcome:
    """All outcomes as one."""
    return Outcome(
        tuple(finding for outcome in outcomes for finding in outcome.findings),
        tuple(refusal for outcome in outcomes for refusal in outcome.refusals),
    )


def _find(champion: Bools, challenger: Bools, part: Slice) -> Finding:
    wrong, right = challenger & ~champion, champion & ~challenger
    b, c, n = int(wrong.sum()), int(right.sum()), len(part.rows)
    difference = (b - c) / n
    low, high = _interval(b, c, n)
    allowed = int(part.margin * n)
    p = float(binomtest(b - allowed, b - allowed + c, 0.5, "greater").pvalue) if b > allowed else 1
    worse = difference > part.margin and p < part.level
    examples = tuple(int(i) for i in part.rows[np.flatnonzero(wrong)][:8])
    return Finding(
        part.name, n, int(champion.sum()), int(challenger.sum()), b, c,
        difference, low, high, p, worse, examples,
    )  # fmt: skip


def _interval(b: int, c: int, n: int) -> tuple[float, float]:
    """95 % interval of a difference of paired shares, half a pair added to either kind."""
    more, total = 0.5, n + 2.0
    gap = (b - c) / total
    reach = _Z * np.sqrt(max(b + c + 2 * more - (b - c) ** 2 / total, 0.0)) / total
    return float(gap - reach), float(gap + reach)


def _sentence(finding: Finding) -> str:
    return (
        f"{finding.name}: {finding.newly_wrong} comments newly wrong, {finding.newly_right} newly "
        f"right, of {finding.rows} (errors {finding.champion} -> {finding.challenger}, "
        f"difference {100 * finding.difference:+.1f} %, "
        f"95 % interval {100 * finding.low:+.1f} to {100 * finding.high:+.1f} %)"
    )
