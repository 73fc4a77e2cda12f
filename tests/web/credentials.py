"""Whatever a caller may show: keys, tokens and sessions, good, stale and foreign."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Flask
from flask.testing import FlaskClient

from tests.web.desk import PASSWORD, client_of, csrf_of

WRONG = "0123456789abcdef0123456789abcdef01234567"


@dataclass(frozen=True)
class Credential:
    """A bearer's word (other protocols get it their way), or cookies with the word of a form."""

    name: str
    bearer: str = ""
    cookies: dict[str, str] = field(default_factory=dict)
    csrf: str = ""

    def client(self, app: Flask) -> FlaskClient:
        """A caller that shows its cookies."""
        client = app.test_client()
        for name, value in self.cookies.items():
            client.set_cookie(name, value)
        return client


def credentials(app: Flask, clock) -> dict[str, Credential]:
    """Each kind once, by name; sites `default` and `other`, moderators of both roles."""
    access, desk = (app.extensions["saring"][name] for name in ("access", "sign_ins"))
    for name, role in (
        ("wati", "moderator"),
        ("ani", "admin"),
        ("rudi", "admin"),
        ("eka", "admin"),
    ):
        access.add_moderator(name, role, PASSWORD)
    rotated = access.add_site("default")
    mine, theirs = access.rotate_keys("default"), access.add_site("other")
    expired = session_of(app, "ani", "expired session")
    clock.forward(days=8)
    signed_out = session_of(app, "ani", "signed-out session")
    desk.sign_out(signed_out.cookies["saring_session"])
    revoked, disabled = desk.new_token("rudi"), desk.new_token("eka")
    desk.revoke_tokens("rudi")
    of_disabled = session_of(app, "eka", "session of somebody disabled")
    desk.disable("eka")
    made = [
        Credential("nothing"),
        Credential("wrong key", WRONG),
        Credential("wrong short key", WRONG[:12]),
        Credential("rotated key", rotated.key),
        Credential("short key", mine.short_key),
        Credential("key", mine.key),
        Credential("other site's short key", theirs.short_key),
        Credential("other site's key", theirs.key),
        Credential("moderator's token", desk.new_token("wati")),
        Credential("admin's token", desk.new_token("ani")),
        Credential("revoked token", revoked),
        Credential("token of somebody disabled", disabled),
        *living_sessions(app).values(),
        expired,
        signed_out,
        of_disabled,
    ]
    return {credential.name: credential for credential in made}


def session_of(app: Flask, name: str, called: str) -> Credential:
    """A moderator's new session, with a word for its forms."""
    client = client_of(app, name)
    cookie = client.get_cookie("saring_session")
    assert cookie
    word = csrf_of(client.get("/queue").text)
    return Credential(called, cookies={"saring_session": cookie.value}, csrf=word)


def living_sessions(app: Flask) -> dict[str, Credential]:
    """Sessions that are good: of each role, and of an admin whose forms have not the right word."""
    made = [
        session_of(app, "wati", "moderator's session"),
        session_of(app, "ani", "admin's session"),
        _without_word(session_of(app, "ani", "session without its word")),
        _with_word(session_of(app, "ani", "session with another's word"), app),
    ]
    return {credential.name: credential for credential in made}


def _without_word(session: Credential) -> Credential:
    return Credential(session.name, cookies=session.cookies)


def _with_word(session: Credential, app: Flask) -> Credential:
    return Credential(
        session.name, cookies=session.cookies, csrf=session_of(app, "wati", "another").csrf
    )
