"""Signatures against the published example of Standard Webhooks' libraries."""

from __future__ import annotations

import base64

from service.outbound import signatures

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE = ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
SIGNED = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_published_example():
    headers = signatures.headers(*MESSAGE, [SECRET])
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": SIGNED,
    }


def test_while_a_secret_is_rolled_both_sign():
    other = signatures.secret(b"x" * 32, "hook", 0)
    both = signatures.headers(*MESSAGE, [other, SECRET])["webhook-signature"].split(" ")
    assert both[1] == SIGNED
    assert both[0] == signatures.headers(*MESSAGE, [other])["webhook-signature"]


def test_secrets_are_long_and_differ_by_webhook_generation_and_installation():
    secrets = {
        signatures.secret(key * 32, webhook, generation)
        for key in (b"a", b"b")
        for webhook in ("one", "two")
        for generation in (0, 1)
    }
    assert len(secrets) == 8
    assert {len(base64.b64decode(secret.removeprefix("whsec_"))) for secret in secrets} == {32}
