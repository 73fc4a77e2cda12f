"""Comments in, the same comments out: on SQLite and on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from service.comments import Case, Decision, Limits, Match, Signal, Submission, new_id
from service.errors import Conflict
from service.storage import accounts, store
from service.storage.accounts import KeyDigests
from service.storage.engine import Database

NOW = datetime(2026, 11, 23, 9, 0, 0, 123456, tzinfo=UTC)
DECISION = Decision(
    verdict="hold",
    decided_by="model",
    rule="score-hold",
    reasons=(
        Signal("SPAM", 0.7, 0.5, (Match(0, 4, 1.25), Match(6, 8, 0.5))),
        Signal("TOO_FAST", 0.5),
    ),
    scores={"spam": 0.7, "toxicity": 0.01},
    language="id",
    limits={"spam": Limits(0.5, 0.9), "threat": Limits(None, None)},
    context={"wave_worst": "hold"},
    model_version="m1",
    rules_version="1.0",
)
twins = iter(range(1_000_000))


def case(created_at=NOW, decision=DECISION, **changes) -> Case:
    submission = Submission(
        content="Halo 世界 🎰 \U0001d5ed", author_name="Budi", author_url="", permalink="/a",
        post_title="Judul", parent_id="7", locale="id_ID", author_key="a" * 32,
        network_key="b" * 32, twin_by_name=next(twins), twin_by_author=2**63 - 1 - next(twins),
        text_key=5, honeypot_filled=False, submitted_after_ms=1234,
    )  # fmt: skip
    return Case(new_id(), created_at, replace(submission, **changes), decision)


@pytest.fixture
def site_ids(database: Database) -> list[str]:
    with database.begin() as tx:
        for name in ("one", "two"):
            keys = KeyDigests(f"full {name}", f"short {name}")
            accounts.add_site(tx, f"id-{name}", name, keys, NOW)
    return ["id-one", "id-two"]


def add(database, site_id, *cases):
    with database.begin() as tx:
        for stored in cases:
            store.add_comment(tx, site_id, stored)


def found(database, site_id, comment_id):
    with database.read() as tx:
        return store.comment_by_id(tx, site_id, comment_id)


def test_it_works(database, site_ids):
    stored = case()
    add(database, site_ids[0], stored)
    assert found(database, site_ids[0], stored.id) == stored


def test_another_site_never_sees_it(database, site_ids):
    stored = case()
    add(database, site_ids[0], stored)
    assert found(database, site_ids[1], stored.id) is None
    with database.begin() as tx:
        assert not store.erase_comment(tx, site_ids[1], stored.id)
    assert found(database, site_ids[0], stored.id) == stored


@pytest.mark.parametrize("comment_id", ["", "none", "x" * 4000, "' OR 1=1 --", "😀"])
def test_no_such_comment(database, site_ids, comment_id):
    assert found(database, site_ids[0], comment_id) is None


@pytest.mark.parametrize("same", ["twin_by_name", "twin_by_author"])
def test_a_twin_is_a_conflict(database, site_ids, same):
    first = case()
    add(database, site_ids[0], first)
    second = case(**{same: getattr(first.submission, same)})
    with pytest.raises(Conflict) as refused:
        add(database, site_ids[0], second)
    assert refused.value.slug == "duplicate"
    assert found(database, site_ids[0], second.id) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("content", "x" * 65_525),
        ("author_name", "\u4e16" * 245),
        ("author_name", "[email]" * 80),
        ("locale", "[ip]" * 20),
        ("parent_id", "[email]" * 60),
        ("author_url", "https://" + "x" * 192),
        ("permalink", "[email]" * 500),
        ("post_title", "x" * 1000),
        ("submitted_after_ms", 2**31 - 1),
        ("submitted_after_ms", None),
        ("honeypot_filled", True),
    ],
)
def test_the_longest_values_fit(database, site_ids, field, value):
    """A mask may be longer than the address it stands for: what a door let in must be stored."""
    stored = case(**{field: value})
    add(database, site_ids[0], stored)
    assert found(database, site_ids[0], stored.id) == stored


def test_time_is_utc_whatever_the_zone(database, site_ids):
    jakarta = timezone(timedelta(hours=7))
    stored = case(created_at=NOW.astimezone(jakarta))
    add(database, site_ids[0], stored)
    read = found(database, site_ids[0], stored.id).created_at
    assert (read, read.tzinfo) == (NOW, UTC)


def test_erase_one(database, site_ids):
    stored, other = case(), case()
    add(database, site_ids[0], stored, other)
    with database.begin() as tx:
        assert store.erase_comment(tx, site_ids[0], stored.id)
        assert not store.erase_comment(tx, site_ids[0], stored.id)
    assert found(database, site_ids[0], stored.id) is None
    assert found(database, site_ids[0], other.id) == other


def test_answers_are_kept(database, site_ids):
    stored = case()
    with database.begin() as tx:
        store.add_comment(tx, site_ids[0], stored)
        store.add_answer(tx, "key", "request", stored)
    with database.read() as tx:
        kept = store.answer_by_key(tx, "key")
        assert store.answer_by_key(tx, "other") is None
    assert kept == store.KeptAnswer("request", stored.id, NOW, DECISION)


def test_a_key_has_one_first_answer(database, site_ids):
    first, second = case(), case()
    add(database, site_ids[0], first, second)
    with database.begin() as tx:
        store.add_answer(tx, "key", "request", first)
    with pytest.raises(Conflict) as refused, database.begin() as tx:
        store.add_answer(tx, "key", "request", second)
    assert refused.value.slug == "idempotency_key_in_use"


def test_an_answer_goes_with_its_comment(database, site_ids):
    stored = case()
    with database.begin() as tx:
        store.add_comment(tx, site_ids[0], stored)
        store.add_answer(tx, "key", "request", stored)
        store.erase_comment(tx, site_ids[0], stored.id)
    with database.read() as tx:
        assert store.answer_by_key(tx, "key") is None


def test_held_count_leaves_test_strings_out(database, site_ids):
    accepted = replace(DECISION, verdict="accept")
    test = case(content="saring-test-hold")
    add(database, site_ids[0], case(), case(), test, case(decision=accepted))
    with database.read() as tx:
        assert store.held_count(tx) == 2


def test_a_failed_transaction_leaves_nothing(database, site_ids):
    stored = case()
    with pytest.raises(Conflict):
        add(database, site_ids[0], stored, stored)
    assert found(database, site_ids[0], stored.id) is None


def test_decisions_survive_json():
    assert store.decision_from_json(store.decision_to_json(DECISION)) == DECISION
