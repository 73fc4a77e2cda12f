"""Anything that sites, readers, moderators and the clock can do, in any order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from service import retention
from service.comments import TEST_STRINGS, Case
from service.desk.cards import TABS, Filters
from service.errors import Conflict, Invalid, Missing
from service.web.queue_api import strike, take_back
from service.web.queue_fields import RulingsIn
from tests.stateful import looks
from tests.stateful.house import LONG, PEOPLE, SHORT, SITES, House, arrival, family
from tests.stateful.model import Comment, Complaint, Model, Word
from tests.stateful.reading import codes_of, row_of

ANY = st.integers(0, 60)
MODERATORS = st.sampled_from(["wati", "yuni", "joko"])
VERDICTS = st.sampled_from(["accept", "reject", "reject", "hold"])
TEXTS = st.builds(
    lambda text, number: text.format(*[number] * text.count("{}")),
    st.sampled_from((*LONG, *LONG, *SHORT)),
    st.integers(1, 9),
)
STEPS = st.sampled_from([1, 1, 61, 1_000, 5 * 3_600, 25 * 3_600, -1, -90, -3_000, -3_600])


class Newsroom(RuleBasedStateMachine):
    """Two sites, three moderators, five commenters; the model beside the service."""

    def __init__(self, house: House) -> None:
        super().__init__()
        self.house, self.model = house, Model()
        self.feed = looks.Feed(house)
        self.limit = 25

    @initialize(limit=st.sampled_from([1, 2, 3, 25]))
    def open(self, limit: int) -> None:
        self.limit = limit
        for text in LONG[:2]:  # few steps would seldom make waves and spot checks by themselves
            for number, person in enumerate(PEOPLE[:3]):
                sent = arrival(text.format(number), person, "https://kabar.example/a")
                self._submit("kabar", sent, "", number == 0)
                self.house.clock.forward(seconds=1)

    # What sites send

    @rule(
        site=st.sampled_from((*SITES[:1] * 3, SITES[1])), text=TEXTS, page=st.sampled_from("aab"),
        person=st.sampled_from(PEOPLE), key=st.sampled_from(["", "", "", "k1", "k2"]),
        drawn=st.booleans(),
    )  # fmt: skip
    def submit(self, site: str, text: str, page: str, person: str, key: str, drawn: bool) -> None:
        sent = arrival(text, person, f"https://{site}.example/{page}")
        self._submit(site, sent, key, drawn)

    @precondition(lambda self: self.model.comments)
    @rule(which=ANY, person=st.sampled_from(PEOPLE), number=st.integers(1, 9), drawn=st.booleans())
    def copy(self, which: int, person: str, number: int, drawn: bool) -> None:
        """Somebody sends a near copy of what is there, or exactly that again."""
        seen = self._comment(which)
        text = family(seen.arrival.content).format(number) or seen.arrival.content
        self._submit(seen.site, arrival(text, person, seen.arrival.permalink), "", drawn)

    @precondition(lambda self: self.model.comments)
    @rule(which=ANY)
    def send_once_more(self, which: int) -> None:
        """The Akismet door asks again: the verdict in force, and nothing is stored."""
        seen = self._comment(which)
        if seen.is_test:
            return
        site = self.house.site(seen.site)
        case = self.house.moderation.submit_once(site, seen.arrival)
        assert (case.id, case.decision.verdict) == (seen.id, seen.verdict)

    @precondition(lambda self: self.model.comments)
    @rule(which=ANY, text=TEXTS, drawn=st.booleans())
    def edit(self, which: int, text: str, drawn: bool) -> None:
        one = self._comment(which)
        sent = replace(one.arrival, content=text)
        site, self.house.chance = self.house.site(one.site), float(not drawn)
        if text != one.arrival.content and self.model.twin_of(one.site, sent, but=one.id):
            with pytest.raises(Conflict):
                self.house.moderation.edit(site, one.id, sent)
            return
        near = list(self.model.carriers(one.site, text, self.house.clock(), one.id))
        case = self.house.moderation.edit(site, one.id, sent)
        if text != one.arrival.content:
            self._edited(one, sent, case, near, drawn)

    def _edited(self, one: Comment, sent: Any, case: Case, near: list[Any], drawn: bool) -> None:
        before, rejected = one.verdict, one.ruling == "reject"
        one.arrival = sent
        one.machine, one.decided_by = case.decision.verdict, case.decision.decided_by
        one.codes, one.language = codes_of(case), case.decision.language
        for word in one.standing:
            word.stands = False
        one.version += 1
        one.sampled = drawn and one.machine != "hold" and not one.is_test
        assert not (rejected and one.machine == "accept" and not one.is_test)
        self.model.leave(one, self.house.clock())
        self._joined(one, near)
        data = {"comment_id": one.id, "verdict": one.machine, "verdict_before": before}
        self.model.tell(one.site, "comment.edited", one.id, data)

    @precondition(lambda self: self.model.comments)
    @rule(which=ANY)
    def erase(self, which: int) -> None:
        one = self._comment(which)
        self.house.moderation.erase(self.house.site(one.site), one.id)
        self._gone([one])

    @precondition(lambda self: self.model.comments)
    @rule(
        which=ANY, verdict=st.sampled_from(["accept", "reject"]),
        door=st.sampled_from(["akismet", "perspective"]),
    )  # fmt: skip
    def report(self, which: int, verdict: str, door: str) -> None:
        one = self._comment(which)
        site = self.house.site(one.site)
        self.house.reports.report(site, one.arrival, verdict, door, ())
        by_person = any(word.is_a_persons for word in one.standing)
        if not one.is_test and one.ruling != verdict and not by_person:
            self.model.say(one, Word(door, verdict, at=self.house.clock()), answers=False)

    @precondition(lambda self: self.model.comments)
    @rule(which=ANY)
    def complain(self, which: int) -> None:
        one = self._comment(which)
        site = self.house.site(one.site)
        filed = self.house.complaints.file(site, "slander", "kata a@example.com", one.id)
        self.model.complaints.append(Complaint(filed.id, one.id, filed.due_at, filed.created_at))
        one.version += 1
        one.codes |= {"COMPLAINT"}
        data = {"complaint_id": filed.id, "comment_id": one.id, "reason": "slander"}
        self.model.tell(one.site, "complaint.received", one.id, data)

    # What moderators do

    @precondition(lambda self: self.model.comments)
    @rule(
        which=ANY, verdict=VERDICTS, moderator=MODERATORS,
        seen=st.sampled_from(["any", "any", "now", "before", "long ago"]),
    )  # fmt: skip
    def decide(self, which: int, verdict: str, moderator: str, seen: str) -> None:
        one = self._comment(which)
        self._decide(one, verdict, moderator, seen)

    @precondition(lambda self: any(c.sampled for c in self.model.comments.values()))
    @rule(which=ANY, verdict=VERDICTS, moderator=MODERATORS)
    def check(self, which: int, verdict: str, moderator: str) -> None:
        """A spot check, by one more person."""
        drawn = [c for c in self.model.comments.values() if c.sampled]
        self._decide(drawn[which % len(drawn)], verdict, moderator, "any")

    def _decide(self, one: Comment, verdict: str, moderator: str, seen: str) -> None:
        version = {"any": None, "now": one.version, "before": one.version - 1}.get(seen, -7)
        site, name = self.house.site(one.site), str(uuid4())

        def act() -> None:
            self.house.review.rule(
                site, one.id, verdict, moderator, seen_version=version, ruling_id=name
            )

        fresh = one.ruling == verdict and version in (None, one.version, one.version - 1)
        person = any(word.is_a_persons for word in one.standing)
        word = Word(moderator, verdict, at=self.house.clock())
        if fresh and person and not self.model.open_about(one.id):
            act()
            theirs = [w for w in one.standing if w.moderator == moderator]
            new = theirs[-1].verdict != verdict if theirs else one.sampled
            if new:  # an opinion: it is noted, and nothing changes
                one.words.append(word)
        elif version in (None, one.version):
            act()
            self.model.say(one, word)
            act()  # sent once more by a browser that heard nothing
        else:
            with pytest.raises(Conflict):
                act()

    @precondition(lambda self: self.model.comments)
    @rule(which=ANY)
    def undo(self, which: int) -> None:
        one = self._comment(which)
        self._undo(one)

    @precondition(lambda self: any(c.standing for c in self.model.comments.values()))
    @rule(which=ANY)
    def undo_again(self, which: int) -> None:
        """Of something that can be taken back."""
        ruled = [c for c in self.model.comments.values() if c.standing]
        self._undo(ruled[which % len(ruled)])

    def _undo(self, one: Comment) -> None:
        site = self.house.site(one.site)
        if not one.standing:
            with pytest.raises(Missing):
                self.house.review.undo(site, one.id)
            return
        self.house.review.undo(site, one.id)
        self.model.take_back(one.standing[-1:])

    @precondition(lambda self: self.model.waves)
    @rule(which=ANY, verdict=st.sampled_from(["accept", "reject", "reject"]), moderator=MODERATORS)
    def decide_wave(self, which: int, verdict: str, moderator: str) -> None:
        """The key on a wave's card, with what the card said of it before."""
        wave = sorted(self.model.waves)[which % len(self.model.waves)]
        batch, now = str(uuid4()), self.house.clock()
        body = RulingsIn(wave_id=wave, verdict=verdict, batch=batch)
        told = looks.told_of_wave(self.house, self.model, wave)
        stroke = strike(self.house.queue, self.house.review, body, moderator)
        assert stroke.batch == batch
        touched = self.model.unruled(wave)
        assert told in (None, len(touched))
        assert stroke.ruled == len(touched)
        roll = self.model.waves[wave]
        data = {"wave_id": wave, "verdict": verdict, "batch": batch, "comments": len(touched)}
        self.model.tell(roll.site, "wave.ruled", wave, data)
        for one in touched:
            self.model.say(one, Word(moderator, verdict, batch, at=now))
        self.model.roll_on(wave, batch, verdict, now)
        self.model.batches.append((batch, wave))

    @precondition(lambda self: self.model.comments)
    @rule(
        verdict=VERDICTS, moderator=MODERATORS,
        some=st.lists(st.tuples(ANY, st.booleans()), min_size=1, max_size=5),
    )  # fmt: skip
    def decide_some(self, verdict: str, moderator: str, some: list[tuple[int, bool]]) -> None:
        """A stroke over a list of comments, some of which changed since they were seen."""
        seen = {self._comment(which).id: stale for which, stale in some}
        comments = [self.model.comments[one] for one in seen]
        rulings = [(c.id, c.version - seen[c.id]) for c in comments]
        batch = str(uuid4())
        for _ in range(2):  # the second time it is the same stroke again
            stroke = self.house.review.rule_many(rulings, verdict, moderator, batch=batch)
            assert (stroke.batch, set(stroke.stale)) == (batch, {c for c in seen if seen[c]})
        self._struck([c for c in comments if not seen[c.id]], verdict, moderator, batch)

    @rule(
        tab=st.sampled_from(["held", "accepted", "rejected"]), verdict=VERDICTS,
        moderator=MODERATORS, site=st.sampled_from(["", *SITES]),
        text=st.sampled_from(["", " 2", "o"]),
    )  # fmt: skip
    def decide_matching(self, tab: str, verdict: str, moderator: str, site: str, text: str) -> None:
        """Many at once, with the effect seen first."""
        filters = Filters(tab=tab, site=site, text=text)  # type: ignore[arg-type]
        found = self.model.matching(tab, site, text)
        ruled = sum(c.ruling is not None for c in found) if tab != "held" else 0
        assert self.house.queue.matching(filters) == (len(found), ruled)
        sample = {card.id for card in self.house.queue.sample(filters, 10)}
        assert sample <= {c.id for c in found}
        assert bool(sample) == bool(found)
        stroke = self.house.review.rule_matching(filters, verdict, moderator)  # type: ignore[arg-type]
        assert (stroke.ruled, stroke.stale) == (len(found), ())
        self._struck(found, verdict, moderator, stroke.batch)

    def _struck(self, comments: list[Comment], verdict: str, moderator: str, batch: str) -> None:
        for one in comments:
            self.model.say(one, Word(moderator, verdict, batch, at=self.house.clock()))
        self.model.batches.append((batch, ""))

    @precondition(lambda self: self.model.batches)
    @rule(which=ANY)
    def undo_stroke(self, which: int) -> None:
        batch, wave = self.model.batches[-1 - which % len(self.model.batches)]
        if wave and wave not in self.model.waves:
            with pytest.raises(Missing):
                take_back(self.house.queue, self.house.review, batch, wave)
            return
        changed = self.model.take_back(self.model.of_batch(batch))
        assert take_back(self.house.queue, self.house.review, batch, wave) == changed
        if wave:
            roll = self.model.waves[wave]
            roll.strokes.clear()
            data = {"wave_id": wave, "batch": batch, "comments": changed}
            self.model.tell(roll.site, "wave.ruling_undone", wave, data)

    @precondition(lambda self: self.model.comments)
    @rule(which=ANY, standing=st.sampled_from(["blocked", "trusted", ""]), moderator=MODERATORS)
    def stand(self, which: int, standing: str, moderator: str) -> None:
        one = self._comment(which)
        site = self.house.site(one.site)
        if one.arrival.author_email:
            self.house.review.set_standing(site, one.id, standing, moderator)
        else:
            with pytest.raises(Missing):
                self.house.review.set_standing(site, one.id, standing, moderator)

    @precondition(lambda self: self.model.comments)
    @rule(which=ANY, moderator=MODERATORS)
    def claim(self, which: int, moderator: str) -> None:
        one = self._comment(which)
        self.house.queue.claim(one.id, moderator)
        self.model.claim(one.id, moderator, self.house.clock())

    # What the operator and the clock do

    @rule(seconds=STEPS)
    def tick(self, seconds: int) -> None:
        self.house.clock.forward(seconds=seconds)

    @rule(person=st.sampled_from(PEOPLE[:-1]))
    def forget(self, person: str) -> None:
        self.house.forget(f" {person.title()}@Example.com")
        gone = [c for c in self.model.comments.values() if c.arrival.author_name == person]
        self._gone(gone)
        self.model.forgotten.add(person)

    @rule(days=st.sampled_from([0, 1, 2]))
    def purge(self, days: int) -> None:
        now = self.house.clock()
        counts = retention.purge(self.house.database, days, now)
        old = self.model.purge(days, now)
        assert counts["comments"] == old
        self.feed.purge(days, now)

    @rule(words=st.sampled_from([[], ["kampung"], ["kasih", "orang"]]), site=st.sampled_from(SITES))
    def other_rules(self, words: list[str], site: str) -> None:
        self.house.rulebook.change(site, "test", {"suspect_words": words})

    @rule()
    def keep_house(self) -> None:
        """What waits is judged again; only another verdict is told."""
        waiting = [c for c in self.model.comments.values() if c.waits and c.ruling is None]
        before = {c.id: self.house.case(c.site, c.id).decision for c in waiting}
        self.house.keep_house()
        self.model.sweep(self.house.clock())
        for one in waiting:
            decision = self.house.case(one.site, one.id).decision
            if decision == before[one.id]:
                continue
            one.version += 1
            changed = decision.verdict != one.machine
            one.machine, one.decided_by = decision.verdict, decision.decided_by
            one.codes = codes_of(decision)
            if changed:
                data = {"comment_id": one.id, "verdict": one.machine}
                self.model.tell(one.site, "comment.rescored", one.id, data)

    # What anybody may look at

    @rule(tab=st.sampled_from([tab for tab in TABS if tab != "held"]), asking=MODERATORS)
    def look_behind_a_tab(self, tab: str, asking: str) -> None:
        looks.tab(self.house, self.model, tab, asking, self.limit)

    @precondition(lambda self: self.model.comments)
    @rule(which=ANY)
    def look_at_a_card(self, which: int) -> None:
        looks.card(self.house, self.model, self._comment(which))

    @rule()
    def look_at_the_figures(self) -> None:
        looks.figures(self.house, self.model)

    @rule(moderator=MODERATORS)
    def look_at_what_was_done(self, moderator: str) -> None:
        looks.doings(self.house, self.model, moderator)

    @rule(count=st.integers(1, 4))
    def read_the_feed_again(self, count: int) -> None:
        self.feed.replay(count)

    # What holds after every step

    @invariant()
    def all_agrees(self) -> None:
        looks.tables(self.house, self.model)
        looks.queue(self.house, self.model, self.limit)
        self.feed.look(self.model)

    def teardown(self) -> None:
        looks.figures(self.house, self.model)
        looks.addresses(self.house, self.model)
        self.feed.replay(3)

    # How a step is recorded

    def _comment(self, which: int) -> Comment:
        """The latest first: small numbers mean what just happened."""
        every = list(self.model.comments.values())
        return every[-1 - which % len(every)]

    def _submit(self, name: str, sent: Any, key: str, drawn: bool) -> None:
        site, self.house.chance = self.house.site(name), float(not drawn)
        kept = self.model.answers.get((name, key)) if key else None
        near = list(self.model.carriers(name, sent.content, self.house.clock()))
        if kept and kept[0] != sent:
            with pytest.raises(Invalid):
                self.house.moderation.submit(site, sent, key)
        elif kept:
            assert self.house.moderation.submit(site, sent, key).id == kept[1]
        elif self.model.twin_of(name, sent):
            with pytest.raises(Conflict):
                self.house.moderation.submit(site, sent, key)
        else:
            case = self.house.moderation.submit(site, sent, key)
            if key:
                self.model.answers[name, key] = (sent, case.id)
            self._stored(name, sent, case, near, drawn)

    def _stored(self, name: str, sent: Any, case: Case, near: list[Any], drawn: bool) -> None:
        decision = case.decision
        one = Comment(
            case.id, name, sent, case.created_at, decision.verdict, decision.decided_by,
            codes_of(case), decision.language,
        )  # fmt: skip
        one.sampled = drawn and one.machine != "hold" and not one.is_test
        assert TEST_STRINGS.get(sent.content, one.machine) == one.machine
        if one.is_test:
            near = []
        self.model.comments[one.id] = one
        self.model.forgotten.discard(sent.author_name)
        self._joined(one, near)
        if one.wave:
            self._wave_ruling_holds(one, decision.rule)
        kind = {"accept": "accepted", "hold": "held", "reject": "rejected"}[one.machine]
        data = {"comment_id": one.id, "verdict": one.machine, "decided_by": one.decided_by}
        self.model.tell(name, f"comment.{kind}", one.id, data)

    def _joined(self, one: Comment, near: list[Any]) -> None:
        """A copy gathers where one of its text is found, and nowhere else."""
        wave = row_of(self.house.database, one.id).wave_id or ""
        waves = {found.wave or found.id for found, _ in near}
        if any(certain for _, certain in near):
            assert wave in waves
        else:
            assert wave in waves | {""}
        self.model.join(one, wave, self.house.clock())

    def _wave_ruling_holds(self, one: Comment, policy_rule: str) -> None:
        ruling = self.model.wave_ruling(one.wave, self.house.clock())
        first = ("ruled-before", "author-standing")
        assert (policy_rule == "wave-ruled") == (ruling is not None and policy_rule not in first)
        if policy_rule == "wave-ruled":
            assert one.machine == ruling

    def _gone(self, comments: list[Comment]) -> None:
        for one in comments:
            self.model.remove(one)
            self.feed.forget(one.id)
            self.model.tell(one.site, "comment.erased", one.id, {"comment_id": one.id})
