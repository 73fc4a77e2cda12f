"""What must hold for any input: `tests/invariants.py`, tried on inputs that hypothesis makes.

The policy's own invariants are in `test_policy.py`, the privacy gate's in `test_privacy.py`.
"""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.web.perspective.bodies import analyze_request
from tests.invariants import OF_BYTES, OF_TEXT

PIECES = [
    "a", "Z", "é", "ı", "ß", "ﬁ", "İ", "𝐀", "а", "\u0336", "\u200b", "\u202e", "🇮🇩", "😀", "\ud800",
    " ", "\n", "\r", "\t", "\xa0", ".", ",", ":", "/", "@", "＠", "%40", "&#64;", "&amp;", "&", "'",
    '"', "\\", "0", "9", "1.2.3.4", "::1", "2001:db8::1", "a@b.example", "[email]", "[ip]", "[dot]",
    "https://", "www.", "x.com", "hxxp", "0812", "+62", "3174", "slot", "s l o t", "rp ", "(", ")",
]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=30).map("".join)
words = st.sampled_from(
    [b'"', b"\\", b"{", b"}", b"[", b"]", b":", b",", b"null", b"true", b"NaN", b"1e999", b"-0",
     b'"content"', b'"comment"', b'"text"', b'"body"', b'"author"', b'"requestedAttributes"',
     b'"TOXICITY"', b'"attributeScores"', b'"summaryScore"', b'"value"', b"comment_content=",
     b"&", b"=", b"+", b"%", b"%00", b"%ff", b"blog=http://[::1]", b"charset=utf-7", b"\xff",
     b"\r\n", b"POST / HTTP/1.1", b"Content-Length: ", b"Transfer-Encoding: chunked", b"0", b"5",
     b"\r\n\r\n", b";x", b"--x", b"Host: x"]
)  # fmt: skip
bodies = st.lists(words | st.binary(max_size=4), max_size=30).map(b"".join)
MORE = settings(max_examples=120, deadline=None, derandomize=True, database=None)


@pytest.mark.parametrize("name", OF_TEXT)
def test_any_text(name):
    MORE(given(texts)(OF_TEXT[name]))()


@pytest.mark.parametrize("name", OF_BYTES)
def test_any_body(name):
    MORE(given(bodies)(OF_BYTES[name]))()


HEADS = [
    b"GET / HTTP/1.1\r\n", b"POST /x HTTP/1.1\r\n", b"POST / HTTP/1.0\r\n",
    b"\r\nGET / HTTP/1.1\r\n",
]  # fmt: skip
FIELDS = [
    b"Content-Length: 3\r\n", b"content-length:3 \r\n", b"Content-Length : 3\r\n", b"X: y\r\n",
    b"Content-Length: 03\r\n", b"Content-Length: 3, 3\r\n", b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding:\tchunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n", b" folded: 3\r\n",
    b"Transfer-Encoding: chunked, identity\r\n", b"Transfer-Encoding: \x0bchunked\r\n", b"X: \n",
    b"Transfer_Encoding: chunked\r\n", b"Expect: 100-continue\r\n", b"Content-Length: -3\r\n",
]  # fmt: skip
TAILS = [
    b"abc", b"3\r\nabc\r\n0\r\n\r\n", b"3;x=y\r\nabc\r\n0\r\nX: y\r\n\r\n", b"0\r\n\r\n", b"",
    b"3\nabc\n0\n\n", b"+3\r\nabc\r\n0\r\n\r\n",
    b"3 \r\nabc\r\n0\r\n\r\n", b"3\r\nabcd\r\n0\r\n\r\n",
    b"0\r\nContent-Length: 5\r\n\r\n", b"00\r\n\r\n", b"3;\r\nabc\r\n0;\x00\r\n\r\n",
]  # fmt: skip
requests = st.tuples(
    st.sampled_from(HEADS), st.lists(st.sampled_from(FIELDS), max_size=3), st.sampled_from(TAILS)
).map(lambda made: made[0] + b"".join(made[1]) + b"\r\n" + made[2] + b"GET /next HTTP/1.1\r\n\r\n")


@settings(MORE, max_examples=600)
@given(requests)
def test_no_request_hides_behind_another(sent):
    OF_BYTES["framing"](sent)


@MORE
@given(texts)
def test_bare_names_change_no_string(text):
    """The second reading, for JSON with bare names, leaves what is in strings as it is."""
    asked = {"comment": {"text": f"{{a: {text}"}, "requestedAttributes": {"TOXICITY": {}}}
    bare = json.dumps(asked).replace('"requestedAttributes":', "requestedAttributes:")
    assert analyze_request(bare.encode()).text == asked["comment"]["text"]
