"""Names that are search words and websites that are shops, beside people with a page of their own.

The rule was written from what is known of such spam; these forms were collected apart from it.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.checks.folding import fold
from service.checks.links import HOLD_WEIGHT, links
from service.checks.website import is_deep, is_empty_praise, is_shop, observations
from tests.test_policy import SUBMISSION

ORDINARY = "Menurut saya pemerintah sebaiknya memperbaiki jalan itu sebelum musim hujan tiba."
PRAISE = "Artikelnya sangat bermanfaat, terima kasih sudah berbagi informasi."
THANKS = "Nice post, thanks for sharing this with us."


def weight(name: str, url: str, text: str = ORDINARY, title: str = "") -> float:
    sent = replace(SUBMISSION, author_name=name, author_url=url, content=text, post_title=title)
    raised = links(sent, hold_from=3, rejected_hosts=frozenset())
    return raised[0].weight if raised else 0.0


@pytest.mark.parametrize(
    ("name", "url", "text"),
    [
        ("Jual Obat Kuat", "https://apotek-herbal.example/", ORDINARY),
        ("best casino online", "https://win.example/", ORDINARY),
        ("Sewa Mobil Lombok", "https://sewamobillombok.example/", PRAISE),
        ("sumur bor bekasi", "https://jasasumurbor.example/", PRAISE),
        ("Rental Elf Surabaya", "https://elf.example/rental-elf-surabaya/", PRAISE),
        ("IPTV subscription", "https://iptv.shop/", THANKS),
        ("roofing contractor tampa", "https://tampa-roofs.example/", THANKS),
        ("payday loans no credit check", "https://a.example/", THANKS),
        ("Andrea", "https://cheapjerseys.example/nba/", THANKS),
        ("emergency plumber london", "https://b.example/", THANKS),
        ("carpet cleaning in dubai", "https://carpetcleaningindubai.example/", THANKS),
        ("Rina", "https://pinjaman-online-cepat.example/", PRAISE),
    ],
)
def test_it_works(name, url, text):
    assert weight(name, url, text) >= HOLD_WEIGHT


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("Budi Santoso", "https://budisantoso.com/"),
        ("Budi Santoso", "https://budisantoso.blogspot.com/2024/05/perjalanan-ke-dieng.html"),
        ("Dewi", "https://www.dewilestari.id"),
        ("Dana Prasetya", "https://danaprasetya.wordpress.com"),
        ("Toto Sugiarto", "https://toto.web.id/"),
        ("Judi Dench", "https://judi.example/"),
        ("George Best", "https://georgebest.example/"),
        ("Loan Nguyen", "https://loan.example/blog"),
        ("Bandar bin Sultan", "https://example.com/"),
        ("Guru Desa", "https://gurudesa.my.id/catatan-mengajar"),
        ("Ibu rumah tangga", "https://dapurbunda.blogspot.com/"),
        ("Warga Depok", "https://facebook.com/warga.depok"),
        ("Price, Alan", "https://alanprice.example/"),
        ("anak kost", "https://instagram.com/anak.kost"),
        ("Penghargaan Sastra", "https://penghargaansastra.example"),
        ("Siti", "https://judithsaragih.example/tentang"),
    ],
)
def test_people_with_a_page_of_their_own(name, url):
    assert weight(name, url) < HOLD_WEIGHT
    assert weight(name, url, "Terima kasih infonya, sangat bermanfaat.") < HOLD_WEIGHT


@pytest.mark.parametrize("name", ["Jual Obat Kuat", "best casino online", "Tukang Sewa"])
def test_a_name_without_a_link_sells_nothing(name):
    assert weight(name, "") == 0.0


def test_a_link_in_the_text_stands_for_a_website():
    text = "Nice article, thanks for sharing. Visit our site: https://curtains.biz/"
    assert weight("Blackout Curtains Dubai", "", text) >= HOLD_WEIGHT


@pytest.mark.parametrize(
    ("text", "title", "empty"),
    [
        (THANKS, "", True),
        (PRAISE, "Harga cabai naik", True),
        ("Terima kasih infonya soal harga cabai, sangat bermanfaat.", "Harga cabai naik", False),
        ("Terima kasih infonya.", "", False),
        (ORDINARY, "", False),
        ("Great post", "", False),
        (THANKS + " kata" * 80, "", False),
        ("", "", False),
    ],
)
def test_empty_praise(text, title, empty):
    assert is_empty_praise(fold(text).text, title) is empty


@pytest.mark.parametrize(
    ("url", "shop", "deep"),
    [
        ("https://obatkuatpria.example/", True, False),
        ("https://x.shop/", True, False),
        ("https://toko-bunga.example/a/b", True, True),
        ("https://budi.example/", False, False),
        ("https://budi.example/tentang", False, False),
        ("https://budi.example/beli-sofa-minimalis-murah", False, True),
        ("https://www.tokopedia.com/toko/x", False, False),
        ("https://penghargaan.example/", False, False),
        ("https://[ip]/a/b", False, False),
        ("http://[", False, False),
        ("", False, False),
    ],
)
def test_shops_and_deep_pages(url, shop, deep):
    assert (is_shop(url), is_deep(url)) == (shop, deep)


@given(st.text(), st.text() | st.from_regex(r"https?://.*"), st.text())
def test_any_text(name, url, text):
    list(observations(name, url, fold(text), text))
