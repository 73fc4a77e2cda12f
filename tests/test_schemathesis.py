"""Thousands of requests made from the document: no 5xx, and no answer that it does not describe."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from service.comments import new_id
from service.web import openapi


@pytest.fixture(scope="module")
def token(long_lived_site):
    """A moderator's, with something to rule on."""
    access, desk = (long_lived_site.app.extensions["saring"][n] for n in ("access", "sign_ins"))
    access.add_moderator("wati", "moderator", "a password of many letters")
    for text in ("slot satu", "slot dua", "bodoh"):
        long_lived_site.comment(content=text)
    return desk.new_token("wati")


@pytest.fixture(scope="module")
def document(long_lived_site):
    refusals = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429, "5xx"]
    config = schemathesis.Config.from_dict(
        {
            "generation": {"with-security-parameters": False},
            # what is too large is refused as that: the tool's own list does not know 413
            "checks": {"negative_data_rejection": {"expected-statuses": refusals}},
        }
    )
    return schemathesis.openapi.from_wsgi("/openapi.json", long_lived_site.app, config=config)


BOUNDED = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
TOGETHER = ("/v1/queue", "/v1/queue/{comment_id}/ruling", "/v1/rulings")
AT_THE_DESK = ("/v1/queue", "/v1/rulings")
OPERATIONS = [(operation.path, operation.method.upper()) for operation in openapi.OPERATIONS]
CAN_BE_WRONG = [
    (one.path, one.method.upper())
    for one in openapi.OPERATIONS
    if one.keyed and (one.takes or one.parameters)
]
RIGHT_AND_WRONG = [(*one, GenerationMode.POSITIVE) for one in OPERATIONS] + [
    (*one, GenerationMode.NEGATIVE) for one in CAN_BE_WRONG
]


@pytest.mark.parametrize(("path", "method", "mode"), RIGHT_AND_WRONG)
def test_every_answer_is_documented(document, long_lived_site, token, path, method, mode):
    """All checks of the tool, on requests that follow the document and on such that do not."""

    @BOUNDED
    @given(document[path][method].as_strategy(generation_mode=mode))
    def check(case):
        fresh = {"Idempotency-Key": new_id()} if mode is GenerationMode.POSITIVE else {}
        # a key that was used is refused; which rules, filters and rulings go together is the
        # core's to say, not the document's
        is_spared = path in ("/v1/policy/preview", *TOGETHER)
        spared = [positive_data_acceptance] if is_spared else []
        word = token if path.startswith(AT_THE_DESK) else long_lived_site.keys.key
        headers = {"Authorization": f"Bearer {word}", **fresh}
        case.call_and_validate(headers=headers, excluded_checks=spared)

    check()


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_answer_without_a_key_is_documented(document, path, method):
    @settings(BOUNDED, max_examples=10)
    @given(document[path][method].as_strategy())
    def check(case):
        case.call_and_validate()

    check()
