"""What a site may set, and how every wrong value is refused with nothing saved."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from service import rulebook
from service.errors import Invalid
from service.rules import Rules


def test_it_works():
    rules = Rules().changed({"hold_per_mille": 50, "banned_words": ["slot*", "judi online"]})
    assert (rules.version, rules.hold_per_mille) == (1, 50)
    assert rules.banned_words == ("slot*", "judi online")


def test_a_budget_of_a_whole_number_may_become_a_fraction():
    whole = Rules.from_json({"hold_per_mille": 50}, 1)
    assert whole.changed({"hold_per_mille": 30.5}).hold_per_mille == 30.5


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"hold_per_mille": 2000}, "hold_per_mille", "budget"),
        ({"reject_per_mille": -1}, "reject_per_mille", "budget"),
        ({"night_hold_per_mille": 1001}, "night_hold_per_mille", "budget"),
        ({"hold_per_mille": "many"}, "hold_per_mille", "type"),
        ({"hold_per_mille": True}, "hold_per_mille", "type"),
        ({"wave_from": -1}, "wave_from", "count"),
        ({"wave_from": 1.5}, "wave_from", "type"),
        ({"night_from": 24}, "night_from", "hour"),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "time_zone"),
        ({"toxicity_rejects": "yes"}, "toxicity_rejects", "type"),
        ({"banned_words": "slot"}, "banned_words", "type"),
        ({"banned_words": ["slot", 7]}, "banned_words", "type"),
        ({"no_such_rule": 1}, "no_such_rule", "unknown_rule"),
        ({"version": 9}, "version", "unknown_rule"),
        ({"shadow": {"hold_per_mille": 2000}}, "hold_per_mille", "budget"),
        ({"shadow": {"no_such_rule": 1}}, "no_such_rule", "unknown_rule"),
    ],
)
def test_what_makes_no_sense_is_refused(changes, field, code):
    with pytest.raises(Invalid) as refused:
        Rules().changed(changes)
    assert [(bad.field, bad.code) for bad in refused.value.fields] == [(field, code)]


def test_all_bad_values_are_told_at_once():
    with pytest.raises(Invalid) as refused:
        Rules().changed({"hold_per_mille": 2000, "wave_from": -1})
    assert {bad.field for bad in refused.value.fields} == {"hold_per_mille", "wave_from"}


@pytest.mark.parametrize(
    ("start", "end", "utc_hour", "night"),
    [
        (22, 6, 15, True),  # 22:00 in Jakarta
        (22, 6, 14, False),
        (22, 6, 22, True),  # 05:00
        (22, 6, 23, False),  # 06:00
        (1, 5, 18, True),
        (1, 5, 22, False),
        (0, 0, 17, False),
    ],
)
def test_night_has_budgets_of_its_own(start, end, utc_hour, night):
    rules = Rules(night_from=start, night_to=end, night_hold_per_mille=5)
    then = rules.at(datetime(2026, 11, 23, utc_hour, tzinfo=UTC))
    assert then.hold_per_mille == (5 if night else 30)


def test_a_shadow_changes_only_what_it_names():
    rules = Rules(wave_from=9, shadow={"hold_per_mille": 100})
    shadow = rules.shadowed()
    assert shadow is not None
    assert (shadow.hold_per_mille, shadow.wave_from, shadow.shadow) == (100, 9, {})
    assert Rules().shadowed() is None


def test_stored_rules_of_another_release_are_read():
    rules = Rules.from_json({"hold_per_mille": 7, "banned_words": ["a"], "gone": 1}, 4)
    assert (rules.version, rules.hold_per_mille, rules.banned_words) == (4, 7, ("a",))


def test_no_rule_holds_an_address():
    changes = {"banned_words": ["slot", "budi@example.com"], "suspect_words": ["10.1.2.3"]}
    with pytest.raises(Invalid) as refused:
        rulebook.checked(Rules(), changes)
    assert [error.field for error in refused.value.fields] == ["banned_words", "suspect_words"]


def test_an_origin_may_be_a_machine_of_the_sites_own():
    origins = ["http://192.168.1.20:3000"]
    assert rulebook.checked(Rules(), {"allowed_origins": origins}).allowed_origins == (*origins,)
