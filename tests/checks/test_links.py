"""Hosts, links, and what only looks like one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.checks import hosts as names
from service.checks.folding import fold
from service.checks.links import EVIDENCE, HOLD_WEIGHT, hosts, links
from tests.test_policy import SUBMISSION


@pytest.mark.parametrize(
    ("text", "name", "hidden", "look_alike"),
    [
        ("cek https://slot88.com/abc ya", "slot88.com", False, False),
        ("www.detik.id", "detik.id", False, False),
        ("baca di detik.com.", "detik.com", False, False),
        ("bagus.com.dan lain", "bagus.com", False, False),
        ("bit.ly/3abc", "bit.ly", False, False),
        ("kompas.co.id", "kompas.co.id", False, False),
        ("slot88.id", "slot88.id", False, False),
        ("hxxp://slot88.com", "slot88.com", True, False),
        ("slot88 . com", "slot88.com", True, False),
        ("slot88 dot com", "slot88.com", True, False),
        ("slot88 titik com", "slot88.com", True, False),
        ("slot88(dot)com", "slot88.com", True, False),
        ("slot88[.]net", "slot88.net", True, False),
        ("slot88,com", "slot88.com", True, False),
        ("slоt88.cоm", "slot88.com", False, True),
        ("𝐬𝐥𝐨𝐭𝟖𝟖.𝐜𝐨𝐦", "slot88.com", False, True),
    ],
)
def test_it_works(text, name, hidden, look_alike):
    (host,) = names.find(fold(text))
    assert (host.name, host.hidden, host.look_alike) == (name, hidden, look_alike)


@pytest.mark.parametrize(
    "text",
    [
        "versi v1.2",
        "harga Rp1.000",
        "Rp 5.000.000",
        "dll.dan lain-lain",
        "mantap.lanjut",
        "bagus.live terus",
        "goblok.org ini",
        "semua.to",
        "[email]",
        "hubungi [email].",
        "pukul 10.30.",
        "dr.Tirta",
        "saya suka. info dong",
        "http://[ip]/x",
        "...",
        "titik komanya",
    ],
)
def test_no_links(text):
    assert names.find(fold(text)) == []


def test_places_are_those_of_the_original():
    text = "𝐜𝐞𝐤 slоt88.cоm/a yuk"
    (host,) = names.find(fold(text))
    assert text[host.start : host.end] == "slоt88.cоm/a"


def test_hosts_of_every_field_but_never_the_own():
    submission = replace(
        SUBMISSION,
        content="lihat https://contoh.com/x dan berita.co.id",
        author_name="toko88.net",
        author_url="https://www.toko.shop/",
        permalink="https://www.berita.co.id/1",
    )
    assert hosts(submission) == ("contoh.com", "toko88.net", "toko.shop")


def raised(hold_from=2, rejected=(), names=0, **fields):
    return links(
        replace(SUBMISSION, **fields),
        hold_from=hold_from,
        rejected_hosts=frozenset(rejected),
        website_names=names,
    )


LONG = "Menurut saya berita ini sudah benar, coba baca juga sumber aslinya di sini: "


@pytest.mark.parametrize(
    ("fields", "held"),
    [
        ({"content": LONG + "contoh.com"}, False),
        ({"content": LONG + "contoh.com dan lain.com"}, True),
        ({"content": LONG + "contoh.com dan lain.com", "hold_from": 0}, False),
        ({"content": "contoh.com"}, False),
        ({"content": LONG + "slot88 dot com"}, True),
        ({"content": LONG + "slоt88.cоm"}, True),
        ({"content": LONG + "contoh.com", "rejected": ["contoh.com"]}, True),
        ({"author_url": "https://contoh.com", "rejected": ["contoh.com"]}, True),
        ({"author_url": "https://bit.ly/x"}, False),
        ({"author_name": "slot88.com"}, True),
        ({"author_name": "Jasa SEO Murah", "author_url": "https://contoh.com"}, True),
        ({"author_url": "https://contoh.com", "names": 2}, False),
        ({"author_url": "https://contoh.com/obat-kuat-pria", "names": 2}, True),
    ],
)
def test_what_holds(fields, held):
    (signal,) = raised(**fields)
    assert (signal.code, signal.threshold) == ("LINKS", HOLD_WEIGHT)
    assert (signal.weight >= HOLD_WEIGHT) is held


@pytest.mark.parametrize(
    "fields",
    [
        {"content": "Tidak ada apa-apa"},
        {"author_url": "https://blog-saya.com"},
        {"author_name": "Jasa SEO Murah"},
        {"content": "lihat https://berita.id/2", "permalink": "https://berita.id/1"},
    ],
)
def test_what_says_nothing(fields):
    assert raised(**fields) == []


def test_weight_grows_with_evidence():
    one = raised(content=LONG + "contoh.com")[0].weight
    more = raised(content=LONG + "contoh.com bit.ly/x")[0].weight
    most = raised(content=LONG + "contoh.com bit.ly/x", rejected=["contoh.com"])[0].weight
    assert 0 < one < more < most <= 1
    assert one == EVIDENCE["link"]


@given(st.text() | st.text(alphabet="ab8. /:-comdt()[]х"))
def test_any_text(text):
    for host in names.find(fold(text)):
        assert 0 <= host.start < host.end <= len(text)
    raised(content=text, author_name=text, author_url=text, permalink=text)
