"""Who reads a page: dates, numbers and spans of time as that person writes them (Babel, CLDR)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_decimal
from babel.units import format_unit

NEWSROOM: Final = ZoneInfo("Asia/Jakarta")
ZONES: Final = (
    "Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "Asia/Singapore", "Asia/Tokyo",
    "Europe/Amsterdam", "America/New_York", "UTC",
)  # fmt: skip
"""Offered in the list; any other zone that the machine knows can be typed."""

_LOCALES: Final = {"en": Locale("en", "GB"), "id": Locale("id")}  # day before month in both
_UNITS: Final = (("day", 86400), ("hour", 3600), ("minute", 60))
_FEWEST: Final = {"day": 3}  # 30 hours say more than one day


@dataclass(frozen=True, slots=True)
class Reader:
    """A language, "en" or "id", and the time zone that the reader's clock shows."""

    language: str = "en"
    zone: ZoneInfo = NEWSROOM

    @property
    def locale(self) -> Locale:
        """What CLDR calls this language."""
        return _LOCALES[self.language]

    def number(self, value: float, decimals: int = 0) -> str:
        """1,234.5 in English, 1.234,5 in Indonesian."""
        places = f".{'0' * decimals}" if decimals else ""
        return format_decimal(value, f"#,##0{places}", self.locale)

    def day(self, moment: datetime | None) -> str:
        """A day: 23 Nov 2026."""
        return format_skeleton("yMMMd", moment, self.zone, True, self.locale) if moment else "–"

    def when(self, moment: datetime | None) -> str:
        """A day, an hour and the zone's name, so that nobody takes it for another zone's."""
        if moment is None:
            return "–"
        clock = format_time(moment, "short", self.zone, self.locale)
        return f"{self.day(moment)}, {clock} {moment.astimezone(self.zone).tzname()}"

    def short_day(self, day: date) -> str:
        """A day of this year: 23 Nov."""
        return format_date(day, "d MMM", self.locale)

    def month(self, moment: datetime) -> str:
        """A month: November 2026."""
        return format_date(moment, "MMMM y", self.locale)

    def span(self, seconds: float) -> str:
        """A length of time in the unit that reads best: 35 minutes, 30 hours, 4 days."""
        length = abs(seconds)
        fits = ((u, s) for u, s in _UNITS if length >= s * _FEWEST.get(u, 2) or length == s)
        unit, size = next(fits, ("second", 1))
        written = format_unit(round(length / size), f"duration-{unit}", "long", locale=self.locale)
        return str(written)

    def plural(self, forms: str, count: float) -> str:
        """The form that goes with a count, of "one|many" in English; other forms are alone."""
        one, bar, many = forms.partition("|")
        return many if bar and self.locale.plural_form(count) != "one" else one


@lru_cache(maxsize=64)
def zone_named(name: str) -> ZoneInfo | None:
    """A time zone by its name, or None where there is none."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
