"""What a newsroom believes of its comments, in plain Python: no table, no query, no policy.

The machine's verdicts are taken as they come; everything that follows from them is worked out here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from service.comments import REPORTERS, TEST_STRINGS, Arrival
from tests.stateful.house import as_stored, family

DAY = timedelta(days=1)


@dataclass(eq=False)
class Word:
    """Somebody's ruling on one comment."""

    moderator: str
    verdict: str
    batch: str = ""
    stands: bool = True
    at: datetime | None = None

    @property
    def is_a_persons(self) -> bool:
        return self.moderator not in REPORTERS


@dataclass(eq=False)
class Complaint:
    """Answered by a word, or by its comment's end."""

    id: str
    about: str
    due_at: datetime
    filed_at: datetime
    word: Word | None = None
    outcome: str = ""


@dataclass(eq=False)
class Comment:
    """A stored comment and everything that people said of it, in the order in which they did."""

    id: str
    site: str
    arrival: Arrival
    came: datetime
    machine: str
    decided_by: str
    codes: frozenset[str]
    language: str
    sampled: bool = False
    version: int = 0
    wave: str = ""
    band_at: datetime | None = None
    swept: bool = False
    words: list[Word] = field(default_factory=list)

    @property
    def standing(self) -> list[Word]:
        return [word for word in self.words if word.stands]

    @property
    def ruling(self) -> str | None:
        return self.standing[-1].verdict if self.standing else None

    @property
    def verdict(self) -> str:
        return self.ruling or self.machine

    @property
    def is_test(self) -> bool:
        return self.arrival.content in TEST_STRINGS

    @property
    def waits(self) -> bool:
        return self.verdict == "hold" and not self.is_test

    @property
    def twin(self) -> tuple[str, ...]:
        a = self.arrival
        return (self.site, a.content, a.author_name, a.permalink)


@dataclass
class Roll:
    """A wave's rulings for copies to come: by stroke, verdict and end."""

    site: str
    strokes: list[tuple[str, str, datetime]] = field(default_factory=list)


class Model:
    """All that is known, and what the sites should have been told since the last look."""

    def __init__(self) -> None:
        self.comments: dict[str, Comment] = {}
        self.complaints: list[Complaint] = []
        self.waves: dict[str, Roll] = {}
        self.batches: list[tuple[str, str]] = []  # id, and the wave if it was one's
        self.answers: dict[tuple[str, str], tuple[Arrival, str]] = {}
        self.forgotten: set[str] = set()
        self.claims: dict[str, tuple[str, datetime]] = {}
        self.news: dict[str, list[tuple[str, str, dict[str, Any]]]] = defaultdict(list)

    def twin_of(self, site: str, arrival: Arrival, but: str = "") -> Comment | None:
        if arrival.content in TEST_STRINGS:
            return None
        key = (site, arrival.content, arrival.author_name, arrival.permalink)
        return next((c for c in self.comments.values() if c.twin == key and c.id != but), None)

    def members(self, wave: str) -> list[Comment]:
        return sorted((c for c in self.comments.values() if c.wave == wave), key=lambda c: c.id)

    def open_about(self, comment_id: str) -> list[Complaint]:
        return [c for c in self.complaints if c.about == comment_id and not c.outcome]

    def unruled(self, wave: str) -> list[Comment]:
        """What a stroke over a wave rules on: nobody has, and nobody complains."""
        return [c for c in self.members(wave) if c.ruling is None and not self.due(c.id)]

    def due(self, comment_id: str) -> datetime | None:
        return min((c.due_at for c in self.open_about(comment_id)), default=None)

    def carriers(self, site: str, content: str, now: datetime, but: str = "") -> Iterator[Any]:
        """Who is found by a copy of this text, and whether it must be."""
        for c in self.comments.values():
            near = c.site == site and c.id != but and family(c.arrival.content) == family(content)
            found = near and family(content) and c.band_at
            if found and (c.band_at > now - DAY or c.verdict == "hold"):
                yield c, not c.swept

    def join(self, comment: Comment, wave: str, now: datetime) -> None:
        """A comment is stored in a wave, or begins to be found by itself."""
        comment.wave = wave
        if not wave:
            gathers = family(comment.arrival.content) and not self.members(comment.id)
            comment.band_at = now if gathers else None  # a wave that it began keeps its name
            comment.swept = False
            return
        if wave not in self.waves:
            self.waves[wave] = Roll(comment.site)
            self.comments[wave].wave = wave

    def say(self, comment: Comment, word: Word, *, answers: bool = True) -> None:
        """A ruling is in force, and answers what readers complain about."""
        comment.words.append(word)
        comment.version += 1
        data = {"comment_id": comment.id, "verdict": word.verdict, "decided_by": "moderator"}
        batch = word.batch or None
        self.tell(comment.site, "comment.ruled", comment.id, {**data, "batch": batch})
        for one in self.open_about(comment.id) if answers else ():
            one.word, one.outcome = word, word.verdict
            told = {"complaint_id": one.id, "comment_id": comment.id, "outcome": word.verdict}
            self.tell(comment.site, "complaint.resolved", comment.id, told)

    def take_back(self, words: list[Word]) -> int:
        """Rulings no longer stand; how many comments have another one in force, or none."""
        changed = 0
        for comment in self.comments.values():
            theirs = [word for word in comment.standing if word in words]
            if not theirs:
                continue
            was_in_force = comment.standing[-1] in theirs
            for word in theirs:
                word.stands = False
                for one in self.complaints:
                    if one.word is word:
                        one.word, one.outcome = None, ""
            if was_in_force:
                changed += 1
                comment.version += 1
                by = "moderator" if comment.ruling else comment.decided_by
                data = {"comment_id": comment.id, "verdict": comment.verdict, "decided_by": by}
                self.tell(comment.site, "comment.ruling_undone", comment.id, data)
        return changed

    def of_batch(self, batch: str) -> list[Word]:
        every = (word for c in self.comments.values() for word in c.words)
        return [word for word in every if word.stands and word.batch == batch]

    def wave_ruling(self, wave: str, now: datetime) -> str | None:
        """What copies to come get: the latest stroke's word, for a day."""
        strokes = self.waves[wave].strokes
        return strokes[-1][1] if strokes and strokes[-1][2] > now else None

    def remove(self, comment: Comment) -> None:
        """A comment is gone, and complaints about it are answered by that."""
        del self.comments[comment.id]
        for one in self.open_about(comment.id):
            one.outcome = "erased"
        self.answers = {k: v for k, v in self.answers.items() if v[1] != comment.id}

    def tell(self, site: str, kind: str, subject: str, data: dict[str, Any]) -> None:
        self.news[site].append((kind, subject, data))

    def leave(self, comment: Comment, now: datetime) -> None:
        """A comment's text is another: who is left in its wave is found by another copy."""
        others = [c for c in self.members(comment.wave) if c is not comment] if comment.wave else []
        if comment.band_at and others:
            others[0].band_at, others[0].swept = now, comment.swept
        comment.band_at = None
        comment.wave = ""
        if not self.members(comment.id):
            self.waves.pop(comment.id, None)

    def roll_on(self, wave: str, batch: str, verdict: str, now: datetime) -> None:
        """A stroke's word on copies to come, for a day."""
        self.waves[wave].strokes[:] = [(batch, verdict, now + DAY)]

    def claim(self, card: str, moderator: str, now: datetime) -> None:
        """Take a card that nobody has, and let go of the one before."""
        lasts = timedelta(seconds=90)
        self.claims = {
            c: (who, until)
            for c, (who, until) in self.claims.items()
            if who != moderator and now < until <= now + lasts
        }
        self.claims.setdefault(card, (moderator, now + lasts))

    def purge(self, days: int, now: datetime) -> int:
        """What is past retention goes and is not told; how many comments."""
        if not days:
            return 0
        cut = now - timedelta(days=days)
        old = [c for c in self.comments.values() if c.came < cut]
        for comment in old:
            self.remove(comment)
        self.complaints = [c for c in self.complaints if c.filed_at >= cut]
        return len(old)

    def sweep(self, now: datetime) -> None:
        """Bands that had their day may be gone."""
        for c in self.comments.values():
            if c.band_at and c.band_at < now - DAY and c.verdict != "hold":
                c.swept = True

    def matching(self, tab: str, site: str, text: str) -> list[Comment]:
        """What a stroke by filters touches; complaints are read one by one."""
        verdict = {"held": "hold", "accepted": "accept", "rejected": "reject"}[tab]
        return [
            c
            for c in self.comments.values()
            if c.verdict == verdict and not c.is_test and not self.due(c.id)
            and site in ("", c.site) and text in as_stored(c.arrival.content)
        ]  # fmt: skip

    def waiting_waves(self) -> list[tuple[str, list[Comment]]]:
        """Waves with a copy to show: one that waits and that nobody complains about."""
        found = []
        for wave in sorted({c.wave for c in self.comments.values() if c.wave}):
            shown = [c for c in self.members(wave) if c.waits and not self.due(c.id)]
            if shown:
                found.append((wave, shown))
        return found

    def queue(self) -> list[str]:
        """The cards of the first tab: complaints by their time, waves, then what waits alone."""
        raised = [(self.due(c.id), c.id) for c in self.comments.values() if self.due(c.id)]
        waves = [shown[0].id for _, shown in self.waiting_waves()]
        alone = [c.id for c in self.comments.values() if c.waits and not c.wave]
        alone = [one for one in sorted(alone) if not self.due(one)]
        return [one for _, one in sorted(raised)] + waves + alone

    def counts(self) -> dict[str, int]:
        """What stands behind each tab."""
        every = list(self.comments.values())
        verdicts = Counter(c.verdict for c in every if not c.is_test)
        return {
            "held": len(self.queue()),
            "complaints": sum(self.due(c.id) is not None for c in every),
            "waves": len(self.waiting_waves()),
            "samples": sum(c.sampled and c.ruling is None for c in every),
            "accepted": verdicts["accept"],
            "rejected": verdicts["reject"],
            "all": verdicts.total(),
        }

    def second_looks(self, asking: str) -> list[str]:
        """Spot checks that one other person ruled on."""
        found = []
        for c in self.comments.values():
            people = {word.moderator for word in c.standing if word.is_a_persons}
            if c.sampled and c.ruling and len(people) == 1 and asking not in people:
                found.append(c.id)
        return sorted(found)
