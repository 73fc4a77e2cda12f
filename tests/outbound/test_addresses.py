"""Nothing in our own network can be reached by naming it in a webhook."""

from __future__ import annotations

import pytest

from service.errors import Invalid
from service.outbound.addresses import Refused, checked_url, permitted, resolve

PUBLIC = [
    "93.184.215.14",
    "8.8.8.8",
    "2606:2800:21f:cb07:6820:80da:af6b:8b2c",
    "2001:4860:4860::8888",
]
PRIVATE = ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "::1", "fd12::1"]
NEVER = [
    "169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "fd00:ec2::254",
    "fd20:ce::254", "192.0.0.192", "fe80::1", "224.0.0.1", "ff02::1", "0.0.0.0", "::",
    "255.255.255.255", "240.0.0.1",
]  # fmt: skip
DRESSED = [
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a9fe:a9fe::", "::7f00:1", "fe80::1%eth0",
    "192.0.2.1", "198.18.0.1", "fec0::1", "0.1.2.3", "2001:db8::1",
]  # fmt: skip


def allowed(*found: str, allow_private: bool = False) -> bool:
    try:
        permitted("x", 443, allow_private=allow_private, resolve=lambda host, port: found)
    except Refused:
        return False
    return True


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_reached(address):
    assert allowed(address)
    assert allowed(address, allow_private=True)


@pytest.mark.parametrize("address", PRIVATE + NEVER + DRESSED)
def test_others_are_not(address):
    assert not allowed(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_ones_are_where_the_operator_says_so(address):
    assert allowed(address, allow_private=True)


@pytest.mark.parametrize("address", [*NEVER, "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"])
def test_some_are_never_reached(address):
    assert not allowed(address, allow_private=True)


def test_one_bad_address_among_good_ones_refuses_all():
    assert not allowed(PUBLIC[0], "127.0.0.1")


def test_a_host_without_addresses_is_refused():
    assert not allowed()


@pytest.mark.parametrize("host", ["127.1", "0x7f.1", "2130706433", "017700000001", "localhost"])
def test_odd_spellings_of_loopback_are_seen_through(host):
    with pytest.raises(Refused):
        permitted(host, 443, allow_private=False, resolve=resolve)


@pytest.mark.parametrize(
    "url",
    [
        "http://kabar.example/hook", "ftp://kabar.example/", "https://", "kabar.example", "",
        "https://user:pass@kabar.example/", "https://kabar.example/#x", "https://kabar.example:0/",
        "https://kabar.example:99999/", "https://kabar example/", "https://kabar.example/a\nb",
        "https://kabar.example/" + "x" * 2000, "file:///etc/passwd",
    ],
)  # fmt: skip
def test_bad_urls_are_refused(url):
    with pytest.raises(Invalid):
        checked_url(url, allow_private=False)


def test_http_is_for_private_networks():
    assert checked_url("http://app:8080/hook", allow_private=True).port == 8080
