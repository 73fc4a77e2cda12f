"""A request is handed on when all of it is here, neither before nor after, however it comes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.serving.framing import HEAD_BYTES, MOST_BYTES, Framing, Reach, Unacceptable

BODY = b'{"content": "Halo\r\n\r\n!"}'
POST = b"POST /v1/comments HTTP/1.1\r\nHost: x\r\n"


def chunked(*parts: bytes, trailers: bytes = b"") -> bytes:
    written = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
    return POST + b"transfer-ENCODING: chunked\r\n\r\n" + written + b"0\r\n" + trailers + b"\r\n"


def with_length(body: bytes) -> bytes:
    return POST + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def fed(pieces: list[bytes]) -> Reach | None:
    """What is found after the last of these pieces; nothing may be found before it."""
    framing, received, found = Framing(), bytearray(), None
    for piece in pieces:
        assert found is None, "handed on before all of it was here"
        received += piece
        found = framing.reach(received)
    return found


WHOLE = [
    b"GET / HTTP/1.1\r\n\r\n",
    b"\r\nGET / HTTP/1.0\r\nHost: x\r\n\r\n",
    with_length(BODY),
    with_length(b""),
    chunked(BODY),
    chunked(b"a", b"bc", b"\r\n0\r\n\r\n"),
    chunked(trailers=b"X-Sum: 7\r\n"),
    POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    POST + b'Transfer-Encoding: chunked\r\n\r\n2 ;name="value"\r\nab\r\n0;x\r\n\r\n',
]


@pytest.mark.parametrize("request_", WHOLE)
def test_it_works(request_):
    assert fed([request_]) == Reach(len(request_))
    assert fed([bytes([one]) for one in request_]) == Reach(len(request_))


@given(st.sampled_from(WHOLE), st.sampled_from(WHOLE), st.lists(st.integers(1, 200)))
def test_wherever_the_pieces_are_cut(one, another, cuts):
    """The next request may come with the end of the first, and is none of it."""
    both = one + another
    at = sorted({0, *(cut for cut in cuts if cut < len(one)), len(both)})
    pieces = [both[start:end] for start, end in pairwise(at)]
    assert fed(pieces) == Reach(len(one))


@pytest.mark.parametrize(
    "request_",
    [
        POST + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\n",
        POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        POST + b"Content-Length: -1\r\n\r\n",
        POST + b"Content-Length: 0x10\r\n\r\n",
        POST + b"Content-Length: +5\r\n\r\n",
        POST + b"Content-Length: %d\r\n\r\n" % (MOST_BYTES + 1),
        POST + b"Content-Length: %b\r\n\r\n" % (b"9" * 500),
        POST + b"Transfer-Encoding: identity\r\n\r\n",
        POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % (MOST_BYTES + 1),
        POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 400 + b"\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\n1;" + b"x" * 9000,
        POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: " + b"x" * HEAD_BYTES,
        b"GET /\n",
        b"GET / HTTP/1.1\r\nHost: x\n",
    ],
    ids=lambda value: repr(value[-40:]),
)
def test_what_the_parser_must_refuse_is_its_at_once(request_):
    """With what came so far, and nothing after it."""
    assert fed([request_]) == Reach(len(request_), is_last=True)


@pytest.mark.parametrize("end", [b"", b"\r\n\r\n"])
def test_a_head_without_end(end):
    with pytest.raises(Unacceptable) as refused:
        fed([POST, b"X: " + b"x" * HEAD_BYTES + end])
    assert refused.value.status == 431


def test_a_body_of_crumbs():
    """A million chunks of one byte would keep the parser busy for seconds."""
    crumbs = POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 50_000
    with pytest.raises(Unacceptable) as refused:
        fed([crumbs])
    assert refused.value.status == 413


@pytest.mark.parametrize(("version", "waits"), [(b"1.1", True), (b"1.0", False)])
def test_who_waits_for_a_word_is_known(version, waits):
    """RFC 9110, 10.1.1: in HTTP/1.0 there is none."""
    framing = Framing()
    head = POST + b"Expect: 100-Continue\r\nContent-Length: 2\r\n\r\n"
    head = head.replace(b"1.1", version)
    assert framing.reach(bytearray(head)) is None
    assert (framing.has_head, framing.awaits_continue) == (True, waits)
    assert framing.reach(bytearray(head + b"{}")) == Reach(len(head) + 2)
