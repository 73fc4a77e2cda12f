"""Mail domains that a site blocks or allows, throw-away ones, and what passes the door of them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.comments import Arrival
from service.errors import Invalid
from service.mailboxes import MailDomains
from service.privacy import seal
from service.rulebook import checked
from service.rules import Rules
from tests.conftest import SECRET

DOMAINS = MailDomains(["jahat.example", "müller.example"], ["baik.jahat.example", "mailinator.com"])


def mailbox(email: str, domains: MailDomains = DOMAINS) -> str:
    return seal(Arrival("Halo", author_email=email), "site", SECRET, domains).mailbox


@pytest.mark.parametrize(
    ("email", "kind"),
    [
        ("budi@jahat.example", "blocked"),
        ("Budi@JAHAT.example", "blocked"),
        ("budi@surat.jahat.example", "blocked"),
        ("budi@sangatjahat.example", ""),
        ("budi@baik.jahat.example", ""),
        ("budi@müller.example", "blocked"),
        ("budi@xn--mller-kva.example", "blocked"),
        ("budi@MÜLLER.example", "blocked"),
        ("budi@guerrillamail.com", "disposable"),
        ("budi@x.guerrillamail.com", "disposable"),
        ("budi@mailinator.com", ""),
        ("budi@gmail.com", ""),
        ("budi@example", ""),
        ("", ""),
    ],
)
def test_it_works(email, kind):
    assert mailbox(email) == kind


@pytest.mark.parametrize(
    "domain",
    ["gmail.com", "yahoo.co.id", "ymail.com", "telkom.net", "rocketmail.com", "proton.me",
     "outlook.co.id", "icloud.com", "kompas.com", "ui.ac.id", "plasa.com", "indo.net.id"],
)  # fmt: skip
def test_mail_of_ordinary_people_is_not_thrown_away(domain):
    assert mailbox(f"budi@{domain}", MailDomains()) == ""


@pytest.mark.parametrize("entry", ["@jahat.example", "jahat.example.", " JAHAT.example "])
def test_an_entry_may_be_written_in_several_ways(entry):
    assert mailbox("budi@jahat.example", MailDomains([entry])) == "blocked"


@pytest.mark.parametrize(
    "entry",
    ["", "com", "budi@jahat.example", "https://jahat.example", "jahat example.com", "-a.example",
     "a..example", "192.0.2.7", "*.jahat.example", "xn--a.example", "a" * 64 + ".example",
     ".".join(["a" * 60] * 5), "ja_hat.example"],
)  # fmt: skip
def test_what_is_no_domain_is_refused(entry):
    with pytest.raises(Invalid) as refused:
        checked(Rules(), {"blocked_email_domains": ["baik.example", entry]})
    (bad,) = refused.value.fields
    assert (bad.field, bad.code) == ("blocked_email_domains[1]", "domain")


def test_every_bad_entry_of_both_lists_is_named():
    with pytest.raises(Invalid) as refused:
        MailDomains(["a b", "baik.example"], ["com"])
    named = [bad.field for bad in refused.value.fields]
    assert named == ["blocked_email_domains[0]", "allowed_email_domains[0]"]


def test_too_many_entries():
    with pytest.raises(Invalid) as refused:
        MailDomains(["a.example"] * 20_001)
    assert [(e.code, e.limit) for e in refused.value.fields] == [("too_many", 20_000)]


def test_the_domain_does_not_pass_the_door():
    sealed = seal(Arrival("Halo", author_email="budi@jahat.example"), "site", SECRET, DOMAINS)
    assert "jahat" not in repr(sealed)
    assert sealed == seal(Arrival("Halo", author_email="budi@jahat.example"), "site", SECRET)


@given(st.text(), st.text())
def test_any_address_and_any_entry(email, entry):
    mailbox(email)
    with suppress(Invalid):
        MailDomains([entry])
