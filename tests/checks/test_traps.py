"""Bot traps: the hidden field, the clock, the test strings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service import checks
from service.checks.language import language
from service.checks.traps import traps
from service.comments import REASONS, History, Match, Scores, Signal
from service.rules import Rules
from tests.test_policy import SUBMISSION

SURE = Scores({}, "id", unsure=False)
RULES = Rules()
LISTS = checks.Lists()


def test_it_works():
    assert traps(SUBMISSION) == []
    assert checks.signals(SUBMISSION, SURE, History(), RULES, LISTS) == ()


def test_a_filled_honeypot():
    assert traps(replace(SUBMISSION, honeypot_filled=True)) == [Signal("HONEYPOT", 1.0)]


@pytest.mark.parametrize(
    ("took", "weight"), [(None, None), (0, 1.0), (250, 0.75), (999, 0.001), (1000, None)]
)
def test_too_fast(took, weight):
    raised = traps(replace(SUBMISSION, submitted_after_ms=took))
    assert raised == ([] if weight is None else [Signal("TOO_FAST", weight)])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("saring-test-accept", None),
        ("saring-test-hold", "SUSPECT_WORD"),
        ("saring-test-reject", "BANNED_WORD"),
        ("SARING-TEST-REJECT", None),
        ("saring-test-reject!", None),
    ],
)
def test_test_strings(content, code):
    raised = traps(replace(SUBMISSION, content=content))
    whole = (Match(0, len(content), 1.0),)
    assert raised == ([Signal(code, 1.0, matches=whole)] if code else [])


@pytest.mark.parametrize(
    ("scores", "codes"),
    [
        (None, ["NOT_SCORED"]),
        (SURE, []),
        (Scores({}, "other", unsure=True), ["LANGUAGE_UNSURE"]),
        (Scores({"spam": 1.0}, "id", unsure=True), ["LANGUAGE_UNSURE"]),
    ],
)
def test_language(scores, codes):
    assert [signal.code for signal in language(scores)] == codes


def test_all_at_once_in_a_stable_order():
    sent = replace(
        SUBMISSION, content="saring-test-hold", honeypot_filled=True, submitted_after_ms=1
    )
    codes = [signal.code for signal in checks.signals(sent, None, History(), RULES, LISTS)]
    assert codes == ["HONEYPOT", "TOO_FAST", "SUSPECT_WORD", "NOT_SCORED"]
    assert set(codes) <= set(REASONS)
