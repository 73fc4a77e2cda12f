"""Figures as tables and as shapes: what a page draws and what a sheet holds are the same rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from service.comments import VERDICTS
from service.desk.figures import Figures
from service.rates import LiveErrors, Rate


@dataclass(frozen=True, slots=True)
class Sheet:
    """A figure's numbers under stable English names, for CSV."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


Errors = Sequence[tuple[str, str, LiveErrors]]
"""Site, language, and what spot checks say."""


def sheets(figures: Figures, errors: Errors) -> dict[str, Sheet]:
    """Every figure of the dashboard by the name of its file."""
    agreement, answered = figures.agreement, figures.answers
    return {
        "volumes": Sheet(
            ("day", *VERDICTS),
            [(day.isoformat(), *(counts[v] for v in VERDICTS)) for day, counts in figures.days],
        ),
        "reasons": Sheet(("reason", "comments"), figures.reasons),
        "languages": Sheet(("language", "comments"), figures.languages),
        "models": Sheet(("model_version", "comments"), figures.models),
        "times": Sheet(
            ("within_seconds", "rulings"), [(b or "later", count) for b, count in figures.times]
        ),
        "errors": Sheet(
            ("site", "language", "error", "found", "checked", "share", "low", "high"),
            [
                (site, language, name, rate.errors, rate.checked, _share(rate), *_rounded(rate))
                for site, language, name, rate in rates(errors)
            ],
        ),
        "agreement": Sheet(
            ("first", "second", "comments"),
            [(*pair, count) for pair, count in sorted(agreement.pairs.items())],
        ),
        "complaints": Sheet(
            ("in_time", "late", "waiting", "overdue", "median_seconds"),
            [
                (answered.in_time, answered.late, answered.waiting, answered.overdue,
                 answered.median_seconds)
            ],
        ),
    }  # fmt: skip


def rates(errors: Errors) -> Iterator[tuple[str, str, str, Rate]]:
    """Site, language, which error, and its rate; what was never checked is left out."""
    for site, language, found in errors:
        for name in ("missed", "wrongly_rejected"):
            rate: Rate = getattr(found, name)
            if rate.checked:
                yield site, language, name, rate


def bars(figures: Figures) -> list[dict[str, Any]]:
    """Stacked bars: for each day its pieces as (verdict, bottom, height) in shares of the top."""
    top = top_of(figures)
    drawn = []
    for day, counts in figures.days:
        pieces, bottom = [], 0.0
        for verdict in VERDICTS:
            height = counts[verdict] / top
            pieces.append((verdict, bottom, height))
            bottom += height
        drawn.append({"day": day, "counts": counts, "pieces": pieces})
    return drawn


def top_of(figures: Figures) -> int:
    """A round number at or above the highest bar, which four lines divide evenly."""
    highest = max((sum(counts.values()) for _, counts in figures.days), default=0)
    step = max(4, 4 * 10 ** (len(str(highest)) - 2)) if highest else 4
    return int(-(-max(highest, 1) // step) * step)


def top_of_rates(errors: Errors) -> float:
    """The share at which the chart of errors ends: a round one above the highest interval."""
    highest = max((rate.interval[1] for *_, rate in rates(errors)), default=0.0)
    return next((end for end in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if highest <= end), 1.0)


def _share(rate: Rate) -> float:
    return round(rate.errors / rate.checked, 5)


def _rounded(rate: Rate) -> tuple[float, float]:
    low, high = rate.interval
    return round(low, 5), round(high, 5)
