"""Near copies and quotations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.checks.quotes import LONG, unquoted
from service.checks.sketch import BANDS, HASHES, NEAR_COPY, similarity, sketch

SPAM = "Alhamdulillah modal receh di 𝐀𝐄𝐑𝐎𝟖𝟖 semalam langsung cair jutaan rupiah, terima kasih admin"


def near(a, b):
    one, two = sketch(a, "s"), sketch(b, "s")
    shared = set(enumerate(one.bands)) & set(enumerate(two.bands))
    return bool(shared) and similarity(one.signature, two.signature) >= NEAR_COPY


@pytest.mark.parametrize(
    "copy",
    [
        SPAM,
        SPAM.upper(),
        SPAM.replace("𝐀𝐄𝐑𝐎𝟖𝟖", "PULAU777"),
        SPAM.replace("𝐀𝐄𝐑𝐎𝟖𝟖", "P\u0336U\u0336L\u0336A\u0336U\u0336"),
        SPAM.replace("𝐀𝐄𝐑𝐎𝟖𝟖", "🔥🔥 kyt4d 🔥🔥"),
        SPAM.replace("𝐀𝐄𝐑𝐎𝟖𝟖", "https://contoh.com/daftar"),
        SPAM.replace(" ", "  "),
        SPAM.replace("jutaan", "j u t a a n"),
        SPAM.replace("terima kasih admin", "terima kasiiiih admin!!! 😂"),
        "Gas bosku " + SPAM,
    ],
)
def test_it_works(copy):
    assert near(SPAM, copy)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (
            "Harga beras naik terus, pemerintah harus segera turun tangan membantu rakyat kecil",
            "Pemerintah jangan diam saja, harga beras sudah mencekik rakyat kecil di kampung saya",
        ),
        (
            "Semoga pak gubernur tetap amanah dan membangun jalan di kampung kami",
            "Semoga korban banjir di kampung kami segera mendapat bantuan dari pak gubernur",
        ),
    ],
)
def test_honest_comments_about_the_same_stay_apart(a, b):
    assert not near(a, b)


@pytest.mark.parametrize(
    "text",
    ["", "mantap", "setuju pak", "aamiin", "mantap mantap mantap mantap mantap", "88 77 66 55"],
)
def test_what_everybody_writes_has_no_sketch(text):
    assert sketch(text, "s").bands == ()
    assert sketch(text, "s").signature == b""


def test_bands_fit_signed_columns_and_sites_stay_apart():
    here, there = sketch(SPAM, "a"), sketch(SPAM, "b")
    assert len(here.bands) == BANDS
    assert all(0 <= band < 1 << 63 for band in here.bands)
    assert not set(here.bands) & set(there.bands)
    assert here.signature == there.signature
    assert len(here.signature) == HASHES


def test_sketches_are_the_same_in_every_process_and_release():
    """Stored beside comments: a change here needs a migration that computes them again."""
    made = sketch("satu dua tiga empat lima enam tujuh delapan sembilan", "situs")
    assert made.bands == (
        6970023979816789234,
        4644504957142708656,
        5974936857770201654,
        7712765643396550343,
        8057778914403468364,
        2192482030910542495,
    )
    assert made.signature[:8].hex() == "b43e70ab15ff794d"


def test_similarity_of_nothing():
    assert similarity(b"", b"") == 0
    assert similarity(sketch(SPAM, "s").signature, b"") == 0


@given(st.text(), st.text())
def test_any_text(a, b):
    one, two = sketch(a, b), sketch(b, a)
    assert 0 <= similarity(one.signature, two.signature) <= 1
    assert len(one.bands) in (0, BANDS)


HONEST = "Saya setuju dengan pendapat bapak, semoga pemerintah segera memperbaiki jalan desa kami."


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (HONEST + " Main di slot88.com yuk", ". Main di slot88.com yuk"),
        ('Spam lagi: "' + HONEST.upper() + '" tolong hapus', 'Spam lagi: " ." tolong hapus'),
        (HONEST, ""),
        (
            "semoga pemerintah segera memperbaiki jalan",
            "semoga pemerintah segera memperbaiki jalan",
        ),
        ("Komentar saya sendiri, panjang dan tidak ada di mana-mana", None),
        ("", ""),
    ],
)
def test_quotations_are_taken_out(text, left):
    assert unquoted(text, ["pendek", HONEST]) == (text if left is None else left)


@given(st.text(), st.lists(st.text(), max_size=3))
def test_any_quotation(text, others):
    left = unquoted(text, others)
    assert len(left) <= len(text)
    assert unquoted(text, []) == text


def test_eight_words_are_the_least():
    said = [f"kata{chr(97 + i)}" for i in range(LONG)]
    assert unquoted(" ".join(said), [" ".join(said)]) == ""
    assert unquoted(" ".join(said[1:]), [" ".join(said)]) == " ".join(said[1:])
