"""A comment's company as storage keeps it, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from service.comments import Case, Decision, Ruling, Submission, Verdict, new_id
from service.storage import accounts, company, store, verdicts
from service.storage.accounts import KeyDigests
from service.storage.engine import Database, open_database
from service.storage.migrate import migrate
from tests.conftest import Clock

SITE = "site-1"


def submission(**changes: object) -> Submission:
    plain = Submission(
        content="Semoga perundingan damai ini berhasil.",
        author_name="Budi",
        author_url="",
        permalink="https://kabar.example/damai",
        post_title="",
        parent_id="",
        locale="",
        author_key="author-1",
        network_key="network-1",
        twin_by_name=1,
        twin_by_author=2,
        text_key=3,
        honeypot_filled=False,
        submitted_after_ms=None,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def decision(verdict: Verdict) -> Decision:
    return Decision(verdict, "model", "score-hold", (), {}, "id", {}, {}, "m1", "1.0")


@pytest.fixture
def tx(database: Database, clock: Clock) -> Iterator[Connection]:
    with database.begin() as tx:
        accounts.add_site(tx, SITE, "kabar", KeyDigests("a", "b"), clock())
        yield tx


def add(
    tx: Connection, clock: Clock, number: int, verdict: Verdict = "accept", **changes: object
) -> str:
    mine = submission(twin_by_name=number, twin_by_author=-number, **changes)
    case = Case(new_id(), clock(), mine, decision(verdict))
    store.add_comment(tx, SITE, case, signature=b"s")
    return case.id


def copy(clock: Clock, author: str, verdict: Verdict = "accept") -> Case:
    return Case(new_id(), clock(), submission(author_key=author), decision(verdict))


def test_it_works(tx: Connection, clock: Clock) -> None:
    add(tx, clock, 1)
    add(tx, clock, 2, "reject", text_key=9)
    past = company.past(tx, submission(), clock())
    assert (past.accepted, past.rejected, past.repeats) == (1, 1, 1)
    assert (past.author_last_minute, past.network_last_minute) == (2, 2)


def test_nobody_has_no_past(tx: Connection, clock: Clock) -> None:
    add(tx, clock, 1, author_key="", network_key="")
    past = company.past(tx, submission(author_key="", network_key=""), clock())
    assert (past.accepted, past.author_last_minute, past.network_last_minute) == (0, 0, 0)


def test_a_flood_of_more_than_fifty_is_counted(tx: Connection, clock: Clock) -> None:
    for number in range(61):
        add(tx, clock, number)
    past = company.past(tx, submission(), clock())
    assert (past.author_last_minute, past.network_last_minute) == (61, 61)
    assert past.accepted == 50, "of an author's past the last fifty say enough"


def test_a_minute_passes(tx: Connection, clock: Clock) -> None:
    add(tx, clock, 1)
    clock.forward(seconds=61)
    assert company.past(tx, submission(), clock()).author_last_minute == 0


def test_a_persons_word_on_the_same_text_is_found(tx: Connection, clock: Clock) -> None:
    ruled = add(tx, clock, 1)
    assert verdicts.rule(tx, _ruling(ruled, "reject", clock), 0)
    other = submission(author_key="author-2")
    assert company.past(tx, other, clock()).ruled == "reject"


def test_the_standing_of_an_author_is_found(tx: Connection, clock: Clock) -> None:
    verdicts.set_standing(tx, SITE, "author-1", "blocked", "ani", clock())
    assert company.past(tx, submission(), clock()).standing == "blocked"
    verdicts.set_standing(tx, SITE, "author-1", "", "ani", clock())
    assert company.past(tx, submission(), clock()).standing == ""


def test_copies_meet_in_a_band_for_a_day_or_while_held(tx: Connection, clock: Clock) -> None:
    accepted, held = add(tx, clock, 1), add(tx, clock, 2, "hold")
    company.add_bands(tx, accepted, [7, 8], clock())
    company.add_bands(tx, held, [8], clock())
    found = {candidate.comment_id for candidate in company.candidates(tx, [8, 9], clock())}
    assert found == {accepted, held}
    clock.forward(hours=25)
    assert [c.comment_id for c in company.candidates(tx, [7, 8], clock())] == [held]


def test_a_wave_grows_and_remembers_its_worst(tx: Connection, clock: Clock) -> None:
    first = add(tx, clock, 1)
    assert company.wave(tx, first, clock()) is None
    verdicts_seen: list[Verdict] = ["hold", "reject", "accept"]
    for number, verdict in enumerate(verdicts_seen):
        company.grow_wave(tx, SITE, first, copy(clock, f"other-{number}", verdict))
    wave = company.wave(tx, first, clock())
    assert wave is not None
    assert (wave.size, wave.recent, wave.worst) == (4, 4, "reject")


def test_one_person_who_repeats_a_phrase_is_no_wave(tx: Connection, clock: Clock) -> None:
    first = add(tx, clock, 1)
    for _ in range(3):
        company.grow_wave(tx, SITE, first, copy(clock, "author-1"))
    wave = company.wave(tx, first, clock())
    assert wave is not None
    assert (wave.size, wave.recent) == (4, 1)


def test_a_slow_wave_is_not_recent(tx: Connection, clock: Clock) -> None:
    first = add(tx, clock, 1)
    company.grow_wave(tx, SITE, first, copy(clock, "other"))
    clock.forward(hours=2)
    wave = company.wave(tx, first, clock())
    assert wave is not None
    assert (wave.size, wave.recent) == (2, 0)


def test_a_ruling_on_a_wave_ends(tx: Connection, clock: Clock) -> None:
    first = add(tx, clock, 1)
    company.grow_wave(tx, SITE, first, copy(clock, "other", "hold"))
    assert verdicts.rule_wave(tx, SITE, first, "reject", clock() + timedelta(hours=24))
    assert _wave_ruling(tx, first, clock) == "reject"
    clock.forward(hours=24)
    assert _wave_ruling(tx, first, clock) is None


def bad_hosts(tx: Connection, *names: str) -> frozenset[str]:
    return company.linked(tx, SITE, names, "", "")[0]


def test_hosts_turn_bad_by_what_is_rejected_and_good_by_what_people_say(
    tx: Connection, clock: Clock
) -> None:
    comments = [add(tx, clock, number, "reject") for number in (1, 2)]
    for comment in comments:
        company.add_links(tx, SITE, comment, ["judi.example", "kabar.example"], "")
    company.add_links(tx, SITE, add(tx, clock, 3), ["kabar.example"], "")
    assert bad_hosts(tx, "judi.example", "kabar.example", "baru.example") == {"judi.example"}
    mine = Ruling(new_id(), comments[0], "accept", (), "", "ani", clock())
    assert verdicts.rule(tx, mine, 0)
    assert bad_hosts(tx, "judi.example") == frozenset()
    assert verdicts.undo(tx, comments[0], clock())
    assert bad_hosts(tx, "judi.example") == {"judi.example"}
    store.erase_comment(tx, SITE, comments[0])
    assert bad_hosts(tx, "judi.example") == frozenset()


def test_a_website_is_counted_by_the_names_that_gave_it(tx: Connection, clock: Clock) -> None:
    names = ("Sewa Mobil", "sewa mobil ", "Rental Murah", "Budi")
    for number, name in enumerate(names):
        comment = add(tx, clock, number, author_name=name)
        company.add_links(tx, SITE, comment, ["a.example"], "" if name == "Budi" else "a.example")
    assert company.linked(tx, SITE, ["a.example"], "a.example", "Ani")[1] == 2
    assert company.linked(tx, SITE, ["a.example"], "a.example", "SEWA MOBIL")[1] == 1
    assert company.linked(tx, SITE, ["a.example"], "", "Ani")[1] == 0


def test_undo_brings_back_the_ruling_before_and_then_the_machine(
    tx: Connection, clock: Clock
) -> None:
    comment = add(tx, clock, 1, "hold")
    assert verdicts.rule(tx, _ruling(comment, "reject", clock), 0)
    clock.forward(seconds=1)
    assert verdicts.rule(tx, _ruling(comment, "accept", clock), 1)
    assert verdicts.undo(tx, comment, clock())
    assert verdicts.standing_of(tx, SITE, comment) == (3, "reject")
    assert verdicts.undo(tx, comment, clock())
    assert verdicts.standing_of(tx, SITE, comment) == (4, None)
    assert not verdicts.undo(tx, comment, clock())


def test_a_stale_ruling_changes_nothing(tx: Connection, clock: Clock) -> None:
    comment = add(tx, clock, 1, "hold")
    assert verdicts.rule(tx, _ruling(comment, "reject", clock), 0)
    assert not verdicts.rule(tx, _ruling(comment, "accept", clock), 0)
    assert verdicts.standing_of(tx, SITE, comment) == (1, "reject")


def _ruling(comment_id: str, verdict: Verdict, clock: Clock) -> verdicts.Ruling:
    return verdicts.Ruling(new_id(), comment_id, verdict, (), "", "ani", clock())


def _wave_ruling(tx: Connection, wave_id: str, clock: Clock) -> Verdict | None:
    wave = company.wave(tx, wave_id, clock())
    return wave.ruling if wave else None


def test_no_look_up_reads_all_comments(tmp_path: Path, clock: Clock) -> None:
    """As SQLite plans it; on PostgreSQL the plan follows the number of rows."""
    opened = open_database(f"sqlite:///{tmp_path / 'plan.db'}")
    migrate(opened)
    run: list[str] = []
    with opened.read() as tx:
        driver: Any = tx.connection.driver_connection
        driver.set_trace_callback(run.append)
        company.past(tx, submission(), clock())
        company.candidates(tx, [1, 2, 3, 4, 5, 6], clock())
        company.wave(tx, "wave", clock())
        driver.set_trace_callback(None)
        asked = [sql for sql in run if sql.startswith("SELECT")]
        plan = [str(row[3]) for sql in asked for row in driver.execute(f"EXPLAIN QUERY PLAN {sql}")]
    opened.engine.dispose()
    assert len(asked) == 3
    searched = [step for step in plan if "comments " in step]
    assert searched
    assert not [step for step in searched if step.startswith("SCAN") or "verdict" in step]
