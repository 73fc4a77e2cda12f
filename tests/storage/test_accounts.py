"""Sites, their rules by version, and moderators: on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from service.comments import Rules, Site
from service.errors import Conflict
from service.storage import accounts
from service.storage.accounts import KeyDigests

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def tx(database):
    with database.begin() as tx:
        accounts.add_site(tx, "id-one", "one", KeyDigests("full", "short"), NOW)
        yield tx


def test_it_works(tx):
    assert accounts.site_by_name(tx, "one") == Site("id-one", "one", Rules())
    assert accounts.all_sites(tx) == [Site("id-one", "one", Rules())]


def test_sites_by_key(tx):
    site = Site("id-one", "one")
    assert accounts.site_by_digest(tx, "full") == (site, True)
    assert accounts.site_by_digest(tx, "short") == (site, False)
    assert accounts.site_by_digest(tx, "other") is None


def test_no_such_site(tx):
    assert accounts.site_by_name(tx, "two") is None


@pytest.mark.parametrize(
    ("name", "full", "short"),
    [("one", "f", "s"), ("two", "full", "s"), ("two", "f", "short")],
)
def test_names_and_keys_are_taken_once(tx, name, full, short):
    with pytest.raises(Conflict), tx.begin_nested():
        accounts.add_site(tx, "id-two", name, KeyDigests(full, short), NOW)


def test_sites_are_listed_by_name(tx):
    accounts.add_site(tx, "id-a", "a", KeyDigests("f2", "s2"), NOW)
    assert [site.name for site in accounts.all_sites(tx)] == ["a", "one"]


def test_new_keys_end_the_old_ones(tx):
    accounts.set_keys(tx, "id-one", KeyDigests("new", "newshort"))
    assert accounts.site_by_digest(tx, "full") is None
    assert accounts.site_by_digest(tx, "short") is None
    assert accounts.site_by_digest(tx, "new") is not None
    assert accounts.coral_generation(tx, "id-one") == 1


def test_the_latest_rules_hold(tx):
    for version in (1, 2, 10):
        rules = Rules(version, hold_per_mille=float(version), require_name_email=False)
        accounts.add_rules(tx, "id-one", rules, "test", NOW)
    assert accounts.site_by_name(tx, "one").rules == Rules(
        10, hold_per_mille=10.0, require_name_email=False
    )
    assert accounts.site_by_digest(tx, "full")[0].rules.version == 10


def test_a_version_of_rules_is_written_once(tx):
    accounts.add_rules(tx, "id-one", Rules(1), "one", NOW)
    with pytest.raises(Conflict), tx.begin_nested():
        accounts.add_rules(tx, "id-one", Rules(1), "two", NOW)


def test_rules_of_one_site_are_not_those_of_another(tx):
    accounts.add_site(tx, "id-two", "two", KeyDigests("f2", "s2"), NOW)
    accounts.add_rules(tx, "id-two", Rules(1, hold_per_mille=5.0), "test", NOW)
    assert accounts.site_by_name(tx, "one").rules == Rules()


def test_moderators(tx):
    accounts.add_moderator(tx, "1", "wati", "admin", "hash", NOW)
    accounts.add_moderator(tx, "2", "agus", "moderator", "hash", NOW)
    listed = [("agus", "moderator", False), ("wati", "admin", False)]
    assert accounts.all_moderators(tx) == listed


def test_a_moderator_is_named_once(tx):
    accounts.add_moderator(tx, "1", "wati", "admin", "hash", NOW)
    with pytest.raises(Conflict), tx.begin_nested():
        accounts.add_moderator(tx, "2", "wati", "admin", "hash", NOW)


def test_moderators_change(tx):
    accounts.add_moderator(tx, "1", "wati", "admin", "hash", NOW)
    assert accounts.change_moderator(tx, "wati", disabled=True)
    assert accounts.all_moderators(tx) == [("wati", "admin", True)]
    assert not accounts.change_moderator(tx, "nobody", disabled=True)
