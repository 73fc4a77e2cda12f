"""Letters in disguise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.checks.disguise import DECORATION_WEIGHT, disguise
from service.checks.folding import fold


def raised(text):
    return {signal.code: signal.weight for signal in disguise(text, fold(text))}


@pytest.mark.parametrize(
    ("text", "code", "weight"),
    [
        ("main di 𝐀𝐄𝐑𝐎𝟖𝟖 selalu jp", "OBFUSCATED_TEXT", 0.5),
        ("main di A̾r̾w̾a̾n̾a̾ selalu jp", "OBFUSCATED_TEXT", 0.5),
        ("main sl\u200bot selalu jp", "OBFUSCATED_TEXT", 0.5),
        ("main 𝐬𝐥𝐨𝐭 di 𝐀𝐄𝐑𝐎𝟖𝟖 selalu jp bang", "OBFUSCATED_TEXT", 0.75),
        ("𝐀𝐄𝐑𝐎𝟖𝟖", "OBFUSCATED_TEXT", 0.5),
        ("main di A L E X I S 1 7 yuk", "OBFUSCATED_TEXT", 0.5),
        ("main di ░A░░L░░E░░X░ yuk", "OBFUSCATED_TEXT", 0.5),
        ("G O K I L bang", "OBFUSCATED_TEXT", 0.2),
        ("🇸🇱🇴🇹🇸 yuk main", "OBFUSCATED_TEXT", 0.5),
        ("balik \u202earah", "OBFUSCATED_TEXT", 0.5),
        ("𝘙𝘶𝘮𝘢𝘩 𝘴𝘦𝘨𝘦𝘥𝘦 𝘪𝘵𝘶 𝘬𝘦𝘬", "OBFUSCATED_TEXT", DECORATION_WEIGHT),
        ("main ѕlоt yuk", "MIXED_SCRIPT", 0.4),
        ("main ѕlоt gасоr yuk", "MIXED_SCRIPT", 0.64),
    ],
)
def test_it_works(text, code, weight):
    assert raised(text) == {code: weight}


@pytest.mark.parametrize(
    "text",
    [
        "Komentar biasa saja, bang!",
        "السلام عليكم ورحمة الله",
        "Assalamu'alaikum اَلسَّلَامُ عَلَيْكُمْ semuanya",
        "Merdeka 🇮🇩🇵🇸🇮🇩🇮🇩",
        "salam dari korea🇰🇷",
        "王小明 setuju",
        "Привет, saya dari Moskwa",
        "น้ำตาไหลเลยครับ",
        "café Pokémon naïve",
        "tanah 200 m² di km² ke-1ˢᵗ, Merek™",
        "mantap 💪🏽👨‍👩‍👧❤️ 1️⃣",
        "kadar PM2.5 35 μg/m3",
        "kata\u00adsambung",
        "don\x92t",
        "A.B. dan C.D. sudah hadir",
        "",
    ],
)
def test_what_is_no_disguise(text):
    assert raised(text) == {}


def test_matches_are_the_disguised_words():
    text = "main di 𝐀𝐄𝐑𝐎𝟖𝟖 ya"
    (match,) = disguise(text, fold(text))[0].matches
    assert text[match.start : match.end] == "𝐀𝐄𝐑𝐎𝟖𝟖"


@given(st.text() | st.text(alphabet="aб\u0336\u200b\u202e𝐀🇮é .-░8"))
def test_any_text(text):
    for signal in disguise(text, fold(text)):
        assert 0 < signal.weight <= 1
        assert all(0 <= m.start < m.end <= len(text) for m in signal.matches)
