"""Personal data in the text. Every number here is made up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.checks.personal import CONCEALED, conceal, personal


@pytest.mark.parametrize(
    ("text", "found", "weight"),
    [
        ("hubungi 081234567890 ya", "081234567890", 0.6),
        ("hubungi 0812-3456-7890 ya", "0812-3456-7890", 0.6),
        ("hubungi 0812.3456.7890", "0812.3456.7890", 0.6),
        ("hubungi +62 812 3456 7890.", "+62 812 3456 7890", 0.6),
        ("hubungi 6281234567890", "6281234567890", 0.6),
        ("0 8 1 2 3 4 5 6 7 8 9 0", "0 8 1 2 3 4 5 6 7 8 9 0", 0.6),
        ("kantornya (021) 555-1234", "(021) 555-1234", 0.6),
        ("NIK 3271046504930002 atas nama", "3271046504930002", 1.0),
        ("kartu 4111 1111 1111 1111", "4111 1111 1111 1111", 1.0),
        ("alamatnya [email] lho", "[email]", 0.6),
        (
            "dia di Jl. Melati Indah No. 12, RT 03/RW 05 situ",
            "Jl. Melati Indah No. 12, RT 03/RW 05",
            0.6,
        ),
        ("kampung Baru RT.003 RW.005", "kampung Baru RT.003 RW.005", 0.6),
        ("rumahnya di jalan Kenanga no 7", "rumahnya di jalan Kenanga no 7", 0.6),
        (
            "alamat pelaku: Perum Asri no 12B ya",
            "alamat pelaku: Perum Asri no 12B",
            0.6,
        ),
    ],
)
def test_it_works(text, found, weight):
    (signal,) = personal(text)
    assert (signal.code, signal.weight) == ("PERSONAL_DATA", weight)
    assert [text[match.start : match.end] for match in signal.matches] == [found]


@pytest.mark.parametrize(
    "text",
    [
        "Rp 1.000.000.000",
        "Rp12.345.678.900.000",
        "tahun 1945 1965 1998 2014 2019",
        "2019-2024",
        "17-08-1945 pukul 10.00",
        "skor 3-2 (agregat 5-4)",
        "https://contoh.com/4111111111111111",
        "www.contoh.com/p?id=081234567890",
        "nomor 1234567890123456",
        "kartu 4111111111111112",
        "0000000000000000",
        "pasal 28E ayat 3 UUD 1945",
        "macet di Jalan Sudirman sejak pagi",
        "kantor pusatnya di Jl. Medan Merdeka Barat No. 12",
        "warga RT 03 RW 05 kerja bakti",
        "jalan rusak di RT kami, nomor 1 se-kota",
        "rumah sakit di jalan itu penuh",
        "1234567890",
    ],
)
def test_what_is_nobodys(text):
    assert personal(text) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("WA 0812-3456-7890 ya", "WA ████-████-██90 ya"),
        ("NIK 3271046504930002, [email]", "NIK ██████████████02, [email]"),
        ("telp +62 812 3456 7890", "telp +██ ███ ████ ██90"),
        ("kartu 4111 1111 1111 1111", "kartu ████ ████ ████ ██11"),
        ("rumahnya di Jl. Melati no. 12 kok", "rumahnya di Jl. Melati no. ██ kok"),
        ("Jl. Melati RT 05/RW 03", "Jl. Melati RT ██/RW ██"),
        ("harga Rp 1.250.000, tahun 2026", "harga Rp 1.250.000, tahun 2026"),
    ],
)
def test_what_identifies_somebody_is_concealed(text, shown):
    assert conceal(text) == shown


@pytest.mark.parametrize(
    "text",
    ["WA 0812-3456-7890", "NIK 3271046504930002", "telp +62 812 3456 7890",
     "rumahnya di Jl. Melati no. 12", "Jl. Melati RT 05/RW 03"],
)  # fmt: skip
def test_what_was_concealed_is_told_as_before(text):
    """Judged again, the stored comment raises what it raised when it came."""
    assert personal(conceal(text)) == personal(text) != []
    assert conceal(conceal(text)) == conceal(text)


@pytest.mark.parametrize("text", ["memuat ██████████ 90%", "█████ 50", "████████████████████"])
def test_blocks_are_no_number(text):
    assert personal(text) == []


@given(st.text() | st.text(alphabet="0123456789 -.()+/█") | st.text(alphabet="08123 -١"))
def test_concealing_moves_nothing(text):
    shown = conceal(text)
    assert len(shown) == len(text)
    assert all(new in (old, CONCEALED) for old, new in zip(text, shown, strict=True))


@given(st.text() | st.text(alphabet="0123456789 -.()+/"))
def test_any_text(text):
    assert all(0 <= m.start < m.end <= len(text) for s in personal(text) for m in s.matches)
