"""Moderators at the door: passwords, sessions that can be revoked, bearer tokens, guessing."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from service.desk.cards import Moderator
from service.errors import Missing, TooMany, Unauthenticated
from service.storage import accounts, signins
from service.storage.engine import Database

TOKEN_PREFIX: Final = "sm_"  # noqa: S105  it tells a leaked token's kind to whoever finds it
SESSION_LASTS: Final = timedelta(days=7)
SESSION_IDLES: Final = timedelta(hours=12)
_TOUCHED_EVERY: Final = timedelta(minutes=5)
FREE_GUESSES: Final = 4
LONGEST_LOCK: Final = timedelta(minutes=15)


class SignIns:
    """Who is at the desk. Nothing that opens it is stored: only keyed digests are."""

    def __init__(self, database: Database, secret: bytes, now: Callable[[], datetime]) -> None:
        self._database = database
        self._secret = secret
        self._now = now

    def sign_in(self, name: str, password: str) -> tuple[str, Moderator]:
        """A new session's secret for its cookie, and whose it is.

        A wrong name and a wrong password are the same `Unauthenticated` after the same work. From
        the fifth on, each wrong one doubles the time in which the name is locked: `TooMany`.
        """
        name_digest, now = self._digest("name", name.strip().casefold()), self._now()
        with self._database.read() as tx:
            locked_until = signins.locked_until(tx, name_digest)
            known = signins.password_of(tx, name.strip())
        # Further off than any lock lasts: the clock was set back since.
        if locked_until and now < locked_until <= now + LONGEST_LOCK:
            raise TooMany("locked", retry_after=int((locked_until - now).total_seconds()) + 1)
        if not _matches(known[1] if known else _nobodys_hash(), password) or known is None:
            with self._database.begin() as tx:
                failures = signins.count_guess(tx, name_digest, now)
                signins.lock(tx, name_digest, now + _lock(failures))
            raise Unauthenticated("wrong name or password", "wrong_password")
        session = secrets.token_urlsafe(32)
        with self._database.begin() as tx:
            signins.forget_guesses(tx, name_digest)
            signins.forget_sessions(tx, now - SESSION_LASTS)
            signins.add_session(tx, self._digest("session", session), known[0].id, now)
        return session, known[0]

    def by_session(self, session: str) -> Moderator:
        """Whose session this is, or `Unauthenticated`."""
        digest, now = self._digest("session", session), self._now()
        with self._database.read() as tx:
            found = signins.by_session(
                tx, digest, begun_after=now - SESSION_LASTS, seen_after=now - SESSION_IDLES
            )
        if found is None:
            raise Unauthenticated("no such session", "signed_out")
        moderator, seen_at = found
        if now - seen_at > _TOUCHED_EVERY:
            with self._database.begin() as tx:
                signins.touch_session(tx, digest, now)
        return moderator

    def by_token(self, token: str) -> Moderator:
        """Whose token this is, or `Unauthenticated`."""
        with self._database.read() as tx:
            found = signins.by_token(tx, self._digest("token", token))
        if found is None:
            raise Unauthenticated("no such token", "moderator_needed")
        return found

    def sign_out(self, session: str) -> None:
        """End one session, on every worker at once."""
        with self._database.begin() as tx:
            signins.end_session(tx, self._digest("session", session))

    def end_sessions(self, name: str) -> None:
        """End every session of a moderator."""
        with self._database.begin() as tx:
            signins.end_sessions(tx, name)

    def disable(self, name: str) -> None:
        """Shut a moderator out, for sessions and tokens alike, or `Missing`.

        What they had is gone for good: who is let in again later begins with nothing.
        """
        with self._database.begin() as tx:
            _must(accounts.change_moderator(tx, name, disabled=True), name)
            signins.end_sessions(tx, name)
            signins.revoke_tokens(tx, name)

    def reset(self, name: str, password: str) -> None:
        """A new password; other sessions end, locks are lifted, and they may come in again."""
        hashed = PasswordHasher().hash(password)
        with self._database.begin() as tx:
            _must(accounts.change_moderator(tx, name, disabled=False, password_hash=hashed), name)
            signins.end_sessions(tx, name)
            signins.forget_guesses(tx, self._digest("name", name.casefold()))

    def new_token(self, name: str) -> str:
        """A bearer token for the moderators' API, returned here once; or `Missing`."""
        token = TOKEN_PREFIX + secrets.token_urlsafe(32)
        with self._database.begin() as tx:
            _must(signins.add_token(tx, self._digest("token", token), name, self._now()), name)
        return token

    def revoke_tokens(self, name: str) -> int:
        """Take every token from a moderator; how many there were."""
        with self._database.begin() as tx:
            return signins.revoke_tokens(tx, name)

    def _digest(self, kind: str, value: str) -> str:
        message = f"{kind}\0{value}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._secret, b"sign-in\0" + message, "sha256").hex()


def _lock(failures: int) -> timedelta:
    over = failures - FREE_GUESSES
    return min(LONGEST_LOCK, timedelta(seconds=2 ** min(over, 12))) if over > 0 else timedelta()


@cache
def _nobodys_hash() -> str:
    """What an unknown name is checked against, so that it takes as long as a known one."""
    return PasswordHasher().hash(secrets.token_urlsafe(12))


def _matches(hashed: str, password: str) -> bool:
    try:
        return PasswordHasher().verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def _must(found: bool, name: str) -> None:
    if not found:
        raise Missing(f"there is no moderator named {name!r}")
