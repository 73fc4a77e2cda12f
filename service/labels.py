"""Rulings as labels to learn from: who said what of which text, and what the text says itself.

Learning knows no comment, site or person: it reads the rows that are made here, in which an author
is a number that means nothing in another export.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from service.checks.folding import fold
from service.checks.quotes import unquoted
from service.checks.sketch import NEAR_COPY, similarity, sketch
from service.checks.words import WORD
from service.comments import IMPORTER, REPORTERS, Decision, Verdict
from service.storage import accounts, labels
from service.storage.engine import Database, Transaction
from service.storage.labels import Ruled, Word

_MOST_BESIDE: Final = 100
_OTHER: Final[dict[Verdict, Verdict]] = {"accept": "reject", "reject": "accept"}


@dataclass(frozen=True, slots=True)
class Label:
    """One ruled comment as a row to learn from.

    ``content`` is the stored text, addresses masked; ``teaches`` the same without what it quotes of
    other comments of its article. ``source`` is ``person``, ``report`` (a door passed it on) or
    ``import``. ``author`` and ``group`` are numbers: near copies share a group. ``stands_for`` is
    1, of a spot check as many comments as chance passed over for it. ``agreed`` and ``disagreed``
    count other moderators' rulings on the same comment. ``machine`` is the machine's verdict at the
    time, ``codes`` are its reasons, ``scores`` what it was made of.
    """

    id: str
    content: str = field(repr=False)
    teaches: str = field(repr=False)
    verdict: Verdict
    labels: tuple[str, ...]
    source: str
    moderator: str
    ruled_at: str
    created_at: str
    site: str
    model_version: str
    saw_score: bool | None
    sampled: bool
    stands_for: float
    author: int
    first_time: bool
    group: int
    agreed: int
    disagreed: int
    machine: Verdict
    language: str
    codes: tuple[str, ...]
    scores: dict[str, float]

    def as_json(self) -> dict[str, Any]:
        """The row of an export."""
        return asdict(self)


def export(database: Database, site_id: str = "") -> Iterator[Label]:
    """Every ruling in force as a label, oldest comment first; taken back ones are not there."""
    numbers, groups = _Numbers(), _Groups()
    with database.read() as tx:
        quoted, chances = _Quoted(tx, site_id), _chances(tx)
        for found in labels.ruled(tx, site_id):
            teaches = quoted.without(found)
            yield _label(found, numbers, groups, teaches, chances[found.site_id])


def newest(database: Database, most: int) -> Iterator[Label]:
    """The labels of the ``most`` ruled comments that came last, oldest first, for reading only:
    what they quote is left in, since taking it out means to read every comment there is."""
    numbers, groups = _Numbers(), _Groups()
    with database.read() as tx:
        chances = _chances(tx)
        for found in labels.ruled(tx, after=labels.before_newest(tx, most)):
            teaches = found.case.submission.content
            yield _label(found, numbers, groups, teaches, chances[found.site_id])


def latest(database: Database, count: int) -> list[tuple[str, str]]:
    """Ids and stored texts of the comments that came last, ruled on or not."""
    with database.read() as tx:
        return [(case.id, case.submission.content) for case, _ in labels.latest(tx, count)]


def conflicts(rows: Iterable[Label]) -> list[list[Label]]:
    """Groups that deserve a second look: one text, or near copies of it, ruled both ways."""
    groups: dict[int, list[Label]] = {}
    for row in rows:
        if row.verdict != "hold":
            groups.setdefault(row.group, []).append(row)
    return [group for group in groups.values() if _contradictory(group)]


def _contradictory(group: list[Label]) -> bool:
    return len({row.verdict for row in group}) > 1 or any(row.disagreed for row in group)


def _label(found: Ruled, numbers: _Numbers, groups: _Groups, teaches: str, chance: float) -> Label:
    case, word = found.case, found.words[-1]
    decision, submission = case.decision, case.submission
    return Label(
        id=case.id,
        content=submission.content,
        teaches=teaches,
        verdict=word.verdict,
        labels=word.labels,
        source=_source(word),
        moderator=word.moderator,
        ruled_at=word.created_at.isoformat(),
        created_at=case.created_at.isoformat(),
        site=found.site,
        model_version=decision.model_version,
        saw_score=word.saw_score,
        sampled=found.sampled,
        stands_for=1.0 / chance if found.sampled and chance else 1.0,
        author=numbers.of(submission.author_key or submission.author_name),
        first_time=_first_time(decision),
        group=groups.of(found),
        agreed=len(_others(found.words, word.verdict)),
        disagreed=len(_others(found.words, _OTHER.get(word.verdict, "hold"))),
        machine=decision.verdict,
        language=decision.language,
        codes=tuple(sorted({s.code for s in decision.reasons if s.weight > 0})),
        scores={head: round(score, 6) for head, score in decision.scores.items()},
    )


def _chances(tx: Transaction) -> dict[str, float]:
    """By site: the share of accepted and rejected comments that chance picks for a second look."""
    return {site.id: site.rules.sample_per_mille / 1000 for site in accounts.all_sites(tx)}


def _source(word: Word) -> str:
    if word.moderator in REPORTERS:
        return "report"
    return "import" if word.moderator == IMPORTER else "person"


def _first_time(decision: Decision) -> bool:
    return any(s.code == "NEW_COMMENTER" and s.weight > 0 for s in decision.reasons)


def _others(words: tuple[Word, ...], verdict: Verdict) -> set[str]:
    """People besides the one whose word is in force who said this."""
    last = words[-1].moderator
    said = {word.moderator: word.verdict for word in words}
    return {who for who, what in said.items() if who not in (last, *REPORTERS) and what == verdict}


class _Numbers:
    """Numbers for names, in the order in which they come; 0 for nobody."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {"": 0}

    def of(self, name: str) -> int:
        return self._known.setdefault(name, len(self._known))


class _Groups:
    """Near copies and equal texts of a site share a number."""

    def __init__(self) -> None:
        self._next = 0
        self._by_text: dict[tuple[str, str], int] = {}
        self._by_band: dict[int, list[tuple[bytes, int]]] = {}

    def of(self, found: Ruled) -> int:
        content = found.case.submission.content
        plain = (found.site_id, found.wave_id or " ".join(WORD.findall(fold(content).text)))
        mine = sketch(content, found.site_id)
        number = self._by_text.get(plain)
        if number is None:
            near = [pair for band in mine.bands for pair in self._by_band.get(band, ())]
            alike = (n for s, n in near if similarity(s, mine.signature) >= NEAR_COPY)
            number = next(alike, None)
        if number is None:
            number, self._next = self._next, self._next + 1
            for band in mine.bands:
                self._by_band.setdefault(band, []).append((mine.signature, number))
        self._by_text[plain] = number
        return number


class _Quoted:
    """Takes out of a text what stands in comments of its article that were judged the other way."""

    def __init__(self, tx: Transaction, site_id: str) -> None:
        self._beside: dict[tuple[str, str, Verdict], list[str]] = {}
        for place, verdict, content in labels.beside(tx, labels.articles(tx, site_id)):
            texts = self._beside.setdefault((*place, verdict), [])
            if len(texts) < _MOST_BESIDE:
                texts.append(content)

    def without(self, found: Ruled) -> str:
        text, verdict = found.case.submission.content, found.words[-1].verdict
        if verdict not in _OTHER:
            return text
        place = (found.site_id, found.case.submission.permalink, _OTHER[verdict])
        return unquoted(text, self._beside.get(place, ()))
