"""A query of the queue, from an address: what it narrows, in which order, from where on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from service.desk.cards import ORDERS, TABS, WORKED_OFF, Filters, Order
from service.desk.queue import PAGE, as_stored
from service.errors import FieldError, Invalid
from service.web.desk.reader import NEWSROOM

MOST_A_PAGE: Final = 100
WORDS: Final = ("site", "reason", "language", "article", "author", "text")
_LONGEST: Final = 200
_SHOWN: Final = (*WORDS, "least", "most", "since", "until", "tab", "order")
_KNOWN: Final = frozenset((*_SHOWN, "cursor", "limit"))


@dataclass(frozen=True, slots=True)
class Asked:
    """Filters, order and place; ``given`` is the query itself, for links and forms."""

    filters: Filters
    order: Order
    cursor: str
    limit: int
    given: Mapping[str, str]

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the tab narrows the page."""
        return any(name not in ("tab", "order", "cursor", "limit") for name in self.given)


def asked_for(args: Mapping[str, str], zone: tzinfo = NEWSROOM, asking: str = "") -> Asked:
    """Read a query, its days in that zone; all that cannot be meant is `Invalid` at once."""
    stored = {name: as_stored(value.strip())[:_LONGEST] for name, value in args.items()}
    given = {name: value for name, value in stored.items() if value}
    bad: list[FieldError] = []
    tab = given.get("tab", "held")
    order = given.get("order", "oldest" if tab in WORKED_OFF else "newest")
    bad += [] if tab in TABS else [FieldError("tab", "choice")]
    bad += [] if order in ORDERS else [FieldError("order", "choice")]
    least, most = (_score(given, name, bad) for name in ("least", "most"))
    since, until = (_day(given, name, zone, bad) for name in ("since", "until"))
    limit = given.get("limit", str(PAGE))
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit) <= MOST_A_PAGE):
        bad.append(FieldError("limit", "page_size"))
    if bad:
        raise Invalid(bad)
    words = {name: given[name] for name in WORDS if name in given}
    last = until + timedelta(days=1) if until else None
    filters = Filters(
        tab=tab,  # type: ignore[arg-type]
        least=least, most=most, since=since, until=last, asking=asking, **words,
    )  # fmt: skip
    kept = {name: given[name] for name in _SHOWN if name in given}
    return Asked(filters, order, args.get("cursor", ""), int(limit), kept)  # type: ignore[arg-type]


def refuse_unknown(filters: Mapping[str, str]) -> None:
    """`Invalid` for a filter that there is none of: a slip would rule on everything in bulk."""
    if not filters.keys() <= _KNOWN:
        raise Invalid([FieldError("filters", "choice")])


def _score(given: Mapping[str, str], name: str, bad: list[FieldError]) -> float | None:
    if name not in given:
        return None
    try:
        score = float(given[name].replace(",", "."))
    except ValueError:
        score = -1.0
    if not 0 <= score <= 1:
        bad.append(FieldError(name, "score"))
    return score


def _day(
    given: Mapping[str, str], name: str, zone: tzinfo, bad: list[FieldError]
) -> datetime | None:
    if name not in given:
        return None
    try:
        day = datetime.strptime(given[name], "%Y-%m-%d").replace(tzinfo=zone)
        if not 1970 <= day.year < 9999:
            raise ValueError
        return day
    except ValueError:
        bad.append(FieldError(name, "day"))
        return None
