"""Believe X-Forwarded-* from the proxies that the operator named, and from nobody else."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class BehindProxies:
    """A WSGI layer: one hop of werkzeug's ProxyFix where the peer is a named proxy."""

    def __init__(self, app: WSGIApplication, proxies: tuple[Network, ...]) -> None:
        self._direct = app
        self._proxied = ProxyFix(app, x_for=1, x_proto=1, x_host=0)
        self._proxies = proxies

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        app = self._proxied if self._trusts(environ.get("REMOTE_ADDR", "")) else self._direct
        return app(environ, start)

    def _trusts(self, peer: str) -> bool:
        if not self._proxies:
            return False
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:
            return False
        plain = getattr(address, "ipv4_mapped", None) or address  # a port may serve both kinds
        return any(plain in network for network in self._proxies)
