"""The vocabulary of the desk: what a moderator asks for, and what lies on it. Frozen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal

from service.comments import Case, Complaint, Match, Ruling, Site, Verdict

Tab = Literal["held", "complaints", "waves", "samples", "second", "accepted", "rejected", "all"]
Order = Literal["oldest", "newest", "teaches"]

TABS: Final[tuple[Tab, ...]] = (
    "held", "complaints", "waves", "samples", "second", "accepted", "rejected", "all",
)  # fmt: skip
"""``second``: spot checks that one other person ruled on, to be ruled on without knowing how."""
WORKED_OFF: Final[tuple[Tab, ...]] = ("held", "complaints", "waves", "samples", "second")
"""Tabs that a person works off, oldest first; the others are looked through."""
BULK_TABS: Final[tuple[Tab, ...]] = ("held", "accepted", "rejected")
"""What may be ruled on in one stroke by filters; the rest asks to be read one by one."""
ORDERS: Final[tuple[Order, ...]] = ("oldest", "newest", "teaches")
_MARKED_FROM: Final = 0.5
COUNTED: Final = 1_000
_COUNTED_LESS: Final[Mapping[str, int]] = {"waves": 200, "second": 100}
MOST_COUNTED: Final[Mapping[Tab, int]] = {tab: _COUNTED_LESS.get(tab, COUNTED) for tab in TABS}
"""Counts behind tabs stop here: a page must not take longer because more is waiting. What takes
longer to count, and nobody finishes in a day, stops sooner."""
MOST_AT_ONCE: Final = 5_000
"""So many comments are ruled on in one stroke."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What to look at. Empty values do not narrow anything; ``asking`` names who looks."""

    tab: Tab = "held"
    site: str = ""
    reason: str = ""
    language: str = ""
    article: str = ""
    author: str = ""
    text: str = ""
    least: float | None = None
    most: float | None = None
    since: datetime | None = None
    until: datetime | None = None
    asking: str = ""

    @property
    def show_the_machine(self) -> bool:
        """Whether what is found tells by itself what the machine made of it."""
        scored = (self.least, self.most) != (None, None)
        return self.tab in ("accepted", "rejected") or bool(self.reason) or scored

    @property
    def are_narrow(self) -> bool:
        """Whether anything but the tab narrows what is found."""
        return replace(self, tab="held", asking="") != Filters()


@dataclass(frozen=True, slots=True)
class Author:
    """A person by pseudonym: the same person, the same short name and colour; never an address.

    ``hue`` is one of twelve. ``handle`` names the person in filters; it means nothing elsewhere.
    """

    handle: str
    pseudonym: str
    hue: int
    accepted: int = 0
    rejected: int = 0
    first_seen: datetime | None = None
    standing: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A commenter whom a moderator blocked or trusts, by pseudonym."""

    handle: str
    pseudonym: str
    hue: int
    standing: str
    set_by: str
    set_at: datetime
    site: str


@dataclass(frozen=True, slots=True)
class Doing:
    """What somebody ruled in one stroke: ``ruled`` comments, of which ``standing`` rulings stand.

    ``content`` and ``comment_id`` are of one of them. ``batch`` takes all of it back, ``wave_id``
    with the wave's ruling for copies to come; a ruling by itself is taken back as ``ruling_id``.
    """

    comment_id: str
    content: str = field(repr=False)
    site: str
    verdict: Verdict
    labels: tuple[str, ...]
    created_at: datetime
    ruled: int
    standing: int
    batch: str
    ruling_id: str
    wave_id: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored comment as the desk reads it: the case with what has happened to it since."""

    case: Case
    site: Site
    version: int
    verdict: Verdict
    sampled: bool
    score: float
    margin: float
    wave_id: str = ""
    complaint_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody has this card before them."""

    moderator: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Card:
    """One thing to decide: a comment, or a wave shown by the copy that has waited longest.

    ``copies`` is the size of the wave, ``waiting`` how many of it wait, and ``unruled`` how many a
    ruling on the wave would rule on, those that the machine let pass among them. ``plain`` pairs
    what was written in disguise with how it reads. ``complaints`` are those that wait for an
    answer. A ``blind`` one is a spot check that is ruled on without knowing the machine's view or
    another's.
    """

    entry: Entry
    author: Author
    parent: Entry | None = None
    copies: int = 1
    waiting: int = 1
    unruled: int = 1
    claim: Claim | None = None
    plain: Sequence[tuple[str, str]] = ()
    rulings: Sequence[Ruling] = ()
    complaints: Sequence[Complaint] = ()
    is_wave: bool = False
    blind: bool = False

    @property
    def id(self) -> str:
        """The comment's id; a wave is decided through the copy that is shown."""
        return self.entry.case.id

    @property
    def matches(self) -> tuple[Match, ...]:
        """The stretches that weighed most, of every reason: a mark on each word would mark none."""
        marked: list[Match] = []
        if self.blind:
            return ()
        for signal in self.entry.case.decision.reasons:
            heaviest = max((match.weight for match in signal.matches), default=0.0)
            marked += [m for m in signal.matches if m.weight >= _MARKED_FROM * heaviest]
        return tuple(marked)


@dataclass(frozen=True, slots=True)
class Page:
    """Cards in order, where the next ones begin, and how many lie behind each tab."""

    cards: Sequence[Card]
    cursor: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moderator:
    """A person who rules, known by session or by token.

    ``session`` names the session in a keyed digest; forms are bound to it.
    """

    id: str
    name: str
    role: str
    session: str = ""

    @property
    def is_admin(self) -> bool:
        """Whether settings are theirs to change."""
        return self.role == "admin"
