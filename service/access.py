"""Who may speak: site keys and moderators. Keys are kept as keyed digests, passwords as argon2."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, Literal

from argon2 import PasswordHasher

from service import privacy, signing
from service.comments import IMPORTER, REPORTERS, Site, SiteKeys, new_id, without_controls
from service.errors import (
    BadSettings,
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    Missing,
    Unauthenticated,
)
from service.storage import accounts
from service.storage.accounts import KeyDigests
from service.storage.engine import Database
from service.turnstile import Turnstile

KEY_DIGITS: Final = 40
SHORT_KEY_DIGITS: Final = 12
ROLES: Final = ("admin", "moderator")
_KEY: Final = re.compile(rf"[0-9a-f]{{{KEY_DIGITS}}}|[0-9a-f]{{{SHORT_KEY_DIGITS}}}", re.IGNORECASE)
_REMEMBERED_SECONDS: Final = 1.0


Use = Literal["everything", "post", "report"]
"""What a request does with a site's key."""


class Access:
    """Sites and moderators of this installation.

    A key that was looked up is remembered for a second, so a rotated key or a changed rule takes
    hold on every worker within that time.
    """

    def __init__(
        self,
        database: Database,
        secret: bytes,
        now: Callable[[], datetime],
        turnstile: Turnstile | None = None,
    ) -> None:
        self._database = database
        self._secret = secret
        self._now = now
        self._turnstile = turnstile or Turnstile()
        self._remembered: dict[str, tuple[float, tuple[Site, bool] | None]] = {}
        self._origins: tuple[float, frozenset[str]] = (0.0, frozenset())

    def site(self, key: str, place: int = 0, *, use: Use = "everything") -> Site:
        """The site that a key belongs to; `Unauthenticated`, or `Forbidden` for a short key that is
        not good for this ``use``.

        A short key posts. It reports what became of comments only where no page posts with it: it
        would be everybody's, and who reports could let their own spam through. ``place`` stands for
        the caller at the turnstile, where guessers are `TooMany`.
        """
        if not _KEY.fullmatch(key):
            raise Unauthenticated("a site key is needed: Authorization: Bearer KEY")
        digest, now = self._digest(key), self._now().timestamp()
        self._turnstile.enter(place, digest, now)
        found = self._look_up(digest, now)
        if found is None:
            self._turnstile.wrong(place, digest, now)
            raise Unauthenticated("no site has this key")
        self._turnstile.right(place, digest)
        site, is_full_key = found
        if is_full_key or use == "post":
            return site
        if use == "everything":
            raise Forbidden("the short key is good on the Akismet and Perspective doors only")
        if site.rules.allowed_origins:
            raise Forbidden("the short key stands in pages of this site: reports take the full key")
        return site

    def site_signed(self, body: bytes, signatures: Sequence[str]) -> Site:
        """The site under whose Coral secret one of some signatures of a body was made."""
        given = [signature.encode() for signature in signatures]
        with self._database.read() as tx:
            candidates = accounts.sites_with_coral(tx)
        for site, generation, kept in candidates:
            under = self._coral_secret(site.id, generation, kept)
            if under is not None and signing.is_signed(body, under, given):
                return site
        raise Unauthenticated("no site's secret made this signature")

    def allows_origin(self, origin: str) -> bool:
        """Whether any site lets pages of this origin post to it; told anew every second."""
        now = self._now().timestamp()
        until, known = self._origins
        if not now < until <= now + _REMEMBERED_SECONDS:
            known = frozenset(o for site in self.sites() for o in site.rules.allowed_origins)
            self._origins = (now + _REMEMBERED_SECONDS, known)
        return origin in known

    def add_site(self, name: str) -> SiteKeys:
        """Make a site with new keys, which are returned here once and never again."""
        _refuse_address(name)
        site_id = new_id()
        keys, digests = self._new_keys()
        with self._database.begin() as tx:
            accounts.add_site(tx, site_id, name, digests, self._now())
        return SiteKeys(name, *keys, signing.derived(self._secret, site_id, 0))

    def rotate_keys(self, name: str) -> SiteKeys:
        """Replace all of a site's keys and its Coral secret; the old ones stop at once."""
        keys, digests = self._new_keys()
        with self._database.begin() as tx:
            site = _found(accounts.site_by_name(tx, name), name)
            accounts.set_keys(tx, site.id, digests)
            generation = accounts.coral_generation(tx, site.id)
        self._remembered.clear()
        return SiteKeys(name, *keys, signing.derived(self._secret, site.id, generation))

    def keep_coral_secret(self, name: str, theirs: str) -> None:
        """Check a site's signatures under the secret that its Coral made, in place of ours."""
        fits = signing.LEAST_CHARACTERS <= len(theirs) <= signing.MOST_CHARACTERS
        if not (fits and theirs.isascii() and theirs.isprintable()):
            raise BadSettings(
                f"Coral's secret takes {signing.LEAST_CHARACTERS} to {signing.MOST_CHARACTERS} "
                f"printable characters; got {len(theirs)}"
            )
        with self._database.begin() as tx:
            site = _found(accounts.site_by_name(tx, name), name)
            accounts.set_coral_secret(tx, site.id, signing.sealed(self._secret, site.id, theirs))

    def forget_coral_secret(self, name: str) -> None:
        """Go back to the secret that Saring derives for the site."""
        with self._database.begin() as tx:
            accounts.set_coral_secret(tx, _found(accounts.site_by_name(tx, name), name).id, None)

    def sites(self) -> list[Site]:
        """Every site, by name."""
        with self._database.read() as tx:
            return accounts.all_sites(tx)

    def named_site(self, name: str) -> Site:
        """A site by its name, or `Missing`."""
        name = without_controls(name)
        with self._database.read() as tx:
            return _found(accounts.site_by_name(tx, name), name)

    def add_moderator(self, name: str, role: str, password: str) -> None:
        """Make a moderator; a name that is taken, or that doors use, is a `Conflict`."""
        _refuse_address(name)
        if name.lower() in (*REPORTERS, IMPORTER):
            raise Conflict(f"{name!r} is what reports through that door are signed with")
        with self._database.begin() as tx:
            hashed = PasswordHasher().hash(password)
            accounts.add_moderator(tx, new_id(), name, role, hashed, self._now())

    def moderators(self) -> list[tuple[str, str, bool]]:
        """Every moderator's name, role and whether disabled."""
        with self._database.read() as tx:
            return accounts.all_moderators(tx)

    def first_start(self) -> tuple[SiteKeys, str] | None:
        """Make the site `default` and the moderator `admin` where there is no site yet.

        Returns the keys and the one-time password, or None on every later start.
        """
        if self.sites():
            return None
        password = secrets.token_urlsafe(12)
        try:
            keys = self.add_site("default")
            self.add_moderator("admin", "admin", password)
        except Conflict:  # another process was first
            return None
        return keys, password

    def _look_up(self, digest: str, now: float) -> tuple[Site, bool] | None:
        until, found = self._remembered.get(digest, (0.0, None))
        if found is not None and now < until <= now + _REMEMBERED_SECONDS:
            return found
        with self._database.read() as tx:
            found = accounts.site_by_digest(tx, digest)
        if found is not None:
            self._remembered[digest] = (now + _REMEMBERED_SECONDS, found)
        return found

    def _new_keys(self) -> tuple[tuple[str, str], KeyDigests]:
        full, short = secrets.token_hex(KEY_DIGITS // 2), secrets.token_hex(SHORT_KEY_DIGITS // 2)
        return (full, short), KeyDigests(self._digest(full), self._digest(short))

    def _digest(self, key: str) -> str:
        return hmac.digest(self._secret, b"key\0" + key.lower().encode(), "sha256").hex()

    def _coral_secret(self, site_id: str, generation: int, kept: bytes | None) -> str | None:
        """Coral's own where it was kept, else ours; None where it cannot be opened."""
        if kept is None:
            return signing.derived(self._secret, site_id, generation)
        return signing.opened(self._secret, site_id, kept)


def _found(site: Site | None, name: str) -> Site:
    if site is None:
        raise Missing(f"there is no site named {name!r}")
    return site


def _refuse_address(name: str) -> None:
    """Names are shown and exported."""
    if privacy.mask(name) != name:
        raise Invalid([FieldError("name", "address")])
