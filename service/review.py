"""What moderators do, whichever door they come through: rule, rule on a wave, undo, block."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from service import events, privacy, rates
from service.comments import LABELS, Ruling, Site, Verdict, new_id
from service.desk.cards import BULK_TABS, MOST_AT_ONCE, Filters
from service.errors import Conflict, FieldError, Invalid, Missing
from service.events import News
from service.storage import complaints, holding, queue, store, strokes, verdicts
from service.storage import events as told
from service.storage.engine import Database, Transaction

WAVE_RULING_LASTS: Final = timedelta(hours=24)
_IDS_A_QUERY: Final = 500


@dataclass(frozen=True, slots=True)
class Stroke:
    """Rulings made at once: by which id they are taken back, how many, and which were stale."""

    batch: str
    ruled: int
    stale: tuple[str, ...] = ()


class Review:
    """Rulings of people. The machine never judges again what a person has ruled on."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def rule(
        self,
        site: Site,
        comment_id: str,
        verdict: Verdict,
        moderator: str,
        *,
        labels: tuple[str, ...] = (),
        note: str = "",
        seen_version: int | None = None,
        ruling_id: str = "",
        saw_score: bool | None = None,
    ) -> None:
        """Put a person's verdict in force.

        The verdict that is in force already is no change, though another person's agreement
        on a spot check is noted, and anywhere that somebody gives way; a comment that changed since
        `seen_version` is a `Conflict`, an unknown label `Invalid`. A verdict that only a door's
        report put in force is made the person's own. A `ruling_id` that was used before is the
        same ruling sent again. ``saw_score`` says whether the machine's view lay before the person;
        None: on a spot check not, before they first ruled on it.
        """
        _check_labels(labels)
        with self._database.begin() as tx:
            if ruling_id and verdicts.is_ruling(tx, ruling_id, comment_id):
                return
            current = verdicts.standing_of(tx, site.id, comment_id)
            if current is None:
                raise Missing("no such comment")
            version, in_force = current
            unchanged = in_force == verdict and seen_version in (None, version, version - 1)
            answered = not complaints.waiting(tx, comment_id)
            ruling = self._ruling(comment_id, verdict, moderator, labels, privacy.mask(note))
            if saw_score is None:
                saw_score = not verdicts.unseen_by(tx, [comment_id], moderator)
            ruling = replace(ruling, saw_score=saw_score)
            if unchanged and answered and verdicts.by_person(tx, comment_id):
                verdicts.add_opinion(tx, ruling, ruling_id or None)
                return
            seen = version if seen_version is None else seen_version
            if not verdicts.rule(tx, ruling, seen, sent_id=ruling_id or None):
                raise Conflict("someone ruled on this comment meanwhile; look again", "stale")
            self._tell(tx, site, self._ruled(tx, ruling))

    def undo(self, site: Site, comment_id: str, ruling_id: str = "") -> None:
        """Take back the latest ruling on a comment; `Missing` where there is none.

        With a `ruling_id`, that one: taken back already, it stays so; a later one is a `Conflict`.
        """
        with self._database.begin() as tx:
            known = verdicts.standing_of(tx, site.id, comment_id)
            if ruling_id:
                if verdicts.is_undone(tx, ruling_id, comment_id):
                    return
                names = verdicts.names_in_force(tx, comment_id)
                if names and ruling_id not in names:
                    raise Conflict("someone ruled on this comment after that", "stale")
            if known is None or not verdicts.undo(tx, comment_id, self._now()):
                raise Missing("no ruling to take back")
            self._tell(tx, site, [_undone(tx, site.id, comment_id)])

    def rule_wave(
        self, site: Site, wave_id: str, verdict: Verdict, moderator: str, batch: str = ""
    ) -> str:
        """One ruling for every copy that has none, and for those to come within a day.

        Copies that readers complain about wait for one of their own. Sent again, it is one ruling.

        Returns the id by which `undo_wave` takes all of it back: `batch`, or one made here.
        """
        batch, now = batch or new_id(), self._now()
        with self._database.begin() as tx:
            if verdicts.ruled_in_batch(tx, batch):
                return batch
            made = strokes.rule_waiting(tx, wave_id, verdict, moderator, batch, now)
            if not verdicts.rule_wave(tx, site.id, wave_id, verdict, now + WAVE_RULING_LASTS):
                raise Missing("no such wave")
            news = [events.ruled(ruling.comment_id, verdict, (), batch) for ruling in made]
            self._tell(tx, site, [events.wave_ruled(wave_id, verdict, batch, len(made)), *news])
        return batch

    def undo_wave(self, site: Site, wave_id: str, batch: str) -> int:
        """Take back a ruling on a wave and on all its copies; how many were restored."""
        now = self._now()
        with self._database.begin() as tx:
            news = [news for _, news in _taken_back(tx, batch, now)]
            if not verdicts.rule_wave(tx, site.id, wave_id, None, None):
                raise Missing("no such wave")
            of_wave = events.wave_ruling_undone(wave_id, batch, len(news))
            self._tell(tx, site, [of_wave, *news])
        return len(news)

    def rule_many(
        self,
        rulings: Sequence[tuple[str, int]],
        verdict: Verdict,
        moderator: str,
        *,
        labels: tuple[str, ...] = (),
        batch: str = "",
        shown: Collection[str] | None = (),
    ) -> Stroke:
        """One stroke over comments at the versions that were seen; the stale ones are told.

        ``shown`` are the spot checks of which the machine's view was seen; None: all.
        """
        _check_labels(labels)
        batch, stale = batch or new_id(), []
        news: list[tuple[str, list[News]]] = []
        with self._database.begin() as tx:
            holding.hold(tx, [comment_id for comment_id, _ in rulings])
            done = set(verdicts.ruled_in_batch(tx, batch))
            unseen = _unseen(tx, [comment_id for comment_id, _ in rulings], moderator, shown)
            for comment_id, version in rulings:
                if comment_id in done:
                    continue
                ruling = self._ruling(comment_id, verdict, moderator, labels, "")
                ruling = replace(ruling, saw_score=comment_id not in unseen)
                if verdicts.rule(tx, ruling, version, batch):
                    news.append((comment_id, self._ruled(tx, ruling, batch)))
                else:
                    stale.append(comment_id)
            self._tell_each(tx, news)
        return Stroke(batch, len(rulings) - len(stale), tuple(stale))

    def rule_matching(
        self, filters: Filters, verdict: Verdict, moderator: str, batch: str = ""
    ) -> Stroke:
        """One stroke over everything that some filters find, up to 5,000 comments.

        That waits, or that is accepted or rejected; spot checks and complaints are read one by one.
        """
        if filters.tab not in BULK_TABS:
            raise Invalid([FieldError("tab", "choice")])
        with self._database.read() as tx:
            found = queue.matching(tx, filters, MOST_AT_ONCE)
        seen = [(comment_id, version) for _, comment_id, version in found]
        return self.rule_many(seen, verdict, moderator, batch=batch, shown=None)

    def undo_batch(self, batch: str) -> int:
        """Take back every ruling of one stroke that still stands; how many were restored."""
        now = self._now()
        with self._database.begin() as tx:
            restored = _taken_back(tx, batch, now)
            self._tell_each(tx, [(comment_id, [news]) for comment_id, news in restored])
        return len(restored)

    def set_standing(self, site: Site, comment_id: str, standing: str, moderator: str) -> None:
        """Block or trust (or, empty, neither) the author of a comment, by key alone."""
        with self._database.begin() as tx:
            case = store.comment_by_id(tx, site.id, comment_id)
            if case is None or not case.submission.author_key:
                raise Missing("no author to block here")
            key = case.submission.author_key
            verdicts.set_standing(tx, site.id, key, standing, moderator, self._now())

    def lift_standing(self, handle: str) -> None:
        """Take a block or a trust away from whom a handle names, or `Missing`."""
        with self._database.begin() as tx:
            if not verdicts.lift_standing(tx, handle):
                raise Missing("nobody of that name is blocked or trusted")

    def live_errors(self, site: Site | None = None) -> dict[str, rates.LiveErrors]:
        """Missed and wrongly rejected shares by language, from rulings on spot checks alone; of
        one site, or of all together."""
        with self._database.read() as tx:
            return rates.live_errors(verdicts.sample_counts(tx, site.id if site else None))

    def _ruled(self, tx: Transaction, ruling: Ruling, batch: str | None = None) -> list[News]:
        """A ruling as news, and the complaints that it answers."""
        answered = complaints.resolve(tx, ruling)
        return [
            events.ruled(ruling.comment_id, ruling.verdict, ruling.labels, batch),
            *(events.complaint_resolved(c, ruling.comment_id, ruling.verdict) for c in answered),
        ]

    def _tell_each(self, tx: Transaction, news: Sequence[tuple[str, list[News]]]) -> None:
        """Tell of comments of several sites, site by site in one order for all transactions."""
        homes = store.sites_of(tx, [comment_id for comment_id, _ in news])
        for site_id in sorted(set(homes.values())):
            mine = [items for comment_id, items in news if homes.get(comment_id) == site_id]
            told.tell(tx, site_id, [item for items in mine for item in items], self._now())

    def _tell(self, tx: Transaction, site: Site, news: Sequence[News]) -> None:
        told.tell(tx, site.id, news, self._now())

    def _ruling(
        self, comment_id: str, verdict: Verdict, moderator: str, labels: tuple[str, ...], note: str
    ) -> Ruling:
        return Ruling(new_id(), comment_id, verdict, labels, note, moderator, self._now())


def _unseen(
    tx: Transaction, ids: Sequence[str], moderator: str, shown: Collection[str] | None
) -> set[str]:
    """Spot checks that were ruled on without the machine's view."""
    found: set[str] = set()
    if shown is not None:
        for start in range(0, len(ids), _IDS_A_QUERY):
            found |= verdicts.unseen_by(tx, ids[start : start + _IDS_A_QUERY], moderator)
    return found - set(shown or ())


def _taken_back(tx: Transaction, batch: str, now: datetime) -> list[tuple[str, News]]:
    """Take a stroke back; each comment that changed, with what there is to tell of it."""
    freed, earlier = strokes.take_back(tx, batch, now)
    homes = store.sites_of(tx, earlier)
    told = [
        (one.comment_id, events.ruling_undone(one.comment_id, one.verdict, one.decided_by))
        for one in freed
    ]
    return told + [(c, _undone(tx, homes[c], c)) for c in earlier]


def _undone(tx: Transaction, site_id: str, comment_id: str) -> News:
    case = store.comment_by_id(tx, site_id, comment_id)
    if case is None:
        raise Missing("no such comment")
    if case.ruling:
        return events.ruling_undone(comment_id, case.ruling, "moderator")
    return events.ruling_undone(comment_id, case.decision.verdict, case.decision.decided_by)


def _check_labels(labels: tuple[str, ...]) -> None:
    if not set(labels) <= set(LABELS):
        raise Invalid([FieldError("labels", "label")])
