"""A caller is an IPv4 address or an IPv6 network, on whatever kind of port."""

from __future__ import annotations

import pytest

from service.callers import network


def test_it_works() -> None:
    assert network("203.0.113.9") == bytes([203, 0, 113, 9])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("203.0.113.9", "::ffff:203.0.113.9"),
        ("2001:db8::1", "2001:db8::ffff:2"),
        ("fe80::1%eth0", "fe80::1"),
        ("nonsense", ""),
    ],
)
def test_the_same_caller(one: str, other: str) -> None:
    assert network(one) == network(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("203.0.113.9", "203.0.113.10"),
        ("::ffff:203.0.113.9", "::ffff:203.0.113.10"),
        ("2001:db8::1", "2001:db8:0:1::1"),
    ],
)
def test_two_callers(one: str, other: str) -> None:
    assert network(one) != network(other)
