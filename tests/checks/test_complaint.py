"""What a reader says about a comment, told from the comment that they repeat."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.checks.complaint import complains, own_words, quoted_part
from service.checks.sketch import is_baited

OTHER = "Awalnya cuma coba coba di RAJA77 eh malah keterusan karena tiap malam ada hasilnya"


@pytest.mark.parametrize(
    ("text", "own"),
    [
        (f"Min, tolong hapus komentar ini: {OTHER}", "min tolong hapus komentar ini"),
        (f"tolong hapus ini {OTHER.replace('RAJA77', 'koko88')}", "tolong hapus ini"),
        (f"𝐭𝐨𝐥𝐨𝐧𝐠 𝐡𝐚𝐩𝐮𝐬 komentar {OTHER}", "tolong hapus komentar"),
        (OTHER, ""),
        (f"tolong hapus {OTHER}", ""),  # two words are no complaint
        (f"halo semua apa kabar hari ini {OTHER}", ""),
        (f"tolong hapus ini dong {OTHER} cek raja77.com", ""),
        ("tolong hapus komentar ini dong", ""),
        ("", ""),
    ],
)
def test_it_works(text, own):
    assert own_words(text, OTHER) == own


def test_a_link_that_was_there_is_part_of_the_quotation():
    other = f"{OTHER} di raja77.com"
    assert own_words(f"tolong hapus komentar ini {other}", other)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Min, hapus: satu dua tiga empat lima", "satu dua tiga empat lima"),
        ('hapus "satu dua tiga empat lima"', 'satu dua tiga empat lima"'),
        ("hapus:\nsatu dua tiga empat lima", "satu dua tiga empat lima"),
        ("jam 10:30", ""),
        ("tanpa tanda apa pun di sini", ""),
    ],
)
def test_the_part_behind_the_mark(text, part):
    assert quoted_part(text) == part


@pytest.mark.parametrize(
    ("text", "baited"),
    [
        ("main di RAJA77 saja", True),
        ("cek https://raja.com ya", True),
        ("main di 𝐫𝐚𝐣𝐚 saja", True),
        ("main di r a j a 7 7 saja", True),
        ("main di r.a.j.a saja", True),
        ("zeta-21 paling mantap", True),
        ("Semoga korban gempa diberi ketabahan 🙏🇮🇩", False),
        ("pasal 28E UUD 1945, luas 20 m²", False),
        ("", False),
    ],
)
def test_what_spam_is_posted_for(text, baited):
    assert is_baited(text) is baited


@given(st.text(), st.text())
def test_any_text(text, other):
    complains(text)
    quoted_part(text)
    assert len(own_words(text, other)) <= 4 * len(text) + 1
