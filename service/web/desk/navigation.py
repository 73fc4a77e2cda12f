"""The desk's pages in the order of its menu: a page is added here and nowhere else in the menu."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from service.desk.cards import Moderator


@dataclass(frozen=True, slots=True)
class Link:
    """A page: the word of its name in desk_words, its path, and whether only admins see it."""

    word: str
    path: str
    admins_only: bool = False


MENU: Final = (
    Link("queue", "/queue"),
    Link("scores", "/scores"),
    Link("bulk", "/bulk"),
    Link("done", "/done"),
    Link("contradictions", "/contradictions"),
    Link("dashboard", "/dashboard"),
    Link("models", "/models"),
    Link("record", "/complaints"),
    Link("settings", "/settings", admins_only=True),
)


def menu_of(moderator: Moderator) -> list[Link]:
    """The pages that this person may open."""
    return [link for link in MENU if moderator.is_admin or not link.admins_only]
