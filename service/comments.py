"""The vocabulary of the house: what a comment is before, while and after it is judged. Frozen."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal
from uuid import UUID

from service.mailboxes import Mailbox
from service.rules import Rules

Verdict = Literal["accept", "hold", "reject"]
DecidedBy = Literal["model", "rule", "moderator"]
Language = Literal["id", "en", "mixed", "other"]

VERDICTS: Final[tuple[Verdict, ...]] = ("accept", "hold", "reject")
REASONS: Final = (
    "SPAM", "GAMBLING", "TOXIC", "IDENTITY_ATTACK", "THREAT", "PROFANITY", "LINKS", "REPEAT_POST",
    "NEAR_COPY", "FLOOD", "BANNED_WORD", "SUSPECT_WORD", "BLOCKED_AUTHOR", "HONEYPOT", "TOO_FAST",
    "OBFUSCATED_TEXT", "MIXED_SCRIPT", "LANGUAGE_UNSURE", "NEW_COMMENTER", "PERSONAL_DATA",
    "NOT_SCORED", "SAMPLE_CHECK", "COMPLAINT",
)  # fmt: skip

LABELS: Final = ("spam", "toxic", "off_topic", "other")
COMPLAINT_REASONS: Final = (
    "false", "slander", "hatred", "violence", "discrimination", "obscene", "privacy", "spam",
    "other",
)  # fmt: skip

CONTENT_BYTES: Final = 65_525
"""The longest comment, in bytes of UTF-8 after trimming; what WordPress's column holds."""
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

# Doors that pass on corrections; as "moderators" of a ruling they weigh less than any person.
REPORTERS: Final = ("akismet", "perspective")
IMPORTER: Final = "import"
"""The "moderator" of rulings that people made before the site came here."""

# What the site's own rules and traps say, whatever a model thinks of the text.
_BESIDE_SCORES: Final = frozenset(
    ("LINKS", "NEAR_COPY", "BANNED_WORD", "BLOCKED_AUTHOR", "HONEYPOT", "OBFUSCATED_TEXT")
)

TEST_STRINGS: Final[Mapping[str, Verdict]] = {
    "saring-test-accept": "accept",
    "saring-test-hold": "hold",
    "saring-test-reject": "reject",
}


@dataclass(frozen=True, slots=True)
class Arrival:
    """A comment as a door understood it. Addresses are here and nowhere later; repr hides them."""

    content: str = field(repr=False)
    author_name: str = field(default="", repr=False)
    author_email: str = field(default="", repr=False)
    author_url: str = field(default="", repr=False)
    author_ip: str = field(default="", repr=False)
    permalink: str = field(default="", repr=False)
    post_title: str = field(default="", repr=False)
    parent_id: str = field(default="", repr=False)
    locale: str = field(default="", repr=False)
    honeypot_filled: bool = False
    submitted_after_ms: int | None = None

    @property
    def is_too_long(self) -> bool:
        """Whether the content is longer than a comment of WordPress's can be."""
        return len(self.content.encode("utf-8", "surrogatepass")) > CONTENT_BYTES


@dataclass(frozen=True, slots=True)
class Submission:
    """A sealed arrival: keyed hashes stand for the person, addresses in the text are masked.

    The keys are HMACs that mean nothing outside one site of one installation:
    ``author_key`` for the e-mail, ``network_key`` for the IP; empty where none was given.
    ``twin_by_name`` and ``twin_by_author`` are digests of WordPress's duplicate rule: the same
    text on the same article under the same parent, by the same name or the same e-mail.
    ``text_key`` stands for the text alone, wherever and by whomever it is posted on the site.
    ``mailbox`` is what the site's lists say of the e-mail's domain; it is told and never stored.
    """

    content: str
    author_name: str
    author_url: str
    permalink: str
    post_title: str
    parent_id: str
    locale: str
    author_key: str
    network_key: str
    twin_by_name: int
    twin_by_author: int
    text_key: int
    honeypot_filled: bool
    submitted_after_ms: int | None
    mailbox: Mailbox = field(default="", compare=False)

    @property
    def test_verdict(self) -> Verdict | None:
        """The verdict that a published test string asks for, if this is one."""
        return TEST_STRINGS.get(self.content)


@dataclass(frozen=True, slots=True)
class Match:
    """A stretch of the text, in code points, and what it added (log-odds)."""

    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class Signal:
    """One named observation. Positive weight speaks against the comment, negative for it."""

    code: str
    weight: float
    threshold: float | None = None
    matches: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """Scores from which one head holds or rejects; None: it never does."""

    hold: float | None = None
    reject: float | None = None


@dataclass(frozen=True, slots=True)
class Scores:
    """What the model says of one text: calibrated probabilities by head, and how sure it can be."""

    heads: Mapping[str, float]
    language: Language
    unsure: bool


@dataclass(frozen=True, slots=True)
class Wave:
    """A cluster of near copies, named by the comment that began it.

    ``size`` counts its copies before the one at hand, ``recent`` those of the last hour that came
    from another author than the copy before them.
    ``ruling`` is a person's word on the whole wave, ``worst`` the hardest machine verdict in it.
    """

    id: str
    size: int = 1
    recent: int = 1
    worst: Verdict = "accept"
    ruling: Verdict | None = None
    similarity: float = 1.0


@dataclass(frozen=True, slots=True)
class History:
    """What storage knows of a submission's company at the moment it arrives.

    ``links_added``: an edit put in a host that the accepted text had not.
    ``own_words`` is what it says beyond a comment that it quotes to complain about it, and
    ``wave_apart`` the wave that it belongs to without the quotation; ``quotes``: those words are
    ordinary, so it is a quotation and no copy.
    """

    accepted: int = 0
    rejected: int = 0
    author_last_minute: int = 0
    network_last_minute: int = 0
    repeats: int = 0
    standing: Literal["", "blocked", "trusted"] = ""
    ruled: Verdict | None = None
    rejected_hosts: frozenset[str] = frozenset()
    website_names: int = 0
    links_added: bool = False
    wave: Wave | None = None
    wave_apart: Wave | None = None
    own_words: str = ""
    quotes: bool = False


@dataclass(frozen=True, slots=True)
class Ruling:
    """A person's word on one comment; ``saw_score``: whether the machine's view lay before them.

    It has ``undone_at`` once it was taken back.
    """

    id: str
    comment_id: str
    verdict: Verdict
    labels: tuple[str, ...]
    note: str
    moderator: str
    created_at: datetime
    saw_score: bool | None = True
    undone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The machine's answer with everything needed to explain and to replay it.

    ``context`` is what the policy was told of people's earlier words and of the wave; ``shadow``
    what the site's shadow rules would have answered, where it has any.
    """

    verdict: Verdict
    decided_by: DecidedBy
    rule: str
    reasons: tuple[Signal, ...]
    scores: Mapping[str, float]
    language: Language
    limits: Mapping[str, Limits]
    context: Mapping[str, Verdict]
    model_version: str
    rules_version: str
    shadow: Verdict | None = None

    @property
    def blatant(self) -> bool:
        """Rejected with near certainty, and for another reason than the scores as well."""
        certain = max(self.scores.get("spam", 0.0), self.scores.get("gambling", 0.0)) >= 0.99
        agreed = any(s.code in _BESIDE_SCORES and s.weight > 0 for s in self.reasons)
        return self.verdict == "reject" and certain and agreed


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """The least that could be missing from a text for a milder verdict.

    ``without``: disjoint stretches in code points, in order; ``links``: all of them hold links.
    """

    without: tuple[tuple[int, int], ...]
    links: bool
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Case:
    """A stored submission with the machine's latest decision and, if there is one, a person's."""

    id: str
    created_at: datetime
    submission: Submission
    decision: Decision
    ruling: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Complaint:
    """A reader's objection to one comment, with the time by which it must be answered.

    ``outcome``: empty while it waits, then the verdict ruled, or ``erased``.
    """

    id: str
    comment_id: str
    reason: str
    detail: str = field(repr=False)
    created_at: datetime
    due_at: datetime
    resolved_at: datetime | None = None
    outcome: str = ""

    @property
    def in_time(self) -> bool | None:
        """Whether it was answered by its time; None while it waits."""
        return None if self.resolved_at is None else self.resolved_at <= self.due_at


@dataclass(frozen=True, slots=True)
class Site:
    """A website that posts comments."""

    id: str
    name: str
    rules: Rules = field(default_factory=Rules)


@dataclass(frozen=True, slots=True)
class SiteKeys:
    """A site's credentials in clear, for the one moment in which they are shown."""

    name: str
    key: str
    short_key: str
    coral_secret: str


def utc_now() -> datetime:
    """The clock."""
    return datetime.now(UTC)


def earliest_id(moment: datetime) -> str:
    """A string that sorts before every id made at that moment or later."""
    digits = f"{max(int(moment.timestamp() * 1000), 0):012x}"
    return f"{digits[:8]}-{digits[8:]}-"


def without_controls(text: str) -> str:
    """A text without what no database keeps and no person types: for doors that refuse nothing."""
    return _CONTROLS.sub("", text)


def if_it_fits(text: str, most: int) -> str:
    """A text of so many characters or fewer, else nothing: half of an address that a cut leaves is
    not known for one, and would not be masked."""
    return text if len(text) <= most else ""


def is_id(word: object) -> bool:
    """Whether something is an id as `new_id` writes them, and nothing else."""
    try:
        return isinstance(word, str) and str(UUID(word)) == word
    except ValueError:
        return False


def new_id(now: float | None = None) -> str:
    """A time-ordered UUID, version 7 (RFC 9562): made here so that no database has to."""
    millis = max(int((time.time() if now is None else now) * 1000), 0) & (1 << 48) - 1
    value = millis << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
