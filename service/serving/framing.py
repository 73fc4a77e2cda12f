"""How far the first request in received bytes reaches, so that no thread waits for the rest of it.

This only says when a request is here. What it says, and where it ends, is for gunicorn's parser to
decide; where the two disagree the connection is closed (`service.serving.reception`), so that
nothing can be hidden between them.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

HEAD_BYTES: Final = 64 * 1024
MOST_BYTES: Final = 17 * 1024 * 1024
"""The largest body that any door takes (16 MiB of texts to score), and its chunks' own lines."""
_CHUNK_LINE_BYTES: Final = 8 * 1024
_MOST_CHUNKS: Final = 20_000
_FRAMING: Final = re.compile(
    rb"\r\n(content-length|transfer-encoding|expect)[ \t]*:([^\r\n]*)", re.IGNORECASE
)
_CHUNK_SIZE: Final = re.compile(rb"([0-9a-fA-F]{1,15})[ \t]*(?:;.*)?")
_WHOLE_NUMBER: Final = re.compile(rb"[0-9]{1,15}")


class Unacceptable(Exception):
    """A request that is refused before it is read: with this HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Reach(NamedTuple):
    """So many bytes can be handed on; ``is_last`` if what follows them cannot be told apart."""

    bytes: int
    is_last: bool = False


class Framing:
    """Follows one request through a buffer that grows at its end."""

    def __init__(self) -> None:
        self.awaits_continue = False
        self._head = 0
        self._end = 0
        self._is_last = False
        self._is_chunked = False
        self._searched = 0
        self._chunks = 0

    @property
    def has_head(self) -> bool:
        """Whether all of the header fields are here."""
        return self._head > 0

    def reach(self, received: bytearray) -> Reach | None:
        """The first request's reach, or None while more of it must come."""
        has_head = self._head or self._finds_head(received)
        if has_head and self._is_chunked and not self._is_last:
            self._follow_chunks(received)
        if self._is_last:
            return Reach(len(received), is_last=True)
        is_here = has_head and not self._is_chunked and len(received) >= self._end
        return Reach(self._end) if is_here else None

    def _finds_head(self, received: bytearray) -> bool:
        start = 2 if received[:2] == b"\r\n" else 0  # one empty line may stand before a request
        found = received.find(b"\r\n\r\n", max(start, self._searched - 3))
        if (found if found >= 0 else len(received)) > HEAD_BYTES:
            raise Unacceptable(431)
        if found < 0:
            self._is_last = self._has_bare_line_feed(received)
            self._searched = len(received)
            return False
        self._head = self._end = found + 4
        self._measure(received)
        return True

    def _has_bare_line_feed(self, received: bytearray) -> bool:
        """Such a head would never end as heads do: the parser refuses it now."""
        pairs = received.count(b"\r\n", max(0, self._searched - 1))
        return received.count(b"\n", self._searched) > pairs

    def _measure(self, received: bytearray) -> None:
        fields = [
            (name.lower(), value.strip(b" \t").lower())
            for name, value in _FRAMING.findall(received, 0, self._head)
        ]
        is_old = received.find(b" HTTP/1.0\r\n", 0, self._head) >= 0  # it knows no such answer
        self.awaits_continue = not is_old and (b"expect", b"100-continue") in fields
        told = [field for field in fields if field[0] != b"expect"]
        if not told:
            return
        (name, value), *more = told
        if more:  # two lengths, or a length and a coding: the parser refuses them
            self._is_last = True
        elif name == b"transfer-encoding":
            self._is_chunked = value.rpartition(b",")[2].strip(b" \t") == b"chunked"
            self._is_last = not self._is_chunked
        elif _WHOLE_NUMBER.fullmatch(value) and int(value) <= MOST_BYTES:
            self._end += int(value)
        else:  # too large, or no number: the app or the parser refuses it without the body
            self._is_last = True

    def _follow_chunks(self, received: bytearray) -> None:
        """Go on at `_end`, where the first chunk that is not here begins."""
        while (line := received.find(b"\r\n", self._end)) >= 0:
            found = _CHUNK_SIZE.fullmatch(received, self._end, line)
            if found is None:
                self._is_last = True
                return
            size = int(found[1], 16)
            if size == 0:
                self._find_trailers_end(received, line)
                return
            self._skip(line + 2 + size + 2)
        self._is_last |= len(received) - self._end > _CHUNK_LINE_BYTES

    def _skip(self, end: int) -> None:
        self._chunks += 1
        if self._chunks > _MOST_CHUNKS:
            raise Unacceptable(413)
        self._is_last |= end - self._head > MOST_BYTES
        self._end = end

    def _find_trailers_end(self, received: bytearray, line: int) -> None:
        found = received.find(b"\r\n\r\n", line)
        if found >= 0:
            self._end, self._is_chunked = found + 4, False
        else:
            self._is_last = len(received) - line > HEAD_BYTES
