"""A site's rules as a form: each kind of value has its field, so a new rule shows up by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from service.errors import FieldError, Invalid
from service.rules import Rules
from service.web.desk.reader import Reader

# Groups in the order of the page; a rule that is in none of them stands in the last.
_GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "budgets": ("reject_per_mille", "hold_per_mille", "sample_per_mille"),
    "words": ("banned_words", "suspect_words", "allowed_words"),
    "night": (
        "night_from", "night_to", "night_reject_per_mille", "night_hold_per_mille", "time_zone",
    ),
    "limits": (
        "hold_links_from", "trusted_after", "wave_from", "author_per_minute", "network_per_minute",
    ),
    "mail": ("blocked_email_domains", "allowed_email_domains", "hold_disposable_email"),
    "keeping": ("retention_days", "mask_personal_data"),
}  # fmt: skip
_SLIDER_ENDS: Final = {"reject_per_mille": 20, "night_reject_per_mille": 20, "sample_per_mille": 50}
_SLIDER_END: Final = 200
_APART: Final = ("version", "shadow", "learnt")


@dataclass(frozen=True, slots=True)
class Field:
    """One rule on the page: its kind, its value, and that as it is typed."""

    name: str
    kind: str
    typed: str
    value: Any
    most: int


def groups(rules: Rules, reader: Reader) -> Iterator[tuple[str, list[Field]]]:
    """The form's groups with the fields of these rules."""
    known = {rule.name for rule in fields(Rules)} - set(_APART)
    placed = {name for names in _GROUPS.values() for name in names}
    rest = tuple(rule.name for rule in fields(Rules) if rule.name in known - placed)
    for group, names in {**_GROUPS, "further": rest}.items():
        shown = [_field(rules, name, reader) for name in names if name in known]
        yield group, sorted(shown, key=lambda field: field.kind in ("switch", "list"))


def changes(form: Mapping[str, str], rules: Rules) -> dict[str, Any]:
    """What a form changes in these rules; everything that is no value is `Invalid` at once."""
    found: dict[str, Any] = {}
    bad: list[FieldError] = []
    for rule in fields(Rules):
        if rule.name in _APART or not (rule.name in form or f"shown_{rule.name}" in form):
            continue
        present = getattr(rules, rule.name)
        value = _read(rule.name, form.get(rule.name, ""), type(present), bad)
        if value != present:
            found[rule.name] = list(value) if isinstance(value, tuple) else value
    if bad:
        raise Invalid(bad)
    return found


def typed(value: Any, reader: Reader) -> str:
    """A value as people write it."""
    if isinstance(value, bool):
        return "on" if value else ""
    if isinstance(value, tuple | list):
        return "\n".join(value)
    if isinstance(value, float):
        written = f"{value:.10g}"  # all of it: what is shown is read back
        return written.replace(".", ",") if reader.language == "id" else written
    return str(value)


def _field(rules: Rules, name: str, reader: Reader) -> Field:
    value = getattr(rules, name)
    kinds = {bool: "switch", float: "slider", int: "count", tuple: "list", str: "text"}
    most = _SLIDER_ENDS.get(name, _SLIDER_END)
    return Field(name, kinds[type(value)], typed(value, reader), value, max(most, _whole(value)))


def _whole(value: Any) -> int:
    return int(value) + 1 if isinstance(value, float) else 0


def _read(name: str, text: str, kind: type, bad: list[FieldError]) -> Any:
    if kind is bool:
        return bool(text)
    if kind is tuple:
        return tuple(line.strip() for line in text.splitlines() if line.strip())
    if kind is str:
        return text.strip()
    try:
        return kind(text.strip().replace(",", ".") or "0")
    except ValueError:
        bad.append(FieldError(name, "budget" if kind is float else "count"))
        return kind(0)
