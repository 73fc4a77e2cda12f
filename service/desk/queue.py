"""What lies on the moderators' desk, for its pages and its API alike. Nothing here decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from service import privacy
from service.checks.folding import fold
from service.comments import Match, Ruling, Site, without_controls
from service.desk.cards import MOST_AT_ONCE, Author, Card, Entry, Filters, Order, Page, Standing
from service.desk.cursors import Place, read_cursor, write_cursor
from service.desk.pseudonyms import hue, pseudonym
from service.errors import Missing
from service.storage import claims, complaints, queue, tabs, verdicts
from service.storage.engine import Database, Transaction

PAGE: Final = 25
CLAIM_LASTS: Final = timedelta(seconds=90)
_SAMPLED_FROM: Final = 200
_MOST_PLAIN: Final = 8
_LONGEST_WORD: Final = 60


class Queue:
    """What waits for people, across every site of the installation."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def page(
        self, filters: Filters, order: Order = "oldest", cursor: str = "", limit: int = PAGE
    ) -> Page:
        """The next cards: waves first where they belong, then comments one by one."""
        place = read_cursor(cursor)
        with self._database.read() as tx:
            entries, following = _gather(tx, filters, order, place, limit)
            unseen = set() if filters.show_the_machine else _unseen(tx, entries, filters.asking)
            cards = [
                self._card(tx, entry, _is_wave(filters, entry), blind=entry.case.id in unseen)
                for entry in entries
            ]
            cards = _with_claims(tx, cards, self._now())
            return Page(cards, following, tabs.counts(tx, filters.asking))

    def card(self, comment_id: str, asking: str = "", shown: bool = True) -> Card:
        """One comment with all that is known of it, or `Missing`.

        A spot check that ``asking`` never ruled on is blind, unless they ask that it be shown.
        """
        with self._database.read() as tx:
            entry = queue.entry(tx, comment_id)
            if entry is None:
                raise Missing("no such comment")
            folded = bool(entry.wave_id) and entry.verdict == "hold" and not entry.complaint_due_at
            blind = not shown and bool(_unseen(tx, [entry], asking))
            rulings = () if blind else verdicts.past_rulings(tx, comment_id)
            card = self._card(tx, entry, folded, rulings, blind=blind)
            return _with_claims(tx, [card], self._now())[0]

    def claim(self, card: str, moderator: str) -> None:
        """Tell the others that this card is being looked at."""
        now = self._now()
        with self._database.begin() as tx:
            claims.let_go(tx, moderator, now, now + CLAIM_LASTS)
        with self._database.begin() as tx:
            claims.claim(tx, card, moderator, now + CLAIM_LASTS)

    def pulse(self, seen: str, cards: Sequence[str], asking: str) -> dict[str, Any]:
        """What changed since a page was shown: counts, arrivals, and who looks at its cards."""
        now = self._now()
        with self._database.read() as tx:
            taken = claims.on(tx, cards, now, now + CLAIM_LASTS)
            return {
                "counts": tabs.counts(tx, asking),
                "arrived": queue.arrived_after(tx, seen) if seen else 0,
                "newest": queue.newest_held(tx),
                "claims": {card: claim.moderator for card, claim in taken.items()},
            }

    def newest(self) -> str:
        """The id of what came last, a held comment or a complaint."""
        with self._database.read() as tx:
            return queue.newest_held(tx)

    def site_of_wave(self, wave_id: str) -> Site:
        """The site that a wave rolls over, or `Missing`."""
        with self._database.read() as tx:
            site = queue.site_of_wave(tx, wave_id)
        if site is None:
            raise Missing("no such wave")
        return site

    def unruled_in_wave(self, wave_id: str) -> int:
        """How many copies of a wave a ruling on it would rule on."""
        with self._database.read() as tx:
            return queue.wave_counts(tx, wave_id)[2]

    def standings(self) -> list[Standing]:
        """Who is blocked or trusted, the latest first."""
        with self._database.read() as tx:
            found = verdicts.all_standings(tx, MOST_AT_ONCE)
        return [
            Standing(key, pseudonym(key), hue(key), standing, set_by, set_at, site)
            for key, standing, set_by, set_at, site in found
        ]

    def heights(self, filters: Filters, most: int) -> list[int]:
        """How many waiting comments have their score in each hundredth, each up to `most`."""
        with self._database.read() as tx:
            return queue.heights(tx, filters, most)

    def matching(self, filters: Filters) -> tuple[int, int]:
        """How many comments a bulk ruling under these filters would touch, copies included, and
        how many of them a person has ruled on."""
        with self._database.read() as tx:
            ruled = 0
            if filters.tab != "held":
                ruled = queue.matched(tx, filters, MOST_AT_ONCE, ruled=True)
            return queue.matched(tx, filters, MOST_AT_ONCE), ruled

    def sample(self, filters: Filters, count: int) -> list[Card]:
        """Some of what a bulk ruling would touch, spread over the first 200 of it."""
        with self._database.read() as tx:
            found = queue.matching(tx, filters, _SAMPLED_FROM)
            chosen = [one[1] for one in found[:: max(1, -(-len(found) // count))]]
            entries = queue.entries(tx, chosen)
            return [self._card(tx, entry, False) for entry in entries]

    def site_of(self, comment_id: str) -> Site:
        """The site that a comment was posted on, or `Missing`."""
        with self._database.read() as tx:
            entry = queue.entry(tx, comment_id)
        if entry is None:
            raise Missing("no such comment")
        return entry.site

    def _card(
        self,
        tx: Transaction,
        entry: Entry,
        as_wave: bool,
        rulings: Sequence[Ruling] = (),
        blind: bool = False,
    ) -> Card:
        submission = entry.case.submission
        counts = queue.wave_counts(tx, entry.wave_id) if entry.wave_id else (1, 1, 1)
        copies, waiting, unruled = counts
        parent = queue.entry(tx, submission.parent_id) if len(submission.parent_id) == 36 else None
        due = entry.complaint_due_at is not None
        same_site = parent if parent and parent.site == entry.site else None
        return Card(
            entry=entry,
            author=_author(tx, submission.author_key, entry.verdict if blind else ""),
            parent=same_site,
            copies=copies,
            waiting=waiting if as_wave else 1,
            unruled=unruled if as_wave else 1,
            is_wave=as_wave,
            plain=() if blind else plain(entry),
            rulings=rulings,
            complaints=complaints.waiting_about(tx, entry.case.id) if due else (),
            blind=blind,
        )


def as_stored(words: str) -> str:
    """Words as a stored comment would have them, or a search could find none: addresses masked,
    without what no database keeps."""
    return privacy.mask(without_controls(words))


def plain(entry: Entry) -> tuple[tuple[str, str], ...]:
    """Disguised words beside what they read as: ("ѕlоt", "slot")."""
    case = entry.case
    weighed = [m for signal in case.decision.reasons for m in signal.matches]
    pairs: dict[str, str] = {}
    for word in dict.fromkeys(_words_in(case.submission.content, weighed)):
        reading = fold(word).text
        if reading != word.lower() and reading.strip():
            pairs[word[:_LONGEST_WORD]] = reading[:_LONGEST_WORD]
        if len(pairs) == _MOST_PLAIN:
            break
    return tuple(pairs.items())


def _words_in(text: str, matches: Iterable[Match]) -> Iterable[str]:
    """The whole words that the weighed stretches lie in, those of one stretch once."""
    start = end = 0
    for match in matches:
        if start <= match.start and match.end <= end:
            continue
        start = max(text.rfind(gap, 0, match.start) for gap in " \n\t") + 1
        ends = [at for gap in " \n\t" if (at := text.find(gap, match.end)) >= 0]
        end = min(ends, default=len(text))
        yield from text[start:end].split()


_SECTIONS: Final[Mapping[str, Sequence[str]]] = {
    "held": ("complaints", "waves", "singles"),
    "complaints": ("complaints",),
    "waves": ("waves",),
}


def _gather(
    tx: Transaction, filters: Filters, order: Order, place: Place, limit: int
) -> tuple[list[Entry], str]:
    """A page's entries, and the cursor of the page after it.

    Sections follow each other: due complaints, then waves, then what waits alone. Filters look
    through a bounded number of comments, so a page may be short and still have one after it.
    """
    sections = _SECTIONS.get(filters.tab, ("singles",))
    begin = sections.index(place.section) if place.section in sections else 0
    entries: list[Entry] = []
    for number, section in enumerate(sections[begin:]):
        after = place.key if number == 0 and section == place.section else queue.Key()
        found = _section(tx, section, filters, order, after, limit + 1 - len(entries))
        entries += found.entries
        if len(entries) > limit:
            return entries[:limit], write_cursor(_last(section, entries, len(found.entries)))
        if found.looked_until and filters.are_narrow:
            return entries, write_cursor(Place(section, found.looked_until))
    return entries, ""


def _section(
    tx: Transaction, section: str, filters: Filters, order: Order, after: queue.Key, limit: int
) -> queue.Found:
    if section == "complaints":
        return queue.complained(tx, filters, after, limit)
    if section == "waves":
        return queue.wave_heads(tx, filters, order, after, limit)
    return queue.singles(tx, filters, order, after, limit)


def _last(section: str, entries: Sequence[Entry], of_section: int) -> Place:
    """The place after a full page: one entry more was found than the page holds."""
    if of_section == 1:  # that one begins its section
        return Place(section)
    last = entries[-2]
    due = last.complaint_due_at.isoformat() if last.complaint_due_at else ""
    named = last.wave_id if section == "waves" else last.case.id
    return Place(section, queue.Key(named, last.margin, due))


def _unseen(tx: Transaction, entries: Sequence[Entry], asking: str) -> set[str]:
    """Spot checks among these that a person has not ruled on."""
    sampled = [entry.case.id for entry in entries if entry.sampled]
    return set(sampled) - verdicts.ruled_by(tx, sampled, asking) if sampled else set()


def _is_wave(filters: Filters, entry: Entry) -> bool:
    rolls = filters.tab in ("held", "waves") and bool(entry.wave_id)
    return rolls and entry.complaint_due_at is None


def _author(tx: Transaction, author_key: str, untold: str) -> Author:
    """Who wrote; ``untold`` is a verdict that their history must not give away."""
    if not author_key:
        return Author("", "", 0)
    accepted, rejected, first_seen, standing = queue.past_of_author(tx, author_key)
    accepted, rejected = accepted - (untold == "accept"), rejected - (untold == "reject")
    return Author(
        author_key, pseudonym(author_key), hue(author_key), accepted, rejected, first_seen, standing
    )


def _with_claims(tx: Transaction, cards: Sequence[Card], now: datetime) -> list[Card]:
    taken = claims.on(tx, [card.id for card in cards], now, now + CLAIM_LASTS)
    return [replace(card, claim=taken.get(card.id)) for card in cards]
