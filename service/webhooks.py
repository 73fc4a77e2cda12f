"""Webhooks: where a site is told, with which secret, and the telling."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from service.comments import Site, new_id
from service.errors import Invalid, Missing
from service.newsreel import told_as
from service.outbound import addresses, signatures
from service.outbound.post import Post
from service.storage import outbox
from service.storage.engine import Database
from service.storage.outbox import Delivery, Webhook

OLD_SECRET_LASTS: Final = timedelta(hours=24)
LEASE: Final = timedelta(seconds=90)
_FIRST_WAIT: Final = 5.0
_LONGEST_WAIT: Final = 3600.0
_LONGEST_QUIET: Final = 60.0
_AT_ONCE: Final = 200


class Webhooks:
    """What an operator does with webhooks."""

    def __init__(self, database: Database, secret: bytes, now: Callable[[], datetime]) -> None:
        self._database = database
        self._secret = secret
        self._now = now

    def add(self, site: Site, url: str, *, allow_private: bool = False) -> tuple[str, str]:
        """Tell this URL what happens on a site from now on; the webhook's id and its secret."""
        addresses.checked_url(url, allow_private=allow_private)
        webhook_id = new_id()
        with self._database.begin() as tx:
            outbox.add_webhook(tx, webhook_id, site.id, url, allow_private, self._now())
        return webhook_id, signatures.secret(self._secret, webhook_id, 0)

    def all(self) -> list[Webhook]:
        """Every webhook of every site."""
        with self._database.read() as tx:
            return outbox.all_webhooks(tx)

    def remove(self, webhook_id: str) -> None:
        """Stop telling, or `Missing`; what still waited is dropped."""
        with self._database.begin() as tx:
            if not outbox.remove_webhook(tx, webhook_id):
                raise Missing("there is no webhook of that id")

    def rotate(self, webhook_id: str) -> str:
        """The next secret; for a day messages carry a signature of the old one as well."""
        with self._database.begin() as tx:
            generation = outbox.roll_secret(tx, webhook_id, self._now() + OLD_SECRET_LASTS)
        if generation is None:
            raise Missing("there is no webhook of that id")
        return signatures.secret(self._secret, webhook_id, generation)

    def dead(self, webhook_id: str) -> list[Delivery]:
        """What could not be told within a day."""
        with self._database.read() as tx:
            return outbox.dead_letters(tx, webhook_id)

    def resend(self, webhook_id: str, event_ids: Sequence[str] = ()) -> int:
        """Try dead letters for another day, all of them where none is named; how many."""
        with self._database.begin() as tx:
            return outbox.revive(tx, webhook_id, event_ids, self._now())


class Courier:
    """Carries the outbox to its receivers: at least once, in order for each comment.

    Any number of them may work on one database. Each claims one delivery at a time under a lease
    that outlasts the longest request, so no two send the same one at once; where the lease has
    been used up before the connection is made, nothing is sent.
    """

    def __init__(
        self,
        database: Database,
        secret: bytes,
        now: Callable[[], datetime],
        post: Post,
        *,
        lease: timedelta = LEASE,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._secret = secret
        self._now = now
        self._post = post
        self._lease = lease
        self._chance = chance

    def deliver(self) -> int:
        """Send what is due, at most a few hundred; how many receivers said 2xx."""
        told = 0
        with self._database.read() as tx:  # mostly nothing is: no writer need be kept waiting
            if not outbox.is_due(tx, self._now()):
                return told
        for _ in range(_AT_ONCE):
            until = self._now() + self._lease
            with self._database.begin() as tx:
                delivery = outbox.claim(tx, self._now(), until)
            if delivery is None:
                break
            told += self._settle(delivery, self._try(delivery, until))
        return told

    def _try(self, delivery: Delivery, until: datetime) -> str:
        """The receiver's status, or why there is none."""
        webhook = delivery.webhook
        answer = "refused address"
        try:
            url = addresses.checked_url(webhook.url, allow_private=webhook.allow_private)
        except Invalid:  # it was added under an earlier release's rules
            return answer
        for address in self._post.find(url, allow_private=webhook.allow_private)[:3]:
            now = self._now()
            if now + timedelta(seconds=self._post.most_seconds) > until:
                return "lease used up"
            body = _body(delivery)
            answer = self._post.send(url, address, body, self._headers(delivery, body, now))
            if answer != "no connection":
                break
        return answer

    def _headers(self, delivery: Delivery, body: bytes, now: datetime) -> dict[str, str]:
        webhook = delivery.webhook
        generations = [webhook.generation]
        if webhook.old_secret_until and now < webhook.old_secret_until:
            generations.append(webhook.generation - 1)
        secrets = [signatures.secret(self._secret, webhook.id, g) for g in generations]
        signed = signatures.headers(delivery.event.id, int(now.timestamp()), body, secrets)
        return {"Content-Type": "application/json", "User-Agent": "Saring", **signed}

    def _settle(self, delivery: Delivery, answer: str) -> bool:
        """Record how it went; whether the receiver took it."""
        now, webhook = self._now(), delivery.webhook
        with self._database.begin() as tx:
            if len(answer) == 3 and answer.startswith("2"):
                outbox.silence(tx, webhook.id, None)
                return outbox.done(tx, delivery)
            wait = self._wait(delivery.attempts)
            dead = now >= delivery.give_up_at
            outbox.failed(tx, delivery, answer, now + timedelta(seconds=wait), dead=dead)
            if _is_down(answer):
                quiet = timedelta(seconds=min(wait, _LONGEST_QUIET))
                outbox.silence(tx, webhook.id, now + quiet)
        return False

    def _wait(self, attempts: int) -> float:
        """Exponential back-off up to an hour, with jitter so that retries spread out."""
        longest = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** min(attempts, 20))
        return longest * (0.5 + self._chance() / 2)


def _body(delivery: Delivery) -> bytes:
    """The same bytes for every attempt."""
    return json.dumps(told_as(delivery.event), separators=(",", ":")).encode()


def _is_down(answer: str) -> bool:
    """The receiver answers nobody, rather than refusing this one message."""
    return not answer.isdigit() or answer[0] == "5" or answer == "429"
