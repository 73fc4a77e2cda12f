"""Folding, and the words that were pulled apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.checks.folding import fold
from service.checks.words import key_of, keys, signed, spaced, words
from service.scoring.alphabet import Kind
from tests.invariants import TWICE_FOLDED


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Mantap Sekali", "mantap sekali"),
        ("𝐬𝐥𝐨𝐭 𝕤𝕝𝕠𝕥 ⓢⓛⓞⓣ ｓｌｏｔ", "slot slot slot slot"),
        ("ѕlоt", "slot"),
        ("s\u0336l\u0336o\u0336t\u0336", "slot"),
        ("sl\u200bot", "slot"),
        ("Café", "cafe"),
        ("baris\nbaru\tlagi", "baris baru lagi"),
        ("", ""),
    ],
)
def test_it_works(text, folded):
    assert fold(text).text == folded


def test_positions_are_those_of_the_original():
    folded = fold("ab\u200b\u0336𝐜 d")
    assert folded.text == "abc d"
    assert list(folded.positions) == [0, 1, 4, 5, 6]
    assert folded.span(2, 5) == (4, 7)


def test_kinds_count_what_is_dropped_too():
    folded = fold("a\u0336b\u200b𝐜")
    counts = {kind: folded.count(kind) for kind in (Kind.COMBINING, Kind.HIDDEN, Kind.FANCY)}
    assert counts == {Kind.COMBINING: 1, Kind.HIDDEN: 1, Kind.FANCY: 1}


@given(st.text())
def test_any_text_folds_in_place(text):
    folded = fold(text)
    assert len(folded.text) == len(folded.positions)
    assert len(folded.kinds) == len(text)
    assert list(folded.positions) == sorted(set(folded.positions))


@given(st.text(alphabet=st.characters(max_codepoint=0x7F)))
def test_the_short_way_for_ascii_is_the_same_way(text):
    wide = fold(text + "é")
    assert (fold(text).text, fold(text).kinds) == (wide.text[:-1], wide.kinds[:-1])


@given(st.text())
def test_words_and_their_keys_agree(text):
    folded = fold(text)
    assert [word.key for word in words(folded)] == keys(folded)
    for word in (*words(folded), *spaced(folded, keys(folded)), *signed(folded)):
        assert 0 <= word.start < word.end <= len(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("s l o t", ["slot"]),
        ("s.l.o.t", ["slot"]),
        ("s-l-o-t", ["slot"]),
        ("ｓ ｌ ｏ ｔ", ["slot"]),
        ("s l o t   j p", ["slotjp", "slot", "jp"]),
        ("main s l o t yuk", ["slot"]),
        ("a b", []),
        ("kami di a dan b", []),
    ],
)
def test_runs_of_single_letters(text, found):
    folded = fold(text)
    assert [word.text for word in spaced(folded, keys(folded))] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [("b@ngsat", ["b@ngsat"]), ("a$u!", ["a$u"]), ("mantap!", []), ("$lot", ["$lot"])],
)
def test_signs_for_letters(text, found):
    assert [word.text for word in signed(fold(text))] == found


@pytest.mark.parametrize("text", ["slot", "sl0t", "s1ot", "$lot", "slooot", "ssllott"])
def test_one_key_for_every_spelling(text):
    assert key_of(text) == key_of("slot")


def test_folding_is_done_after_once_but_for_six_capitals():
    """All of Unicode. The tables are the model's, so the six stay until a model is trained anew."""
    every = "".join(map(chr, range(0x110000)))
    once = fold(every)
    twice = fold(once.text)
    again = dict(zip(twice.positions, twice.text, strict=True))
    assert {
        every[once.positions[at]] for at, char in enumerate(once.text) if again.get(at) != char
    } == TWICE_FOLDED
