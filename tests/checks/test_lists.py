"""Banned, suspect and allowed words."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.checks.folding import fold
from service.checks.listed import Lists, listed
from service.checks.lists import WordList
from service.comments import Match
from service.errors import Invalid
from tests.test_policy import SUBMISSION


def found(text, *entries):
    return [text[hit.start : hit.end] for hit in WordList(entries).find(fold(text))]


@pytest.mark.parametrize(
    ("entry", "text", "hit"),
    [
        ("slot", "main slot yuk", "slot"),
        ("slot", "main SLOT, yuk", "SLOT"),
        ("slot", "main 𝐬𝐥𝐨𝐭 yuk", "𝐬𝐥𝐨𝐭"),
        ("slot", "main ѕlоt yuk", "ѕlоt"),
        ("slot", "main s l o t yuk", "s l o t"),
        ("slot", "main s.l.o.t yuk", "s.l.o.t"),
        ("slot", "main s-l-o-t yuk", "s-l-o-t"),
        ("slot", "main sl0t yuk", "sl0t"),
        ("slot", "main slooooot yuk", "slooooot"),
        ("slot", "s l o t g a c o r", "s l o t g a c o r"),
        ("𝐬𝐥𝐨𝐭", "main slot", "slot"),
        ("slot*", "main slot88 yuk", "slot88"),
        ("slot*", "main 5lotgacor yuk", "5lotgacor"),
        ("slot gacor", "cari Slot  Gacor!", "Slot  Gacor"),
        ("slot gacor", "s l o t g a c o r", "s l o t g a c o r"),
        ("situs slot*", "situs slot77 resmi", "situs slot77"),
        ("bangsat", "dasar b@ngs4t!", "b@ngs4t"),
        ("anjing", "anj1ng kau", "anj1ng"),
        ("goblok", "gobloooook", "gobloooook"),
        ("maaf", "maaaaaf ya", "maaaaaf"),
        (r"/\bwa\s*\d{4,}/", "hub WA 08123", "WA 08123"),
        ("/🎰+/", "ayo 🎰🎰 jp", "🎰🎰"),
    ],
)
def test_it_works(entry, text, hit):
    assert found(text, entry) == [hit]


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ("twat", "smartwatch baru"),
        ("cialis", "dokter specialist"),
        ("slot", "slot88"),
        ("slot", "pilot dan slotted"),
        ("god", "good"),
        ("ass", "tahun 455"),
        ("kill", "kil"),
        ("maaf", "maf"),
        ("slot", "siot"),
        ("slot gacor", "slot yang gacor"),
        ("slot*", "aslot"),
        ("anu", "an u"),
    ],
)
def test_what_is_another_word(entry, text):
    assert found(text, entry) == []


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("!!!", "no_word"),
        ("*", "no_word"),
        ("a*b", "wildcard"),
        ("slot *", "wildcard"),
        ("x" * 201, "too_long"),
        ("a b c d e f g h i", "too_many_words"),
        ("/(/", "pattern"),
        (r"/\C/", "pattern"),
        ("/a(?=b)/", "pattern_look_around"),
        ("/(?<!a)b/", "pattern_look_around"),
        (r"/(a)\1/", "pattern_back_reference"),
        ("/((a{30}){30}){30}/", "pattern_too_large"),
        ("/(\\w{1,100} ){1,10}/", "pattern_too_large"),
        ("/a*/", "pattern_matches_nothing"),
    ],
)
def test_entries_refused_when_saved(entry, code):
    with pytest.raises(Invalid) as refused:
        WordList(["slot", entry], field="banned")
    assert [(error.field, error.code) for error in refused.value.fields] == [("banned[1]", code)]


def test_every_bad_entry_is_named():
    with pytest.raises(Invalid) as refused:
        WordList(["", "slot", "a*b", "/(/"])
    assert [error.field for error in refused.value.fields] == ["words[0]", "words[2]", "words[3]"]


def test_too_many_entries():
    with pytest.raises(Invalid) as refused:
        WordList(["slot"] * 20_001)
    assert [(e.field, e.code, e.limit) for e in refused.value.fields] == [
        ("words", "too_many", 20_000)
    ]


def test_the_tables_grow_with_words_and_the_look_ups_do_not():
    few, many = WordList(["slot", "togel"]), WordList([f"kata{i}x" for i in range(5000)])
    assert few._sizes == many._sizes == [1]  # one look-up per word, however many entries


def test_allowed_beats_banned_and_suspect():
    lists = Lists(WordList(["slot"]), WordList(["judi"]), WordList(["slot parkir", "judicial"]))
    text = replace(SUBMISSION, content="slot parkir penuh, slot kosong")
    (signal,) = listed(text, lists)
    assert (signal.code, signal.matches) == ("BANNED_WORD", (Match(19, 23, 1.0),))


def test_suspect_weighs_less_and_the_name_is_read_too():
    lists = Lists(WordList(["slot"]), WordList(["judi"]))
    raised = listed(replace(SUBMISSION, content="soal judi", author_name="S l o t"), lists)
    assert [(s.code, s.weight, len(s.matches)) for s in raised] == [
        ("BANNED_WORD", 1.0, 0),
        ("SUSPECT_WORD", 0.5, 1),
    ]


def test_no_lists_no_signals():
    assert listed(replace(SUBMISSION, content="slot"), Lists()) == []


LIST = WordList(["slot", "slot*", "situs judi", "bangsat", "/wa \\d+/", "maaf", "ilil"])


@given(st.text() | st.text(alphabet="sl0o1t!i $.-maf𝐬о\u0336🎰"))
def test_any_text_is_searched(text):
    for hit in LIST.find(fold(text)):
        assert 0 <= hit.start < hit.end <= len(text)


@given(st.lists(st.text(max_size=20), max_size=5))
def test_any_entries_are_compiled_or_refused_as_invalid(entries):
    with suppress(Invalid):
        WordList(entries).find(fold(" ".join(entries)))
