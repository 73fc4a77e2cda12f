"""Keys, tokens, signatures and passwords: how they are compared, and where they never stand."""

from __future__ import annotations

import ast
import hmac
from pathlib import Path

import pytest

from service import access as access_room
from service import signing
from service.errors import Forbidden, Unauthenticated
from service.storage import accounts, signins
from service.web.desk.forms import Forms
from tests.conftest import SECRET

SERVICE = Path(access_room.__file__).parent
ROOMS = (
    "access.py", "signing.py", "desk/signins.py", "forgotten.py", "outbound/signatures.py",
    "web/desk/forms.py", "web/coral.py", "web/guards.py", "web/akismet/door.py",
    "web/perspective/door.py",
)  # fmt: skip
SECRETIVE = {
    "key", "secret", "signature", "made", "digest", "token", "password", "session", "known", "word",
    "given", "hashed", "theirs",
}  # fmt: skip


def compared(tree: ast.AST):
    """The names on either side of every == and !=."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
            sides = (node.left, *node.comparators)
            yield node.lineno, {side.id for side in sides if isinstance(side, ast.Name)}


@pytest.mark.parametrize("room", ROOMS)
def test_nothing_secret_is_compared_letter_by_letter(room):
    """`==` ends at the first letter that differs, and how long it took tells where that was."""
    tree = ast.parse((SERVICE / room).read_text(encoding="utf-8"))
    assert [line for line, names in compared(tree) if names & SECRETIVE] == []


def test_the_search_can_find():
    assert [names for _, names in compared(ast.parse("if key == wanted: pass"))] == [
        {"key", "wanted"}
    ]


@pytest.fixture
def spied(monkeypatch):
    """What each look-up in the database was given."""
    asked = []

    def spy(room, name):
        real = getattr(room, name)
        monkeypatch.setattr(
            room, name, lambda tx, word, *a, **k: asked.append(word) or real(tx, word, *a, **k)
        )

    spy(accounts, "site_by_digest")
    spy(signins, "by_session")
    spy(signins, "by_token")
    return asked


def test_the_database_is_asked_for_keyed_digests_only(app, access, spied):
    """Whoever could time the database's index would learn about a digest that they cannot make."""
    desk = app.extensions["saring"]["sign_ins"]
    for word in ("0" * 40, "0" * 12, "sm_" + "x" * 43):
        for look_up in (access.site, desk.by_session, desk.by_token):
            with pytest.raises((Unauthenticated, Forbidden)):
                look_up(word)
    assert len(spied) == 8  # a moderator's token has not the form of a key
    for digest in spied:
        assert len(digest) == 64
        assert set(digest) <= set("0123456789abcdef")
    assert not set(spied) & {"0" * 40, "0" * 12}


def test_signatures_and_words_are_compared_in_constant_time(monkeypatch):
    asked = []
    real = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda a, b: asked.append((a, b)) or real(a, b))
    assert not signing.is_signed(b"body", "s" * 16, [b"0" * 64])
    assert len(asked) == 1
    forms = Forms(SECRET)
    forms.check(_Asked(forms.word("mine")), "mine")
    with pytest.raises(Forbidden):
        forms.check(_Asked(forms.word("mine")), "another")
    assert (b"mine", b"another") in asked


class _Asked:
    """As much of a request as a form's check looks at."""

    def __init__(self, word: str) -> None:
        self.headers = {"X-CSRF-Token": word}
        self.form: dict[str, str] = {}
