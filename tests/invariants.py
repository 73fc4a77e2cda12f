"""What must hold for any input: said once, tried by hypothesis in the suite and by
`python -m benchmarks fuzz` with a coverage-guided fuzzer for as long as one likes."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from html import escape
from types import SimpleNamespace
from typing import Any, Final
from urllib.parse import urlencode

from flask import Request
from gunicorn.config import Config
from gunicorn.http import get_parser
from gunicorn.http.errors import NoMoreData, ParseException
from werkzeug.test import EnvironBuilder

from service import errors, privacy
from service.checks.disguise import disguise
from service.checks.folding import fold
from service.checks.links import links
from service.checks.personal import personal
from service.checks.sketch import similarity, sketch
from service.comments import Arrival, without_controls
from service.offsets import in_utf16
from service.scoring.addresses import pieces, tokens
from service.serving.framing import Framing, Unacceptable
from service.web.akismet.form import arrival_of, as_typed, blog_is_readable, form_of
from service.web.coral import PhaseIn
from service.web.fields import AnonymousCommentIn, CommentIn, ComplaintIn, TextsIn
from service.web.parsing import FORM, JSON, body_as, json_as
from service.web.perspective.bodies import TEXT_BYTES, analyze_request, suggest_request
from service.web.perspective.errors import Refusal
from tests.test_policy import SUBMISSION

_PLAIN_EMAIL: Final = re.compile(r"(?<![^\s,;<>()])[a-z0-9]{1,20}@[a-z0-9]{1,20}\.[a-z]{2,10}\b")
_PLAIN_IP: Final = re.compile(r"(?<!\S)[0-9.]{7,15}(?!\S)")
TWICE_FOLDED: Final = frozenset("\u0189\u01a9\u03f4\u2126\u2183\u2c70")
"""Capitals whose small letter looks like another: the first folding only makes them small."""
_REFUSED: Final = (errors.Malformed, errors.Invalid, errors.Unsupported, errors.TooLarge)


# Texts


def masking(text: str) -> None:
    """It is done after once, and leaves no address that stands by itself."""
    masked = privacy.mask(text)
    assert privacy.mask(masked) == masked
    assert not _PLAIN_EMAIL.search(masked)
    assert not [ip for ip in _PLAIN_IP.findall(masked) if _is_ip(ip)]


def folding(text: str) -> None:
    """It is done after once (six capitals: twice), never longer, and places lead back."""
    folded = fold(text)
    again = fold(folded.text)
    if TWICE_FOLDED.isdisjoint(text):
        assert again.text == folded.text
    assert fold(again.text).text == again.text
    assert len(folded.text) == len(folded.positions) <= len(text) == len(folded.kinds)
    places = list(folded.positions)
    assert places == sorted(set(places))
    assert not places or 0 <= places[0] <= places[-1] < len(text)


def pieces_of(text: str) -> None:
    """Pieces are in order and disjoint; what stands in their place is what the scorer reads."""
    found = pieces(text)
    edges = [edge for start, end, _ in found for edge in (start, end)]
    assert edges == sorted(edges)
    assert all(0 <= start < end <= len(text) for start, end, _ in found)
    read, at = [], 0
    for start, end, token in found:
        read += [text[at:start], token]
        at = end
    assert "".join([*read, text[at:]]) == tokens(text)


def checking(text: str) -> None:
    """Signals weigh within bounds and show stretches of the text."""
    folded = fold(text)
    submission = replace(SUBMISSION, content=text, author_name=text[:245], author_url=text[:200])
    raised = [
        *links(submission, hold_from=2, rejected_hosts=frozenset(), folded=folded),
        *personal(text),
        *disguise(text, folded),
    ]
    for signal in raised:
        assert -1 <= signal.weight <= 1
        for match in signal.matches:
            assert 0 <= match.start < match.end <= len(text)
    spans = [(match.start, match.end) for signal in raised for match in signal.matches]
    utf16 = text.encode("utf-16-le", "surrogatepass")
    for (start, end), (first, last) in zip(spans, in_utf16(text, spans), strict=True):
        there = utf16[2 * first : 2 * last].decode("utf-16-le", "surrogatepass")
        assert there == text[start:end].encode("utf-16", "surrogatepass").decode(
            "utf-16", "surrogatepass"
        )


def sketching(text: str) -> None:
    """A text is its own copy."""
    drawn = sketch(text, "site")
    assert drawn == sketch(text, "site")
    assert not drawn.bands or similarity(drawn.signature, drawn.signature) == 1.0


def spelling(text: str) -> None:
    """The three spellings that WordPress has of a text are one."""
    typed = as_typed(text)
    assert len(typed) <= len(text)
    if "\\" not in text and "&" not in text:
        slashed = re.sub(r"(['\"])", r"\\\1", text)
        assert as_typed(slashed) == as_typed(escape(text)) == typed


def sealing(text: str) -> None:
    """Whatever the fields hold, what is sealed shows no address, and equals itself."""
    arrival = Arrival(without_controls(text), *[text[:200]] * 8)
    secret = b"x" * 32
    sealed = privacy.seal(arrival, "site", secret)
    assert sealed == privacy.seal(arrival, "site", secret)
    shown = (sealed.content, sealed.author_name, sealed.permalink, sealed.post_title)
    assert not any(_PLAIN_EMAIL.search(one) for one in shown)


# Bodies


def akismet(body: bytes) -> None:
    """Any form and any JSON is a comment or a refusal of the house."""
    for kind in (FORM, JSON, f"{FORM}; charset=koi8-r", "multipart/form-data; boundary=x"):
        try:
            form = form_of(_request(body, kind))
        except errors.Malformed:
            assert kind == JSON
            continue
        arrival = arrival_of(form)
        assert max(map(len, (arrival.author_name, arrival.permalink, arrival.author_url))) <= 2_000
        assert without_controls(arrival.content) == arrival.content
        blog_is_readable(form)


def perspective(body: bytes) -> None:
    """Any bytes are a request within bounds or a refusal as the original's."""
    for read in (analyze_request, suggest_request):
        try:
            asked = read(body)
        except Refusal:
            continue
        assert 0 < len(asked.text.encode("utf-8", "surrogatepass")) <= TEXT_BYTES
        told = asked.attributes if hasattr(asked, "attributes") else asked.scores
        assert all(-1 <= number <= 2 for number in told.values())


def coral(body: bytes) -> None:
    """Any signed bytes are a comment or a refusal of the house."""
    try:
        arrival = json_as(PhaseIn, body).arrival()
    except _REFUSED:
        return
    assert arrival.content == arrival.content.strip()


def native(body: bytes) -> None:
    """Any body is what its model says or a refusal that names fields and repeats nothing."""
    for model in (CommentIn, AnonymousCommentIn, ComplaintIn, TextsIn):
        for kind in (JSON, FORM):
            try:
                body_as(model, _request(body, kind), form=True)
            except errors.Invalid as refusal:
                fields = refusal.fields
            except _REFUSED:
                continue
            else:
                continue
            assert fields
            assert all(bad.field in _names(model) for bad in fields)


def fields(text: str) -> None:
    """The same of bodies that can be read, with anything in every field."""
    one, two, three, four = [*text.split("|", 3), "", "", ""][:4]
    story, author = {"id": two, "url": four}, {"id": two, "role": three}
    comment = {"body": one, "parentID": three}
    coral(_json({"comment": comment, "author": author, "story": story, "site": {"id": two}}))
    asked = {
        "comment": {"text": one, "type": three or "PLAIN_TEXT"},
        "languages": [three or "id"],
        "clientToken": two,
    }
    perspective(_json({**asked, "requestedAttributes": {"TOXICITY": {}, four or "INSULT": {}}}))
    score = {"summaryScore": {"value": len(two) / 100, "type": two}}
    perspective(_json({**asked, "attributeScores": {"TOXICITY": score, four or "INSULT": score}}))
    names = ("author_name", "author_email", "author_url", "author_ip", "permalink", "parent_id")
    values = (three or "Budi", two or "budi@example.com", four, three, four, two)
    native(_json({"content": one, "locale": four, **dict(zip(names, values, strict=True))}))
    native(_json({"reason": two, "detail": one, "texts": [one, two], four or "locale": three}))
    typed = {"comment_content": one, "comment_author": two, "user_ip": three, "permalink": four}
    akismet(urlencode({**typed, two: four}, errors="surrogatepass").encode())


def framing(received: bytes) -> None:
    """Where a request is said to end, gunicorn's parser finds its end too, or refuses it."""
    try:
        reach = Framing().reach(bytearray(received))
    except Unacceptable:
        return
    if reach is None or reach.is_last:
        return
    source = SimpleNamespace(left=received[: reach.bytes], is_starved=False)

    def recv(size: int) -> bytes:
        data, source.left = source.left[:size], source.left[size:]
        source.is_starved |= not data
        return data

    source.recv = recv
    parser = get_parser(_CONFIG, source, ("127.0.0.1", 1))
    try:
        next(parser)
        parser.finish_body()
    except (ParseException, StopIteration):
        return
    except NoMoreData as error:
        raise AssertionError("the parser wants more") from error
    left = parser.unreader.take_buffered() + source.left
    assert (source.is_starved, left) == (False, b"")


OF_TEXT: Final[Mapping[str, Callable[[str], None]]] = {
    check.__name__: check
    for check in (masking, folding, pieces_of, checking, sketching, spelling, sealing, fields)
}
OF_BYTES: Final[Mapping[str, Callable[[bytes], None]]] = {
    check.__name__: check for check in (akismet, perspective, coral, native, framing)
}
_CONFIG: Final = Config()


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _request(body: bytes, kind: str) -> Request:
    return Request(EnvironBuilder(method="POST", data=body, content_type=kind).get_environ())


def _names(model: Any) -> set[str]:
    return {*model.model_fields, "content", "comment_id"}


def _is_ip(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True
