"""The largest comments there are, made to hurt. Nothing here is timed: a check whose cost grew
with the square of the length would keep this file busy for minutes, and its runner would notice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.checks.disguise import disguise
from service.checks.folding import fold
from service.checks.links import links
from service.checks.listed import Lists, listed
from service.checks.lists import WordList
from service.checks.personal import conceal, personal
from service.checks.quotes import unquoted
from service.checks.sketch import sketch
from service.web.akismet.form import BODY_BYTES as AKISMET_BYTES
from service.web.akismet.form import as_typed
from service.web.perspective.bodies import analyze_request
from service.web.perspective.door import BODY_BYTES as PERSPECTIVE_BYTES
from service.web.perspective.errors import Refusal
from tests.test_policy import SUBMISSION

LARGEST = 65_525
LISTS = Lists(
    WordList(["slot", "a*", "il il", "/(a|b)*c/", "/(x+x+)+y/"]), WordList(["b", "a b c"])
)
PIECES = (
    "a", "1", "-", ".", " ", "a ", "a.", "1 ", "a-", "a$", "!", "il1", "a.b/", "www.", "https://",
    "a . ", "(dot)", "slot ", "s l o t ", "𝐀", "а", "a\u0336", "a\u200b", "\u202e", "🇮🇩", "0812",
    "█", "+62 ", "[email]", "x", "(", "ا", "a.com ", "kata lain ", "a b c d, ",
    "www.081234567890 ", "081234567890, ",
)  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_time_is_linear(piece):
    text = piece * (LARGEST // len(piece.encode()))
    folded = fold(text)
    submission = replace(SUBMISSION, content=text)
    assert listed(submission, LISTS, folded) is not None
    assert links(submission, hold_from=2, rejected_hosts=frozenset(), folded=folded) is not None
    assert disguise(text, folded) is not None
    assert personal(conceal(text)) is not None
    assert sketch(text, "s") == sketch(text, "s")
    assert len(unquoted(text, [text])) <= len(text)


@pytest.mark.parametrize("piece", ["\\", "\\'", "&#0", "&", "&#039", "\r"])
def test_spelling_a_form_takes_linear_time(piece):
    assert as_typed("a" + piece * (AKISMET_BYTES // len(piece)) + "a")


@pytest.mark.parametrize("piece", ['\\"', '"', "{a ", ", ", ",a", "{a:", "\\\n", "a", "[", "{"])
def test_what_is_nearly_json_takes_linear_time(piece):
    with pytest.raises(Refusal):
        analyze_request(b'{"a"' + piece.encode() * (PERSPECTIVE_BYTES // len(piece)))
