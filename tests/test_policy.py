"""The ordered rules: the first that decides wins, and the decision can be replayed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.comments import REASONS, Limits, Match, Scores, Signal, Submission
from service.policy import HEAD_REASONS, MOST_MATCHES, RULES, Evidence, decide, replay
from service.rules import Rules

SUBMISSION = Submission(
    content="Halo", author_name="Budi", author_url="", permalink="", post_title="", parent_id="",
    locale="", author_key="", network_key="", twin_by_name=1, twin_by_author=2, text_key=3,
    honeypot_filled=False, submitted_after_ms=None,
)  # fmt: skip
LIMITS = {
    "spam": Limits(hold=0.5, reject=0.9),
    "gambling": Limits(hold=0.4, reject=0.8),
    "toxicity": Limits(hold=0.6, reject=None),
    "threat": Limits(hold=None, reject=None),
}


def evidence(
    scores=None, signals=(), limits=LIMITS, content="Halo", unsure=False, scored=True, **more
):
    judged = Scores(scores or {}, "id", unsure) if scored else None
    raised = tuple(Signal(code.lstrip("-"), -1.0 if code[0] == "-" else 1.0) for code in signals)
    return Evidence(replace(SUBMISSION, content=content), raised, judged, limits, **more)


def verdict(*args, **kwargs) -> tuple[str, str, str]:
    decision = decide(evidence(*args, **kwargs), "model-1")
    return decision.verdict, decision.rule, decision.decided_by


def test_it_works():
    decision = decide(evidence({"spam": 0.95, "toxicity": 0.7}, rules=Rules(version=3)), "model-1")
    assert (decision.verdict, decision.rule, decision.decided_by) == (
        "reject",
        "score-reject",
        "model",
    )
    assert decision.reasons == (Signal("SPAM", 0.95, 0.9), Signal("TOXIC", 0.7, 0.6))
    assert decision.scores == {"spam": 0.95, "toxicity": 0.7}
    assert decision.limits == LIMITS
    assert (decision.model_version, decision.rules_version) == ("model-1", "3.3")


@pytest.mark.parametrize(
    ("scores", "signals", "expected"),
    [
        ({}, [], ("accept", "nothing-against-it", "model")),
        ({"spam": 0.49}, [], ("accept", "nothing-against-it", "model")),
        ({"spam": 0.5}, [], ("hold", "score-hold", "model")),
        ({"spam": 0.8999}, [], ("hold", "score-hold", "model")),
        ({"spam": 0.9}, [], ("reject", "score-reject", "model")),
        ({"gambling": 0.8}, [], ("reject", "score-reject", "model")),
        ({"gambling": 0.79, "spam": 0.89}, [], ("hold", "score-hold", "model")),
        ({"toxicity": 1.0}, [], ("hold", "score-hold", "model")),
        ({"toxicity": 0.59}, [], ("accept", "nothing-against-it", "model")),
        ({"threat": 1.0}, [], ("accept", "nothing-against-it", "model")),
        ({"no such head": 1.0}, [], ("accept", "nothing-against-it", "model")),
        ({}, ["HONEYPOT"], ("reject", "honeypot", "rule")),
        ({"spam": 0.6}, ["HONEYPOT"], ("reject", "honeypot", "rule")),
        ({}, ["TOO_FAST"], ("hold", "too-fast", "rule")),
        ({"spam": 0.95}, ["TOO_FAST"], ("reject", "score-reject", "model")),
        ({}, ["LANGUAGE_UNSURE"], ("hold", "language-unsure", "rule")),
        ({}, ["LINKS"], ("reject", "bad-links", "rule")),
        ({}, ["LINKS", "-NEW_COMMENTER"], ("accept", "nothing-against-it", "model")),
        ({}, ["NEW_COMMENTER"], ("accept", "nothing-against-it", "model")),
        ({}, ["BANNED_WORD"], ("reject", "banned-word", "rule")),
        ({}, ["BLOCKED_AUTHOR"], ("reject", "blocked-mail-domain", "rule")),
        ({}, ["SUSPECT_WORD", "-NEW_COMMENTER"], ("hold", "suspect-word", "rule")),
        ({}, ["PERSONAL_DATA"], ("hold", "personal-data", "rule")),
        ({}, ["OBFUSCATED_TEXT"], ("hold", "disguise", "rule")),
        ({}, ["MIXED_SCRIPT"], ("hold", "mixed-script", "rule")),
        ({}, ["REPEAT_POST"], ("hold", "repeat", "rule")),
        ({}, ["NEAR_COPY"], ("hold", "wave", "rule")),
    ],
)
def test_the_first_rule_that_decides_wins(scores, signals, expected):
    assert verdict(scores, signals) == expected


@pytest.mark.parametrize(
    ("context", "signals", "expected"),
    [
        ({"ruled": "accept"}, ["BANNED_WORD"], ("accept", "ruled-before", "moderator")),
        ({"author": "reject"}, [], ("reject", "author-standing", "moderator")),
        ({"author": "accept"}, ["HONEYPOT"], ("accept", "author-standing", "moderator")),
        ({"ruled": "reject", "author": "accept"}, [], ("reject", "ruled-before", "moderator")),
        ({"wave_ruling": "accept"}, ["NEAR_COPY"], ("accept", "wave-ruled", "moderator")),
        ({"wave_ruling": "reject"}, [], ("reject", "score-reject", "model")),
        ({"wave_worst": "reject"}, ["NEAR_COPY"], ("reject", "wave", "rule")),
        ({"wave_worst": "accept"}, ["NEAR_COPY"], ("hold", "wave", "rule")),
        ({"quotes": "hold"}, [], ("hold", "quotes-another", "rule")),
        (
            {"quotes": "hold", "wave_worst": "reject"},
            ["NEAR_COPY"],
            ("hold", "quotes-another", "rule"),
        ),
        (
            {"quotes": "hold", "wave_ruling": "reject"},
            ["NEAR_COPY"],
            ("reject", "wave-ruled", "moderator"),
        ),
    ],
)
def test_a_persons_earlier_word_and_the_wave_come_before_scores(context, signals, expected):
    assert verdict({"spam": 0.95}, signals, context=context) == expected


@pytest.mark.parametrize(
    ("weight", "expected"), [(0.49, "accept"), (0.5, "hold"), (0.94, "hold"), (0.95, "reject")]
)
def test_links_hold_and_reject_by_their_weight(weight, expected):
    found = Evidence(SUBMISSION, (Signal("LINKS", weight),), Scores({}, "id", False), LIMITS)
    assert decide(found, "m").verdict == expected


def test_first_timers_are_held_only_where_the_site_says_so():
    assert verdict(signals=["NEW_COMMENTER"], rules=Rules(hold_first_time=True))[1] == "first-time"


@pytest.mark.parametrize("weight", [0.3, 0.1])
def test_throw_away_mailboxes_are_held_where_the_site_says_so(weight):
    raised = (Signal("NEW_COMMENTER", weight),)
    found = Evidence(SUBMISSION, raised, Scores({}, "id", False), LIMITS)
    strict = replace(found, rules=Rules(hold_disposable_email=True))
    assert decide(found, "m").verdict == "accept"
    assert decide(strict, "m").rule == (
        "disposable-email" if weight == 0.3 else "nothing-against-it"
    )


def test_an_unsure_language_is_never_rejected_by_score():
    assert verdict({"spam": 1.0}, ["LANGUAGE_UNSURE"], unsure=True)[0] == "hold"


def test_without_scores_it_is_held():
    decision = decide(evidence(scored=False, signals=["NOT_SCORED"]), "none")
    assert (decision.verdict, decision.rule) == ("hold", "not-scored")
    assert decision.scores == {}
    assert [reason.code for reason in decision.reasons] == ["NOT_SCORED"]


def test_a_honeypot_rejects_also_without_scores():
    assert verdict(scored=False, signals=["HONEYPOT", "NOT_SCORED"])[0] == "reject"


@pytest.mark.parametrize("wanted", ["accept", "hold", "reject"])
def test_a_test_string_gets_its_verdict_whatever_speaks_against_it(wanted):
    given = verdict({"spam": 1.0}, ["HONEYPOT"], content=f"saring-test-{wanted}")
    assert given == (wanted, "test-string", "rule")


def test_no_limits_reject_nothing():
    assert verdict({"spam": 1.0, "toxicity": 1.0}, limits={})[0] == "accept"


def test_reasons_quote_the_higher_limit_that_was_reached():
    held = decide(evidence({"spam": 0.7}), "m").reasons
    assert held == (Signal("SPAM", 0.7, 0.5),)


def test_the_heaviest_matches_are_kept_in_the_order_of_the_text():
    matches = tuple(
        Match(place, place + 1, 0.9 if place > 20_000 else 0.1) for place in range(20_010)
    )
    found = replace(evidence(), signals=(Signal("LINKS", 0.9, matches=matches),))
    [reason] = decide(found, "m").reasons
    assert len(reason.matches) == MOST_MATCHES
    assert [match.start for match in reason.matches] == [*range(91), *range(20_001, 20_010)]


def test_rules_have_stable_names():
    assert [rule.name for rule in RULES] == [
        "test-string",
        "edited-after-reject",
        "ruled-before",
        "author-standing",
        "blocked-mail-domain",
        "banned-word",
        "honeypot",
        "wave-ruled",
        "quotes-another",
        "wave",
        "not-scored",
        "score-reject",
        "bad-links",
        "score-hold",
        "suspect-word",
        "personal-data",
        "links",
        "disguise",
        "mixed-script",
        "too-fast",
        "repeat",
        "first-time",
        "disposable-email",
        "language-unsure",
        "nothing-against-it",
    ]


def test_every_reason_of_a_head_is_published():
    assert set(HEAD_REASONS.values()) <= set(REASONS)


scores = st.dictionaries(st.sampled_from(list(HEAD_REASONS)), st.floats(0, 1))
signals = st.lists(st.sampled_from(["HONEYPOT", "TOO_FAST", "LANGUAGE_UNSURE", "LINKS"]))


@given(scores, signals, st.booleans())
def test_it_is_pure_and_always_decides(scores, signals, scored):
    judged = [decide(evidence(scores, signals, scored=scored), "m") for _ in range(2)]
    assert judged[0] == judged[1]
    assert judged[0].verdict in ("accept", "hold", "reject")


@given(scores)
def test_what_is_not_accepted_says_why(scores):
    decision = decide(evidence(scores), "m")
    assert (decision.verdict == "accept") == (not decision.reasons)


@given(scores, signals, st.booleans())
def test_what_was_recorded_replays_to_the_same_decision(scores, signals, scored):
    unsure = "LANGUAGE_UNSURE" in signals
    raised = signals if scored else [*signals, "NOT_SCORED"]
    decision = decide(evidence(scores, raised, scored=scored, unsure=unsure), "m")
    if decision.scores or not scored:
        assert replay(decision, SUBMISSION, Rules()) == decision


SEVERITY = {"accept": 0, "hold": 1, "reject": 2}
any_signals = st.lists(st.sampled_from([*REASONS, *(f"-{code}" for code in REASONS)]), max_size=4)
contexts = st.dictionaries(
    st.sampled_from(["ruled", "author", "wave_ruling", "wave_worst", "ruled_before_edit"]),
    st.sampled_from(list(SEVERITY)),
    max_size=2,
)


@given(scores, scores, any_signals, contexts, st.booleans())
def test_a_higher_score_never_makes_it_milder(lower, more, raised, context, unsure):
    higher = {head: max(lower.get(head, 0.0), score) for head, score in {**lower, **more}.items()}
    judged = [
        decide(evidence(told, raised, context=context, unsure=unsure), "m").verdict
        for told in (lower, higher)
    ]
    assert SEVERITY[judged[0]] <= SEVERITY[judged[1]]


@given(scores, any_signals, contexts)
def test_stricter_limits_never_make_it_milder(told, raised, context):
    strict = {
        head: Limits(one.hold and one.hold / 2, one.reject and one.reject / 2)
        for head, one in LIMITS.items()
    }
    judged = [
        decide(evidence(told, raised, limits=limits, context=context), "m").verdict
        for limits in (LIMITS, strict)
    ]
    assert SEVERITY[judged[0]] <= SEVERITY[judged[1]]


@given(scores, any_signals, contexts, st.booleans())
def test_a_machines_verdict_against_a_comment_has_a_reason(told, raised, context, scored):
    """A reason of the same rule's kind, or a person's word, or a test string; never nothing."""
    decision = decide(evidence(told, raised, context=context, scored=scored), "m")
    by_a_person = decision.decided_by == "moderator" or "ruled_before_edit" in context
    if decision.verdict != "accept" and not by_a_person and scored:
        assert any(reason.weight > 0 for reason in decision.reasons)


@given(scores, any_signals)
def test_an_unsure_language_is_never_rejected_by_its_score_alone(told, raised):
    decision = decide(evidence(told, raised, unsure=True), "m")
    assert decision.rule != "score-reject"


weighed = st.builds(
    Signal, st.sampled_from(list(REASONS)), st.sampled_from([-1.0, 0.0, 1e-9, 0.01, 0.3, 0.49, 1.0])
)


@given(scores, st.lists(weighed, max_size=3), contexts, st.booleans(), st.booleans())
def test_the_short_way_of_what_is_quiet_ends_where_the_long_one_does(
    told, raised, context, scored, strict
):
    rules = Rules(hold_first_time=strict, hold_disposable_email=strict)
    judged = evidence({h: s / 2 for h, s in told.items()}, scored=scored, context=context)
    judged = replace(judged, signals=tuple(raised), rules=rules)
    first = next(rule for rule in RULES if rule.verdict(judged))
    assert decide(judged, "m").rule == first.name
