"""What an author's past and a comment's near copies say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from service.comments import History, Signal, Verdict
from service.mailboxes import Mailbox
from service.rules import Rules

MINUTE: Final = 60
_MOST_TOLD: Final = 50
QUOTED_WEIGHT: Final = 0.01
"""NEAR_COPY for a quotation: told, and no wave."""

THROW_AWAY_WEIGHT: Final = 0.3
"""NEW_COMMENTER for a mailbox that anybody has for minutes: a stranger, now and next time."""

_STANDING: Final[Mapping[str, Verdict]] = {"blocked": "reject", "trusted": "accept"}


def people(history: History, rules: Rules, mailbox: Mailbox = "") -> list[Signal]:
    """BLOCKED_AUTHOR, REPEAT_POST, and NEW_COMMENTER: negative for an author who is trusted,
    positive for a throw-away mailbox, and for a stranger where the site holds those."""
    raised = []
    if history.standing == "blocked" or mailbox == "blocked":
        raised.append(Signal("BLOCKED_AUTHOR", 1.0))
    if trusted(history, rules):
        raised.append(Signal("NEW_COMMENTER", -1.0))
    elif mailbox == "disposable":
        raised.append(Signal("NEW_COMMENTER", THROW_AWAY_WEIGHT))
    elif rules.hold_first_time and not history.accepted and not history.rejected:
        raised.append(Signal("NEW_COMMENTER", 0.1))
    if history.repeats:
        raised.append(Signal("REPEAT_POST", min(1.0, 0.5 + 0.1 * history.repeats)))
    return raised


def trusted(history: History, rules: Rules) -> bool:
    """A moderator said so, or enough was accepted and nothing rejected."""
    if history.standing:
        return history.standing == "trusted"
    enough = rules.trusted_after and history.accepted >= rules.trusted_after
    return bool(enough and not history.rejected)


def copies(history: History, rules: Rules) -> list[Signal]:
    """NEAR_COPY from the site's n-th copy on, while the wave still grows or was ruled on; with
    next to no weight for a quotation."""
    wave = history.wave
    quoted = [Signal("NEAR_COPY", QUOTED_WEIGHT)] if history.quotes else []
    if wave is None or not rules.wave_from:
        return quoted
    growing = wave.recent + 1 >= rules.wave_from
    if not (growing or wave.ruling):
        return quoted
    return [Signal("NEAR_COPY", round(min(1.0, wave.size / _MOST_TOLD), 3))]


def context(history: History) -> dict[str, Verdict]:
    """What people said of this text, author or wave, and the worst verdict in the wave."""
    wave = history.wave
    said: dict[str, Verdict | None] = {
        "ruled": history.ruled,
        "author": _STANDING.get(history.standing),
        "wave_ruling": wave.ruling if wave else None,
        "wave_worst": wave.worst if wave else None,
        "quotes": "hold" if history.quotes else None,
    }
    return {name: verdict for name, verdict in said.items() if verdict}


def flooding(history: History, rules: Rules) -> bool:
    """More in a minute than the site lets one author or one network send."""
    if trusted(history, rules):
        return False
    by_author = rules.author_per_minute and history.author_last_minute >= rules.author_per_minute
    by_network = (
        rules.network_per_minute and history.network_last_minute >= rules.network_per_minute
    )
    return bool(by_author or by_network)
