"""What a site sets: budgets and counts that mean something, word lists, night hours, a shadow."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Final, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service.errors import FieldError, Invalid
from service.learnt import Learnt

_SHARES: Final = (
    "reject_per_mille",
    "hold_per_mille",
    "sample_per_mille",
    "night_reject_per_mille",
    "night_hold_per_mille",
)
_COUNTS: Final = (
    "hold_links_from",
    "trusted_after",
    "author_per_minute",
    "network_per_minute",
    "wave_from",
    "retention_days",
)
_HOURS: Final = ("night_from", "night_to")
_NOT_SET: Final = ("version", "learnt")
_NAME: Final = re.compile(r"[a-z_]{1,40}")  # what is no name may be an address: not repeated
_ORIGIN: Final = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?")


@dataclass(frozen=True, slots=True)
class Rules:
    """One version of a site's rules.

    Budgets (``…_per_mille``) count good comments in 1,000; `sample_per_mille` counts accepted and
    rejected comments in 1,000 that a person looks at again. A count of 0 switches its rule off.
    Floods are counted over a minute. Night lasts from hour to hour in `time_zone`; equal hours
    are no night. `akismet_discard` lets that door tell its clients to throw blatant spam away;
    `akismet_user_ip_optional` lets them send no address. Pages of `allowed_origins` may post from
    a reader's browser with the short key. With `mask_personal_data` stored comments have blocks for
    the digits of telephone, identity and card numbers and of homes. Comments older than
    `retention_days` are purged, where it is not 0. `shadow` holds other values of these fields,
    judged beside and never acted on. `learnt` is no rule that anybody sets: what the site's rulings
    say of its thresholds (service.learnt), where `learn_thresholds` lets them.
    """

    version: int = 0
    reject_per_mille: float = 1.0
    hold_per_mille: float = 30.0
    sample_per_mille: float = 10.0
    toxicity_rejects: bool = False
    require_name_email: bool = True
    hold_first_time: bool = False
    hold_links_from: int = 3
    trusted_after: int = 5
    author_per_minute: int = 60
    network_per_minute: int = 600
    wave_from: int = 5
    banned_words: tuple[str, ...] = ()
    suspect_words: tuple[str, ...] = ()
    allowed_words: tuple[str, ...] = ()
    blocked_email_domains: tuple[str, ...] = ()
    allowed_email_domains: tuple[str, ...] = ()
    hold_disposable_email: bool = False
    night_from: int = 0
    night_to: int = 0
    night_reject_per_mille: float = 1.0
    night_hold_per_mille: float = 30.0
    time_zone: str = "Asia/Jakarta"
    akismet_discard: bool = False
    akismet_user_ip_optional: bool = False
    allowed_origins: tuple[str, ...] = ()
    learn_thresholds: bool = True
    mask_personal_data: bool = False
    retention_days: int = 0
    shadow: Mapping[str, Any] = field(default_factory=dict)
    learnt: Learnt | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        bad = [FieldError(name, "budget") for name in _SHARES if not self._within(name, 1000)]
        bad += [FieldError(name, "count") for name in _COUNTS if not self._within(name, 10**6)]
        bad += [FieldError(name, "hour") for name in _HOURS if not self._within(name, 23)]
        if not _is_zone(self.time_zone):
            bad.append(FieldError("time_zone", "time_zone"))
        if not all(_ORIGIN.fullmatch(origin) for origin in self.allowed_origins):
            bad.append(FieldError("allowed_origins", "origin"))
        if bad:
            raise Invalid(bad)
        for name in _SHARES:  # 50 is stored as 50.0: a value's kind is its rule's
            object.__setattr__(self, name, float(getattr(self, name)))
        if self.shadow:
            self.changed({**self.shadow, "shadow": {}})

    @classmethod
    def from_json(cls, body: Mapping[str, Any], version: int) -> Self:
        """Rules as they were stored; fields that a later release dropped are ignored."""
        known = {field.name for field in fields(cls) if field.name not in _NOT_SET} & body.keys()
        return cls(**{name: _frozen(body[name]) for name in known}, version=version)

    def changed(self, changes: Mapping[str, Any]) -> Self:
        """The next version with some fields replaced; all that is wrong with them is `Invalid`."""
        kinds = {field.name: type(getattr(self, field.name)) for field in fields(self)}
        bad = [name for name in changes if name not in kinds or name in _NOT_SET]
        if bad:
            told = (name if _NAME.fullmatch(name) else "changes" for name in bad)
            raise Invalid([FieldError(name, "unknown_rule") for name in told])
        fitted = {name: _frozen(value) for name, value in changes.items()}
        wrong = [name for name, value in fitted.items() if not _is(value, kinds[name])]
        if wrong:
            raise Invalid([FieldError(name, "type") for name in wrong])
        return replace(self, **fitted, version=self.version + 1)

    def at(self, now: datetime) -> Self:
        """These rules with the budgets of that hour."""
        if self.night_from == self.night_to:
            return self
        hour = now.astimezone(ZoneInfo(self.time_zone)).hour
        start, end = self.night_from, self.night_to
        night = start <= hour < end if start <= end else hour >= start or hour < end
        if not night:
            return self
        return replace(
            self,
            reject_per_mille=self.night_reject_per_mille,
            hold_per_mille=self.night_hold_per_mille,
        )

    def settings(self) -> dict[str, Any]:
        """What people set, by name."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name not in _NOT_SET}

    def unlearnt(self) -> Self:
        """These rules by the model's word alone."""
        return replace(self, learnt=None)

    def shadowed(self) -> Self | None:
        """The rules with the shadow's values in place, or None where there is no shadow."""
        return replace(self, **{**self.shadow, "shadow": {}}) if self.shadow else None

    def _within(self, name: str, most: int) -> bool:
        value = getattr(self, name)
        return isinstance(value, int | float) and 0 <= value <= most


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _is(value: Any, kind: type) -> bool:
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind is tuple:
        return isinstance(value, tuple) and all(isinstance(entry, str) for entry in value)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, kind)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
