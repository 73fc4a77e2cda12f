"""Reports: what doors pass on weighs less than a person's word, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.comments import REPORTERS, Arrival
from service.errors import Conflict, TooMany
from service.metrics import Metrics
from service.moderation import Moderation
from service.reports import Reports, Tally
from tests.conftest import SECRET
from tests.doubles import FakeScorer

GOOD = Arrival("Semoga damai selalu", "Budi", "budi@example.com", author_ip="203.0.113.7")
SPAM = Arrival("slot gacor malam ini", "Siti", "siti@example.com")


@pytest.fixture
def moderation(database, clock):
    return Moderation(database, FakeScorer(), SECRET, clock, Metrics(shared=False))


@pytest.fixture
def reports(database, moderation, clock):
    return Reports(database, moderation, SECRET, clock)


@pytest.fixture
def site(access):
    access.add_site("default")
    return access.named_site("default")


def in_force(moderation, site, arrival):
    decision = moderation.known(site, arrival).decision
    return decision.verdict, decision.decided_by


def test_a_report_is_in_force(moderation, reports, site):
    moderation.submit(site, GOOD)
    assert in_force(moderation, site, GOOD) == ("accept", "model")
    reports.report(site, GOOD, "reject", "akismet", ("spam",))
    assert in_force(moderation, site, GOOD) == ("reject", "moderator")
    assert moderation.submit_once(site, GOOD).decision.verdict == "reject"


def test_a_person_wins_before_and_after(moderation, reports, review, site):
    case = moderation.submit(site, GOOD)
    reports.report(site, GOOD, "reject", "akismet", ("spam",))
    review.rule(site, case.id, "accept", "ani")
    reports.report(site, GOOD, "reject", "akismet", ("spam",))
    assert in_force(moderation, site, GOOD) == ("accept", "moderator")


def test_a_report_finds_its_authors_text_elsewhere(moderation, reports, site):
    moderation.submit(site, GOOD)
    moved = Arrival(GOOD.content, "Budi S.", "budi@example.com", permalink="https://x.example/2")
    reports.report(site, moved, "reject", "akismet", ())
    assert moderation.known(site, moved) is None, "no second copy was stored"
    assert in_force(moderation, site, GOOD)[0] == "reject"


def test_a_report_binds_its_author_and_nobody_else(moderation, reports, review, site):
    case = moderation.submit(site, GOOD)
    reports.report(site, GOOD, "reject", "akismet", ())
    other = Arrival(GOOD.content, "Ani", "ani@example.com")
    mine = Arrival(GOOD.content, "Budi", "budi@example.com", permalink="https://x.example/2")
    assert moderation.try_out(site, other).verdict == "accept"
    assert moderation.try_out(site, mine).verdict == "reject"
    review.rule(site, case.id, "reject", "ani")
    assert moderation.try_out(site, other).verdict == "reject", "a person's word is for the text"


def test_trying_out_stores_nothing(moderation, site):
    assert moderation.try_out(site, SPAM).verdict == "reject"
    assert moderation.known(site, SPAM) is None


def test_what_is_not_live_is_no_flood(moderation, site):
    def spam(number):
        return Arrival(f"slot gacor {number}", "Budi", "b@x.org")  # never becomes trusted

    for number in range(61):
        moderation.submit(site, spam(number), live=False)
    with pytest.raises(TooMany):
        moderation.submit(site, spam(61))


def test_figures(moderation, reports, site, clock):
    moderation.submit(site, GOOD)
    moderation.submit(site, SPAM)
    reports.report(site, GOOD, "reject", "akismet", ())
    reports.report(site, SPAM, "accept", "akismet", ())
    day_ago, tomorrow = clock.time - timedelta(days=1), clock.time + timedelta(days=1)
    assert reports.tally(site, day_ago) == Tally(1, 1, 1, 1)
    assert reports.tally(site, tomorrow) == Tally(0, 0, 0, 0)


@pytest.mark.parametrize("name", [*REPORTERS, "Akismet"])
def test_no_moderator_can_have_the_name_of_a_door(access, name):
    with pytest.raises(Conflict):
        access.add_moderator(name, "moderator", "a password")


@pytest.mark.parametrize("address", ["0.0.0.0", "::", ""])
def test_no_address_is_nobodys_network(moderation, site, address):
    arrival = Arrival("halo dunia", "Budi", author_ip=address)
    assert moderation.submit(site, arrival).submission.network_key == ""
