"""Every way of hiding words: it changes the text, repeats for a seed, and keeps what it should."""

from __future__ import annotations

import unicodedata
from random import Random

import pytest

from training.obfuscate import WAYS, obfuscate

SPAM = "Main di KOPILUWAK88 pasti menang, daftar di kopiluwak88.example sekarang!"


def test_there_are_twelve_ways() -> None:
    assert len(WAYS) == 12


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("seed", range(5))
def test_every_way_changes_a_spam_line(way: str, seed: int) -> None:
    assert obfuscate(SPAM, way, Random(seed)) != SPAM


@pytest.mark.parametrize("way", WAYS)
def test_the_same_seed_gives_the_same_text(way: str) -> None:
    assert obfuscate(SPAM, way, Random(3)) == obfuscate(SPAM, way, Random(3))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("text", ["", " ", "\n", "a", "🙂", "é", "12"])
def test_odd_texts_pass_through_without_a_fault(way: str, text: str) -> None:
    assert isinstance(obfuscate(text, way, Random(1)), str)


@pytest.mark.parametrize("way", ["fancy_alphabet", "zero_width", "bidi_controls", "emoji_inside"])
def test_line_breaks_stay(way: str) -> None:
    assert obfuscate("satu dua\ntiga", way, Random(2), share=1.0).count("\n") == 1


def test_a_small_share_hides_the_brand_first() -> None:
    hidden = obfuscate("ayo main di zebra77 ya", "spaced_letters", Random(4), share=0.2)
    assert hidden.startswith("ayo main di ")
    assert "zebra77" not in hidden


def test_zero_width_and_marks_leave_the_letters() -> None:
    for way in ("zero_width", "combining_marks"):
        hidden = obfuscate(SPAM, way, Random(5))
        kept = [c for c in hidden if unicodedata.category(c) not in {"Cf", "Mn", "Me", "Mc"}]
        assert "".join(kept) == SPAM


def test_domains_only_touches_links_and_brands() -> None:
    hidden = obfuscate(SPAM, "homoglyph_domain", Random(6))
    assert hidden.startswith("Main di ")
    assert "pasti menang, daftar di" in hidden
    assert obfuscate("tanpa tautan sama sekali", "homoglyph_domain", Random(6)).isascii()


def test_an_unknown_way_is_refused() -> None:
    with pytest.raises(KeyError):
        obfuscate(SPAM, "rot13", Random(1))
