"""A client's connection with a buffer each way: nobody who reads from it or writes to it waits."""

from __future__ import annotations

import select
import selectors
import socket
from io import BytesIO
from typing import Any, Final

from service.serving.framing import Framing, Reach

READ: Final = selectors.EVENT_READ
WRITE: Final = selectors.EVENT_WRITE
OUTBOX_BYTES: Final = 1024 * 1024
READER_SECONDS: Final = 20
_STEP: Final = 16 * 1024
_BODY_STEP: Final = 256 * 1024
_NOTHING: Final = Reach(0)
_WASTE: Final = bytearray(1024 * 1024)
"""Where what nobody reads is read to; all connections share it."""


class Wire(socket.socket):
    """A socket for gunicorn's parser and answers, with both ends in memory."""

    def __init__(self, plain: socket.socket) -> None:
        super().__init__(plain.family, plain.type, plain.proto, fileno=plain.detach())
        self.setblocking(False)
        self.inbox, self.outbox = bytearray(), bytearray()
        self.is_ended = self.is_broken = False
        self.watched = 0  # the events that the loop's poller is asked for
        self._framing = Framing()
        self._reach = _NOTHING
        self._request = BytesIO()
        self._given = 0
        self._is_starved = False

    # The loop's side

    @property
    def size(self) -> int:
        """The bytes that it holds."""
        return len(self.inbox) + len(self.outbox) + self._given

    @property
    def has_head(self) -> bool:
        """Whether the next request's header fields are all here."""
        return self._framing.has_head

    @property
    def is_last(self) -> bool:
        """Whether no request can follow the one that is open."""
        return self._reach.is_last

    def expect_request(self) -> None:
        """What comes from here on is another request."""
        self._framing, self._reach = Framing(), _NOTHING

    def pull(self) -> None:
        """Take what has come, up to a step."""
        try:
            got = super().recv(_STEP if len(self.inbox) < _STEP else _BODY_STEP)
        except BlockingIOError:
            return
        except OSError:
            got = b""
        self.inbox += got
        self.is_ended = not got

    def has_request(self) -> bool:
        """Whether a request is here; raises `Unacceptable`."""
        if not self.inbox:
            return False
        reach = self._framing.reach(self.inbox)
        if reach is None and self.is_ended:
            reach = Reach(len(self.inbox), is_last=True)
        if reach is None and self._framing.awaits_continue:
            self._framing.awaits_continue = False
            self.outbox += b"HTTP/1.1 100 Continue\r\n\r\n"
            self.push()
        self._reach = reach or _NOTHING
        return reach is not None

    def open_request(self) -> None:
        """Give the parser the request that is here, and no more."""
        self._given = self._reach.bytes
        with memoryview(self.inbox) as received:
            self._request = BytesIO(received[: self._given])
        del self.inbox[: self._given]
        self._is_starved = False

    def is_read_up(self) -> bool:
        """Whether all of the request was read, and nothing beyond it was asked for."""
        return not self._is_starved and not self._request.read(1)

    def close_request(self) -> None:
        """Forget the request that was answered."""
        self._request, self._given = BytesIO(), 0

    def push(self) -> None:
        """Send what the client takes at once."""
        while self.outbox and not self.is_broken:
            try:
                sent = super().send(self.outbox)
            except BlockingIOError:
                return
            except OSError:
                self.is_broken = True
                return
            del self.outbox[:sent]

    def say_last(self) -> None:
        """Nothing more will be sent."""
        try:
            self.shutdown(socket.SHUT_WR)
        except OSError:
            self.is_ended = True

    def waste(self) -> None:
        """Take much of what has come, and keep nothing."""
        self.inbox.clear()
        try:
            self.is_ended = not super().recv_into(_WASTE)
        except BlockingIOError:
            return
        except OSError:
            self.is_ended = True

    def forget_input(self) -> None:
        """Drop what has come and was not read."""
        self.inbox = bytearray()

    # The parser's and the answer's side

    def recv(self, size: int, flags: int = 0) -> bytes:  # noqa: ARG002
        """The open request's bytes; nothing at its end."""
        data = self._request.read(size)
        self._is_starved |= not data
        return data

    def sendall(self, data: Any, flags: int = 0) -> None:  # noqa: ARG002
        """Keep for sending; a long answer waits here for a reader who takes some of it in time."""
        self.outbox += data
        if len(self.outbox) > OUTBOX_BYTES:
            self.push()
        while len(self.outbox) > OUTBOX_BYTES and not self.is_broken:
            poll = select.poll()
            poll.register(self, select.POLLOUT)
            self.is_broken = not poll.poll(READER_SECONDS * 1000)
            self.push()
        if self.is_broken:
            raise ConnectionResetError
