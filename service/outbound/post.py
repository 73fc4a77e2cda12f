"""One HTTP POST to an address that was checked: no redirects, no proxies, no body read back."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from http.client import HTTPException
from typing import Final

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util import Url

from service.outbound import addresses
from service.outbound.addresses import Refused, Resolve

CONNECT_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 10.0


class Post:
    """Sends bodies and tells the status, or in a word why there is none."""

    def __init__(
        self,
        resolve: Resolve = addresses.resolve,
        *,
        answer_seconds: float = ANSWER_SECONDS,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._resolve = resolve
        self._answer_seconds = answer_seconds
        self._given_tls = tls

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Made at the first message: the system's authorities are many, most homes have no hook."""
        return self._given_tls or ssl.create_default_context()

    @property
    def most_seconds(self) -> float:
        """No request lasts longer: connecting, the TLS handshake, and then the answer's head."""
        return CONNECT_SECONDS + 2 * self._answer_seconds

    def find(self, url: Url, *, allow_private: bool) -> list[str]:
        """The addresses that may be connected to; none where one is refused or none is known."""
        host, port = (url.host or "").strip("[]"), _port(url)
        try:
            found = addresses.permitted(
                host, port, allow_private=allow_private, resolve=self._resolve
            )
        except (Refused, OSError, UnicodeError):
            return []
        return list(found)

    def send(self, url: Url, address: str, body: bytes, headers: Mapping[str, str]) -> str:
        """POST to one checked address: the status as three digits, or what went wrong.

        ``no connection`` alone means that nothing was sent.
        """
        connection = self._connection(url, address)
        try:
            connection.connect()
        except (HTTPError, HTTPException, OSError, ValueError):
            connection.close()
            return "no connection"
        late = threading.Event()
        watchdog = threading.Timer(self._answer_seconds, _cut, [connection, late])
        watchdog.start()
        try:
            answer = _exchange(connection, url, body, headers)
        except (HTTPError, HTTPException, OSError, ValueError) as error:
            answer = type(error).__name__[:32]
        finally:
            watchdog.cancel()
            connection.close()
        return "too slow" if late.is_set() else answer

    def _connection(self, url: Url, address: str) -> HTTPConnection:
        if url.scheme == "http":
            return HTTPConnection(address, _port(url), timeout=CONNECT_SECONDS)
        return HTTPSConnection(
            address,
            _port(url),
            timeout=CONNECT_SECONDS,
            ssl_context=self._tls,
            server_hostname=(url.host or "").strip("[]"),
        )


def _exchange(connection: HTTPConnection, url: Url, body: bytes, headers: Mapping[str, str]) -> str:
    """Send, and read the answer's status and headers; its body is left unread."""
    told = {**headers, "Host": url.netloc or "", "Connection": "close"}
    connection.request("POST", url.request_uri, body, told, preload_content=False)
    return str(connection.getresponse().status)


def _cut(connection: HTTPConnection, late: threading.Event) -> None:
    """Every read has a time limit of its own; this ends answers that come byte by byte."""
    late.set()
    if connection.sock is not None:
        with suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)


def _port(url: Url) -> int:
    return url.port or (443 if url.scheme == "https" else 80)
