"""A site's events as it reads them: by page behind a cursor, in the form that webhooks carry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from service.comments import Site
from service.events import Event
from service.storage import events as told
from service.storage.engine import Database


@dataclass(frozen=True, slots=True)
class Page:
    """Some events and the cursor to ask with next.

    ``gap`` says that events behind the cursor are no longer kept, so some may have been missed.
    """

    events: list[dict[str, Any]]
    next: str
    more: bool
    gap: bool


class Newsreel:
    """What happened on a site, for whoever holds its full key."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, site: Site, after: int, count: int) -> Page:
        """The events behind a number; an empty page's ``next`` is what was asked with."""
        with self._database.read() as tx:
            before_kept, last = told.span(tx, site.id)
            events = told.after(tx, site.id, after, count)
        reached = events[-1].number if events else after
        return Page([told_as(e) for e in events], str(reached), reached < last, after < before_kept)


def told_as(event: Event) -> dict[str, Any]:
    """One event as JSON-ready values, the same on both ways out."""
    return {
        "id": event.id,
        "sequence": event.number,
        "type": event.type,
        "timestamp": event.created_at.isoformat(),
        "data": dict(event.data),
    }
