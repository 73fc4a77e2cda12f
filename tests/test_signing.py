"""Coral's secrets: ours derived, theirs sealed."""

from __future__ import annotations

import pytest

from service import signing

OURS = b"a secret of at least thirty-two bytes for tests"
THEIRS = "empsec_0f1e2d3c4b5a69788796a5b4c3d2e1f0"


def test_it_works():
    kept = signing.sealed(OURS, "site-1", THEIRS)
    assert signing.opened(OURS, "site-1", kept) == THEIRS


def test_what_is_kept_does_not_tell_it():
    first, second = (signing.sealed(OURS, "site-1", THEIRS) for _ in range(2))
    assert THEIRS.encode() not in first
    assert first != second


def test_it_opens_for_its_site_and_installation_only():
    kept = signing.sealed(OURS, "site-1", THEIRS)
    assert signing.opened(OURS, "site-2", kept) is None
    assert signing.opened(b"x" * 32, "site-1", kept) is None


@pytest.mark.parametrize("changed", [b"", b"short", b"\0" * 60])
def test_what_was_tampered_with_does_not_open(changed):
    assert signing.opened(OURS, "site-1", changed) is None


def test_ours_is_another_for_every_site_and_generation():
    made = {signing.derived(OURS, site, n) for site in ("a", "b") for n in (0, 1)}
    assert len(made) == 4
    assert signing.derived(OURS, "a", 0) in made
