"""Comparisons of what the service shows with what the model believes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from service import privacy
from service.desk.cards import Card, Filters
from service.retention import EVENTS_KEPT
from tests.conftest import SECRET
from tests.stateful.house import SITES, House
from tests.stateful.model import Comment, Model
from tests.stateful.reading import everything, rows


def tables(house: House, model: Model) -> None:
    """Rows against beliefs: verdicts in force, the log of rulings, complaints, waves."""
    found = rows(house.database)
    assert {r.id: _shown(r) for r in found["comments"]} == {
        c.id: (
            c.verdict, c.ruling, c.version, c.wave or None, c.sampled, model.due(c.id), c.codes,
        )
        for c in model.comments.values()
    }  # fmt: skip
    said = defaultdict(list)
    for r in found["rulings"]:
        said[r.comment_id].append((r.moderator, r.verdict, r.batch or "", r.undone_at is None))
    assert said == {
        c.id: [(w.moderator, w.verdict, w.batch, w.stands) for w in c.words]
        for c in model.comments.values()
        if c.words
    }
    filed = {(r.id, r.comment_id, r.outcome, r.resolved_at is None) for r in found["complaints"]}
    assert filed == {(c.id, c.about, c.outcome, not c.outcome) for c in model.complaints}
    now = house.clock()
    rolls = {r.id: r for r in found["waves"]}
    assert rolls.keys() == model.waves.keys()
    for wave, row in rolls.items():
        in_force = row.ruling if row.ruling_ends_at and row.ruling_ends_at > now else None
        assert in_force == model.wave_ruling(wave, now)
    keys = _forgotten_keys(house, model)
    assert keys.isdisjoint(r.author_key for r in found["comments"])
    assert keys.isdisjoint(r.last_author for r in found["waves"])
    assert keys.isdisjoint(standing.handle for standing in house.queue.standings())


def _shown(r: Any) -> tuple[Any, ...]:
    codes = frozenset(filter(None, r.codes.split("|")))
    return r.verdict, r.ruling, r.version, r.wave_id, r.sampled, r.complaint_due_at, codes


def _forgotten_keys(house: House, model: Model) -> set[str]:
    sites = [house.access.named_site(name).id for name in SITES] if model.forgotten else []
    return {
        privacy.author_key(f"{person}@example.com", site, SECRET)
        for person in model.forgotten
        for site in sites
    }


def queue(house: House, model: Model, limit: int) -> None:
    """The first tab, page by page: each card once, in its order, with its numbers."""
    cards = pages(house, Filters(), limit)
    assert [card.id for card in cards] == model.queue()
    for card in cards:
        one = model.comments[card.id]
        assert (card.entry.verdict, card.entry.version) == (one.verdict, one.version)
        assert card.is_wave == bool(one.wave and not model.due(one.id))
        assert card.copies == max(1, len(model.members(one.wave)) if one.wave else 1)
        if card.is_wave:
            shown = dict(model.waiting_waves())[one.wave]
            assert card.waiting == len(shown)
    counts = house.queue.page(Filters(), limit=1).counts
    for name, number in model.counts().items():
        assert counts[name] == number, name


def pages(house: House, filters: Filters, limit: int, order: Any = "oldest") -> list[Card]:
    """All cards behind a tab, as somebody turns its pages."""
    cursor, cards = "", []
    while True:
        page = house.queue.page(filters, order, cursor, limit)
        cards += page.cards
        cursor = page.cursor
        if not cursor:
            return cards


def told_of_wave(house: House, model: Model, wave: str) -> int | None:
    """How many comments a wave's card says that a ruling would change; None without a card."""
    for card in pages(house, Filters("waves"), 25):
        if card.entry.wave_id == wave:
            return card.unruled
    return None


def tab(house: House, model: Model, name: Any, asking: str, limit: int) -> None:
    """Any other tab, from either end."""
    every = sorted(model.comments.values(), key=lambda c: c.id)
    verdicts = {"accepted": "accept", "rejected": "reject"}
    if name == "samples":
        expected = [c.id for c in every if c.sampled and c.ruling is None]
    elif name == "second":
        expected = model.second_looks(asking)
    elif name == "waves":
        expected = [shown[0].id for _, shown in model.waiting_waves()]
    elif name == "complaints":
        expected = [one for one in model.queue() if model.due(one)]
    else:
        kept = [c for c in every if not c.is_test]
        expected = [c.id for c in kept if verdicts.get(name, c.verdict) == c.verdict]
    filters = Filters(tab=name, asking=asking)
    assert [card.id for card in pages(house, filters, limit)] == expected
    if name != "complaints":
        expected.reverse()
        assert [c.entry.wave_id or c.id for c in pages(house, filters, limit, "newest")] == [
            (model.comments[one].wave or one) for one in expected
        ]
    counts = house.queue.page(filters, limit=1).counts
    assert counts[name] == len(expected)


def card(house: House, model: Model, one: Comment) -> None:
    """A card by itself: every word said, every complaint that waits, who looks at it."""
    shown = house.queue.card(one.id)
    said = [(r.moderator, r.verdict, r.undone_at is None) for r in shown.rulings]
    assert said == [(w.moderator, w.verdict, w.stands) for w in one.words]
    assert {c.id for c in shown.complaints} == {c.id for c in model.open_about(one.id)}
    now = house.clock()
    claimed = model.claims.get(one.id)
    holds = claimed and now < claimed[1] <= now + timedelta(seconds=90)
    assert (shown.claim and shown.claim.moderator) == (claimed[0] if holds else None)


def figures(house: House, model: Model) -> None:
    """The dashboard, the tallies behind it and the rates, against the comments."""
    now = house.clock()
    found = house.dashboard.figures(UTC)
    days = {day for day, _ in found.days}
    since = datetime.combine(min(days), time(), UTC)
    every = [c for c in model.comments.values() if not c.is_test and c.came >= since]
    shown = Counter(c.verdict for c in every if c.came.date() in days)
    assert {v: n for v, n in found.totals.items() if n} == shown
    assert dict(found.reasons) == Counter(code for c in every for code in c.codes)
    assert dict(found.languages) == Counter(c.language for c in every)
    assert found.agreement.pairs == Counter(filter(None, map(_pair, model.comments.values())))
    held = [c for c in model.comments.values() if c.machine == "hold"]
    assert len(found.seconds) == sum(len(c.standing) for c in held)
    assert all(seconds >= 0 for seconds in found.seconds)
    waiting = [c for c in model.complaints if not c.outcome]
    assert found.answers.waiting == len(waiting)
    assert found.answers.overdue == sum(c.due_at < now for c in waiting)
    assert found.answers.in_time + found.answers.late + len(waiting) == len(model.complaints)
    assert sum(house.queue.heights(Filters(), 1_000)) == sum(c.waits for c in every)
    _rates(house, model)


def _pair(one: Comment) -> tuple[str, str] | None:
    first: dict[str, str] = {}
    for word in one.standing:
        if word.is_a_persons:
            first.setdefault(word.moderator, word.verdict)
    both = list(first.values())[:2]
    return (both[0], both[1]) if one.sampled and len(both) == 2 else None


def _rates(house: House, model: Model) -> None:
    """What spot checks say of the machine, and what the Akismet door is told of a site."""
    checked = [c for c in model.comments.values() if c.sampled and c.ruling]
    found = house.review.live_errors()
    assert found.keys() == {c.language for c in checked}
    for language, errors in found.items():
        said = Counter((c.machine, c.ruling) for c in checked if c.language == language)
        for rate, machine, wrong in (
            (errors.missed, "accept", "reject"), (errors.wrongly_rejected, "reject", "accept"),
        ):  # fmt: skip
            of_kind = sum(n for (verdict, _), n in said.items() if verdict == machine)
            assert (rate.errors, rate.checked) == (said[machine, wrong], of_kind)
    now = house.clock()
    for name in SITES:
        mine = [
            c for c in model.comments.values()
            if c.site == name and not c.is_test and now - timedelta(days=2) <= c.came <= now
        ]  # fmt: skip
        tally = house.reports.tally(house.site(name), now - timedelta(days=2))
        rejected = [c for c in mine if c.machine == "reject"]
        passed = [c for c in mine if c.machine != "reject"]
        assert (tally.rejected, tally.passed) == (len(rejected), len(passed))
        assert tally.missed == sum(c.ruling == "reject" for c in passed)
        assert tally.wrongly_rejected == sum(c.ruling == "accept" for c in rejected)


def doings(house: House, model: Model, moderator: str) -> None:
    """What somebody did, stroke by stroke, as it can be taken back."""
    since = house.clock() - timedelta(days=7)
    strokes: dict[Any, list[Any]] = defaultdict(list)
    for one in model.comments.values():
        for word in one.words:
            if word.moderator == moderator and word.at >= since:
                strokes[word.batch or word].append(word)
    expected = [(len(words), sum(w.stands for w in words)) for words in strokes.values()]
    found = house.doings.page(moderator, 1)
    if len(strokes) <= 50:
        assert sorted((one.ruled, one.standing) for one in found.strokes) == sorted(expected)


def addresses(house: House, model: Model) -> None:
    """No address stands in any table, and no key of who was forgotten."""
    text = everything(house.database)
    for address in ("@example.com", "203.0.113.", "198.51.100."):
        assert address not in text
    for key in _forgotten_keys(house, model):
        assert key not in text


class Feed:
    """Each site's events as a reader behind a cursor collects them."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._kept: dict[str, list[tuple[int, str, str, datetime]]] = {name: [] for name in SITES}
        self._last = dict.fromkeys(SITES, 0)

    def look(self, model: Model) -> None:
        """What is new is what just happened, each once, numbered without a hole."""
        for name in SITES:
            page = self._house.newsreel.page(self._house.site(name), self._last[name], 1_000)
            told = page.events
            assert not page.more
            numbers = [event["sequence"] for event in told]
            last = self._last[name]
            assert numbers == list(range(last + 1, last + 1 + len(told)))
            expected = model.news.pop(name, [])
            assert len(told) == len(expected), (told, expected)
            assert sorted(map(_key, told)) == sorted(_expected_key(one) for one in expected)
            now = self._house.clock()
            for event in told:
                subject = event["data"].get("comment_id") or event["data"]["wave_id"]
                self._kept[name].append((event["sequence"], event["type"], subject, now))
            self._last[name] = int(page.next)

    def forget(self, subject: str) -> None:
        """What was told of an erased comment goes with it."""
        for name, kept in self._kept.items():
            self._kept[name] = [one for one in kept if one[2] != subject]

    def purge(self, days: int, now: datetime) -> None:
        """Old events go, told or not."""
        cut = now - min(timedelta(days=days) if days else EVENTS_KEPT, EVENTS_KEPT)
        for name, kept in self._kept.items():
            self._kept[name] = [one for one in kept if one[3] >= cut]

    def replay(self, count: int) -> None:
        """From the beginning, in pages of any size: the same events in the same order."""
        for name, kept in self._kept.items():
            site, after, found = self._house.site(name), 0, []
            while True:
                page = self._house.newsreel.page(site, after, count)
                found += [(event["sequence"], event["type"]) for event in page.events]
                after = int(page.next)
                if not page.events:
                    break
            assert found == [(number, kind) for number, kind, *_ in kept]


def _key(event: dict[str, Any]) -> str:
    return repr((event["type"], sorted(_told(event["data"]).items())))


def _expected_key(one: tuple[str, str, dict[str, Any]]) -> str:
    kind, _, data = one
    return repr((kind, sorted(_told(data).items())))


_COMPARED: Sequence[str] = (
    "comment_id", "wave_id", "verdict", "verdict_before", "batch", "comments", "outcome",
    "complaint_id",
)  # fmt: skip


def _told(data: dict[str, Any]) -> dict[str, str]:
    return {name: str(data[name]) for name in _COMPARED if data.get(name) is not None}
