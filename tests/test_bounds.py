"""What rulings say of thresholds: nothing from few, the site's own quantile from many."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from service.bounds import LEAST_EFFECTIVE, Good, curve, effective_size, learn, wilson
from service.learnt import SHARES, Learnt
from service.storage.learnt import Ruled, Stratum
from service.thresholds import weighed

SHARE = 0.012  # what spam may hold of good comments at the default budget


def goods(scores, weight: float = 1.0) -> list[Good]:
    return [Good({"spam": float(score)}, weight) for score in scores]


def learnt(scores, weight: float = 1.0) -> Learnt:
    return learn("site", 1, "m", {"id": goods(scores, weight)}, ["spam"])


def test_it_works():
    chance = np.random.default_rng(1)
    scores = chance.random(20_000) ** 4  # the site's own threshold for SHARE is 0.953
    low, high = learnt(scores).bounds("id", "spam", SHARE)
    assert low < (1 - SHARE) ** 4 < high
    assert high - low < 0.03


def test_bounds_close_in_on_the_sites_own_threshold():
    chance = np.random.default_rng(2)
    widths = []
    for count in (500, 5_000, 50_000, 500_000):
        low, high = learnt(chance.random(count) ** 4).bounds("id", "spam", SHARE)
        assert low <= (1 - SHARE) ** 4 <= high
        widths.append(high - low)
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] < 0.02


@pytest.mark.parametrize("count", [0, 1, 10, 50, 199])
@pytest.mark.parametrize("score", [0.0, 0.5, 0.999])
def test_few_rulings_say_nothing_whatever_they_are(count, score):
    found = learnt([score] * count)
    assert found.curves == {}
    assert found.moved("id", "spam", SHARE, 0.7) == 0.7


def test_one_bad_luck_among_hundreds_moves_nothing():
    assert learnt([0.01] * 300 + [0.99] * 9).moved("id", "spam", SHARE, 0.7) == 0.7


def test_few_effective_rulings_say_nothing_however_much_they_stand_for():
    sample = [*goods([0.1] * 3_000), *goods([0.2] * 50, weight=100)]
    assert effective_size(np.array([comment.weight for comment in sample])) < LEAST_EFFECTIVE
    assert learn("site", 1, "m", {"id": sample}, ["spam"]).curves == {}


def test_a_model_that_is_right_is_hardly_ever_moved():
    """Two hundred sites whose comments are as the model's held-out ones: one in a hundred, no more
    than chance allows, is moved at all, and then by little."""
    chance, right = np.random.default_rng(3), (1 - SHARE) ** 4
    moved = [
        learnt(chance.random(3_000) ** 4).moved("id", "spam", SHARE, right) for _ in range(200)
    ]
    away = [abs(threshold - right) for threshold in moved if threshold != right]
    assert len(away) <= 6
    assert all(distance < 0.01 for distance in away)


@pytest.mark.parametrize(("power", "model"), [(4, 0.5), (4, 0.999), (1.5, 0.9), (12, 0.9)])
def test_a_model_that_is_wrong_for_a_site_is_put_right(power, model):
    """The site's comments score otherwise than the model's held-out ones did."""
    chance = np.random.default_rng(4)
    scores = chance.random(40_000) ** power
    moved = learnt(scores).moved("id", "spam", SHARE, model)
    held = float(np.mean(scores >= moved))
    assert abs(held - SHARE) < 0.4 * SHARE
    assert abs(held - SHARE) < abs(float(np.mean(scores >= model)) - SHARE)


def test_censored_rulings_are_weighed_by_their_chance():
    """Only what is held (from 0.6 on) is ruled on, and one in a hundred of the rest."""
    chance = np.random.default_rng(5)
    scores = chance.random(60_000) ** 4
    held, rest = scores[scores >= 0.6], scores[scores < 0.6]
    drawn = rest[chance.random(len(rest)) < 0.01]
    strata = [Stratum("id", "hold", len(held)), Stratum("id", "accept", len(rest))]
    ruled = [Ruled("id", "hold", False, "accept", {"spam": s}) for s in held]
    ruled += [Ruled("id", "accept", True, "accept", {"spam": s}) for s in drawn]
    ruled += [Ruled("id", "accept", False, "accept", {"spam": 0.59}) for _ in range(500)]
    found = learn("site", 1, "m", weighed(strata, ruled), ["spam"])
    low, high = found.bounds("id", "spam", 0.05)
    assert low < 0.95**4 < high
    naive = learnt([*held, *drawn]).bounds("id", "spam", 0.05)
    assert naive[0] > 0.95**4  # without weights the held ones would look like a tenth of all


@pytest.mark.parametrize(
    ("strata", "ruled"),
    [
        # Half of what was held was never ruled on: perhaps the easy half.
        ([Stratum("id", "hold", 100)], [("hold", False)] * 50),
        # Things were rejected, and no spot check fell on one of them.
        (
            [Stratum("id", "hold", 1), Stratum("id", "reject", 90)],
            [("hold", False), ("reject", False)],
        ),
    ],
)
def test_what_is_not_seen_is_not_told_about(strata, ruled):
    cases = [Ruled("id", verdict, drawn, "accept", {"spam": 0.1}) for verdict, drawn in ruled]
    assert weighed(strata, cases) == {}


def test_what_people_rejected_is_no_good_comment():
    cases = [Ruled("id", "hold", False, ruling, {"spam": 0.9}) for ruling in ("accept", "reject")]
    found = weighed([Stratum("id", "hold", 2)], cases)
    assert [comment.weight for comment in found["id"]] == [1.0]


def test_shares_between_two_kept_ones_get_the_looser_bounds():
    scores = np.random.default_rng(6).random(50_000) ** 4
    found = learnt(scores)
    for smaller, larger in pairwise(SHARES):
        low, high = found.bounds("id", "spam", (smaller + larger) / 2)
        assert low == found.bounds("id", "spam", larger)[0]
        assert high == found.bounds("id", "spam", smaller)[1]


def test_bounds_never_cross_and_fall_with_the_share():
    scores = np.random.default_rng(7).random(5_000).round(1)  # many equal scores
    kept = curve(scores, np.ones(5_000))
    for low, high in kept:
        assert high is None or low <= high
    lows = [low for low, _ in kept]
    assert lows == sorted(lows, reverse=True)


def test_unknown_languages_heads_and_shares_are_left_alone():
    found = learnt(np.random.default_rng(8).random(5_000))
    for language, head, share in (("en", "spam", 0.01), ("id", "threat", 0.01), ("id", "spam", 0)):
        assert found.moved(language, head, share, 0.123) == 0.123


def test_a_round_trip_through_json():
    found = learnt(np.random.default_rng(9).random(5_000))
    again = Learnt.from_json("site", 1, "m", found.to_json())
    assert again == found
    assert (again.curves, again.evidence) == (found.curves, found.evidence)


@pytest.mark.parametrize(
    ("share", "size", "low", "high"), [(0.0, 300, 0.0, 0.0216), (0.5, 100, 0.375, 0.625)]
)
def test_wilson_at_99_per_cent(share, size, low, high):
    bounds = wilson(np.array([share]), size)
    assert [round(float(bound[0]), 4) for bound in bounds] == pytest.approx([low, high], abs=2e-3)
