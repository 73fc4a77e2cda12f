"""Addresses, masks and handles become tokens, fast even where a text holds nothing else."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.scoring import addresses
from service.scoring.addresses import EMAIL, HANDLE, IP

SLOW = [HealthCheck.too_slow]  # on a busy machine


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("hubungi budi@example.com ya", f"hubungi {EMAIL} ya"),
        ("a@b.co!c@d.co", f"{EMAIL}{EMAIL}"),
        ("a%b@c.co, a%40b.co a﹫b.co a&#64;b.co", f"{EMAIL}, {EMAIL} {EMAIL} {EMAIL}"),
        ("x" * 100 + "@b.co", EMAIL),
        ('"budi s"@b.co', EMAIL),
        ("@budi @b.co", f"{HANDLE} {HANDLE}.co"),
        ("[email] [ip] 10.0.0.1 2001:db8::1", f"{EMAIL} {IP} {IP} {IP}"),
        ("2001%3Adb8%3a%3a1", IP),
        ("999.1.1.1 1.2.3 12:30:45 1:2", "999.1.1.1 1.2.3 12:30:45 1:2"),
    ],
)
def test_it_reads(text: str, read: str) -> None:
    assert addresses.tokens(text) == read


@settings(max_examples=500, deadline=None, derandomize=True, suppress_health_check=SLOW)
@given(st.text(alphabet='ab1.@:%40﹫＠ "<[]&#6;f', max_size=60))
def test_tokens_stand_where_the_pieces_are(text: str) -> None:
    assert addresses.replace(text, addresses.pieces(text)) == addresses.tokens(text)


@settings(max_examples=500, deadline=None, derandomize=True, suppress_health_check=SLOW)
@given(st.lists(st.sampled_from([":", "::", "1", "ab", "ffff", "12345"]), max_size=16))
def test_what_is_an_address_is_what_the_library_says(parts: list[str]) -> None:
    text = "".join(parts)
    try:
        valid = bool(ipaddress.ip_address(text))
    except ValueError:
        valid = False
    assert (addresses.tokens(text) == IP) == valid
