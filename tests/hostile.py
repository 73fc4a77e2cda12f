"""Requests that no honest client sends, byte for byte, and what may be answered to them.

`tests/test_hostile.py` sends all of them to the service, `python -m benchmarks hostile` also
through nginx, with larger bodies and many at once.
"""

from __future__ import annotations

import gzip
import json
import re
import socket
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

_STATUS: Final = re.compile(rb"HTTP/1\.\d (\d{3}) ")
SMUGGLED: Final = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


def post(
    path: str, key: str, *fields: str, kind: str = "application/json", body: bytes | None = None
) -> bytes:
    """A POST with a key and more header fields; with a length if it has a body."""
    head = [f"POST {path} HTTP/1.1", "Host: x", f"Authorization: Bearer {key}", *fields]
    head += [f"Content-Type: {kind}", "Connection: close"]
    head += [] if body is None else [f"Content-Length: {len(body)}"]
    return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + (body or b"")


def get(target: str, *fields: str, version: str = "HTTP/1.1", host: str = "Host: x") -> bytes:
    """A GET of any target with any header fields."""
    lines = [f"GET {target} {version}", *([host] if host else []), *fields, "Connection: close"]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


def framings(key: str) -> dict[str, bytes]:
    """Two ways to read where a request ends, with another request behind it."""
    chunks = b"2\r\n{}\r\n0\r\n\r\n"
    coded = "Transfer-Encoding: chunked"

    def kept(*fields: str) -> bytes:
        return post("/v1/comments", key, *fields).replace(b"Connection: close\r\n", b"")

    made = {
        "CL.TE": kept("Content-Length: 17", coded) + chunks,
        "TE.CL": kept(coded, "Content-Length: 4") + chunks,
        "TE.TE identity": kept(coded, "Transfer-Encoding: identity") + chunks,
        "TE.TE twice chunked": kept(coded, coded) + chunks,
        "TE xchunked": kept("Transfer-Encoding: xchunked") + chunks,
        "TE chunked, identity": kept("Transfer-Encoding: chunked, identity") + chunks,
        "TE with vertical tab": kept("Transfer-Encoding: \x0bchunked") + chunks,
        "TE with space before the colon": kept("Transfer-Encoding : chunked") + chunks,
        "TE folded": kept("Transfer-Encoding:\r\n chunked") + chunks,
        "TE with underscore": kept("Transfer_Encoding: chunked", "Content-Length: 2") + b"{}",
        "TE in HTTP/1.0": kept(coded).replace(b"HTTP/1.1", b"HTTP/1.0", 1) + chunks,
        "CL twice, same": kept("Content-Length: 2", "Content-Length: 2") + b"{}",
        "CL twice, different": kept("Content-Length: 2", "Content-Length: 9") + b"{}",
        "CL list": kept("Content-Length: 2, 2") + b"{}",
        "CL +2": kept("Content-Length: +2") + b"{}",
        "CL -2": kept("Content-Length: -2") + b"{}",
        "CL 0x2": kept("Content-Length: 0x2") + b"{}",
        "CL 2 2": kept("Content-Length: 2 2") + b"{}",
        "CL empty": kept("Content-Length:") + b"{}",
        "CL of 30 digits": kept("Content-Length: " + "9" * 30) + b"{}",
        "CL in Arabic digits": kept("Content-Length: \u0662".encode().decode("latin-1")) + b"{}",
        "CL folded": kept("Content-Length: 2\r\n 0") + b"{}",
        "chunk size -1": kept(coded) + b"-1\r\n{}\r\n0\r\n\r\n",
        "chunk size 0x2": kept(coded) + b"0x2\r\n{}\r\n0\r\n\r\n",
        "chunk size of 17 digits": kept(coded) + b"fffffffffffffffff\r\n{}\r\n0\r\n\r\n",
        "chunk size with a space first": kept(coded) + b" 2\r\n{}\r\n0\r\n\r\n",
        "chunk longer than said": kept(coded) + b"2\r\n{}{}\r\n0\r\n\r\n",
        "chunk lines with bare LF": kept(coded) + b"2\n{}\n0\n\n",
        "chunk extension with LF": kept(coded) + b"2;x\n{}\r\n0\r\n\r\n",
        "chunk extension of 100 kB": kept(coded) + b"2;" + b"x" * 100_000 + b"\r\n" + chunks[3:],
        "trailer with a length": kept(coded) + chunks[:-2] + b"Content-Length: 99\r\n\r\n",
        "trailer with a key": kept(coded) + chunks[:-2] + b"Authorization: Bearer x\r\n\r\n",
    }
    return {name: sent + SMUGGLED for name, sent in made.items()}


def heads() -> dict[str, bytes]:
    """Lines and fields as no client writes them."""
    line = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
    return {
        "bare LF": b"GET /healthz HTTP/1.1\nHost: x\n\n",
        "bare CR": b"GET /healthz HTTP/1.1\rHost: x\r\r",
        "a field without a colon": line + b"nonsense\r\n\r\n",
        "a field without a name": line + b": x\r\n\r\n",
        "a folded field": line + b"X: a\r\n b\r\n\r\n",
        "NUL in a field": line + b"X: a\x00b\r\n\r\n",
        "CR in a field": line + b"X: a\rb\r\n\r\n",
        "a space before the colon": line + b"X : a\r\n\r\n",
        "no Host": get("/healthz", host=""),
        "two Hosts": get("/healthz", "Host: y"),
        "an empty Host": get("/healthz", host="Host:"),
        "Host with a path": get("/healthz", host="Host: x/../y"),
        "Host with a user": get("/healthz", host="Host: a@b"),
        "Host with a script": get("/discovery/v1/apis/commentanalyzer/v1alpha1/rest",
                                  host="Host: <script>"),
        "another Host in the target": get("http://other.example/healthz"),
        "target of another scheme": get("ftp://x/healthz"),
        "target without a slash": get("healthz"),
        "target with a fragment": get("/healthz#x"),
        "target with raw bytes": get("/\xff\xfe"),
        "target with a tab": get("/health\tz"),
        "target that climbs": get("/static/../../../../etc/passwd"),
        "target that climbs, coded": get("/static/%2e%2e/%2e%2e/settings.py"),
        "target with %00": get("/static/desk.js%00.css"),
        "target with broken coding": get("/v1/comments/%zz%"),
        "target of 100 kB": get("/" + "a" * 100_000),
        "query of 7 kB": get("/v1/queue?" + "a=1&" * 1_800),
        "a field of 100 kB": get("/healthz", "X: " + "a" * 100_000),
        "1,000 fields": get("/healthz", *[f"X-{n}: y" for n in range(1_000)]),
        "100,000 fields": get("/healthz", *[f"X-{n}: y" for n in range(100_000)]),
        "a cookie of 8,000 pairs": get("/queue", "Cookie: " + "a=b; " * 1_500),
        "HTTP/0.9": b"GET /healthz\r\n\r\n",
        "HTTP/1.2": get("/healthz", version="HTTP/1.2"),
        "HTTP/3.0": get("/healthz", version="HTTP/3.0"),
        "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
        "h2c upgrade": get("/healthz", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"),
        "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200) + b"\r\n\r\n",
        "PROXY protocol": b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + get("/healthz"),
        "CONNECT": b"CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        "TRACE": b"TRACE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "OPTIONS *": b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "a method in small letters": b"get /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
        "a method of 1 kB": b"G" * 1_000 + b" / HTTP/1.1\r\nHost: x\r\n\r\n",
        "Expect: nonsense": get("/healthz", "Expect: nonsense"),
        "Range of everything": get("/static/desk.js", "Range: bytes=" + "0-," * 2_000 + "0-"),
        "a forged client": get("/healthz", "X-Forwarded-For: 1.2.3.4", "X-Forwarded-Proto: x"),
        "SCRIPT_NAME": get("/healthz", "Script-Name: /x"),
    }  # fmt: skip


def bodies(key: str) -> dict[str, bytes]:
    """Bodies that unfold, nest or repeat, at every kind of door."""
    deep = b"[" * 100_000
    long_number = b'{"content": ' + b"9" * 100_000 + b"}"
    zeros = zlib.compressobj(9)
    deflated = b"".join([*(zeros.compress(bytes(1 << 20)) for _ in range(200)), zeros.flush()])
    zipped = gzip.compress(deflated, 9, mtime=0)
    form = "application/x-www-form-urlencoded"
    many_parts = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n' * 8_000 + b"--x--"
    perspective = f"/v1alpha1/comments:analyze?key={key}"
    asked = {"comment": {"text": "x"}, "requestedAttributes": {"TOXICITY": {}}}
    doubled = b'{"content": "a", ' * 1 + b'"content": "b", ' * 20_000 + b'"content": "c"}'
    return {
        "JSON 100,000 deep": post("/v1/comments", key, body=deep),
        "JSON 100,000 deep to Perspective": post(perspective, key, body=deep),
        "JSON 100,000 deep to Akismet": post("/1.1/comment-check", key, body=deep),
        "JSON 100,000 deep to Coral": post("/coral", key, body=deep),
        "JSON objects 50,000 deep": post("/v1/score", key, body=b'{"a":' * 50_000),
        "a number of 100,000 digits": post("/v1/comments", key, body=long_number),
        "a number of 100,000 digits to Akismet": post(
            "/1.1/comment-check", key, body=long_number),
        "1e999999": post("/v1/comments", key, body=b'{"submitted_after_ms": 1e999999}'),
        "a threshold of 1e999": post(
            perspective, key, body=json.dumps(asked).replace(
                '{}}', '{"scoreThreshold": 1e999}}').encode()),
        "20,000 equal keys": post("/v1/comments", key, body=doubled),
        "half a surrogate": post("/v1/comments", key, body=b'{"content": "\\ud800"}'),
        "half a surrogate to Akismet": post(
            "/1.1/comment-check", key,
            body=json.dumps({"api_key": key, "blog": "http://x.example", "user_ip": "::1",
                             "comment_content": "\ud800"}).encode()),
        "UTF-16": post("/v1/comments", key, body='{"content": "x"}'.encode("utf-16")),
        "a form of 100,000 fields": post("/v1/comments", key, kind=form, body=b"a=b&" * 100_000),
        "a form of 100,000 fields to Akismet": post(
            "/1.1/comment-check", key, kind=form, body=b"a=b&" * 100_000),
        "a form of backslashes": post(
            "/1.1/comment-check", key, kind=form,
            body=b"blog=http://x.example&user_ip=::1&api_key=" + key.encode()
            + b"&comment_content=" + b"\\" * 400_000),
        "8,000 parts": post(
            "/v1/comments", key, kind="multipart/form-data; boundary=x", body=many_parts),
        "8,000 parts to Akismet": post(
            "/1.1/comment-check", key, kind="multipart/form-data; boundary=x", body=many_parts),
        "8,000 parts to the desk": post(
            "/sign-in", key, kind="multipart/form-data; boundary=x", body=many_parts),
        "quotes without end to Perspective": post(perspective, key, body=b'\\"' * 1_000_000),
        **{
            f"{coding} bomb": post(path, key, f"Content-Encoding: {coding}", body=body)
            for coding, path, body in (
                ("gzip", "/v1/comments", zipped), ("deflate", "/v1/comments", deflated),
                ("br", "/v1/comments", zipped), ("gzip", "/1.1/comment-check", zipped),
            )
        },
        "gzip as transfer coding": post("/v1/comments", key, "Transfer-Encoding: gzip, chunked")
        + b"%x\r\n%b\r\n0\r\n\r\n" % (len(zipped), zipped),
        "a GET with a body": b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                             b"Content-Length: 5\r\n\r\nhello",
    }  # fmt: skip


def large(key: str, megabytes: int) -> Mapping[str, Iterator[bytes]]:
    """Bodies of so many megabytes, made piece by piece."""
    head = post("/v1/comments", key)[:-2]
    piece = bytes(1 << 20)
    chunk = b"%x\r\n%b\r\n" % (len(piece), piece)

    def told() -> Iterator[bytes]:
        yield head + b"Content-Length: %d\r\n\r\n" % (megabytes << 20)
        yield from (piece for _ in range(megabytes))

    def chunked() -> Iterator[bytes]:
        yield head + b"Transfer-Encoding: chunked\r\n\r\n"
        yield from (chunk for _ in range(megabytes))
        yield b"0\r\n\r\n"

    def crumbs() -> Iterator[bytes]:
        yield head + b"Transfer-Encoding: chunked\r\n\r\n"
        yield from (b"1\r\nx\r\n" * 10_000 for _ in range(megabytes * 2))
        yield b"0\r\n\r\n"

    def only_said() -> Iterator[bytes]:
        yield head + b"Content-Length: 107374182400\r\n\r\n{"

    return {
        f"{megabytes} MB, length told": told(),
        f"{megabytes} MB in chunks": chunked(),
        f"{megabytes * 20_000:,} chunks of one byte": crumbs(),
        "100 GB, said and not sent": only_said(),
    }


def statuses(port: int, sent: Iterable[bytes], seconds: float = 4.0) -> tuple[int, ...]:
    """Send, and read until the other side ends or is silent; what it answered, but for 1xx."""
    got = bytearray()
    end = time.monotonic() + seconds
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        try:
            for piece in sent:
                connection.sendall(piece)
        except OSError:
            pass  # answered and closed before all was sent
        while (left := end - time.monotonic()) > 0:
            connection.settimeout(left if not got else min(left, 0.5))
            try:
                more = connection.recv(1 << 16)
            except OSError:
                break
            if not more:
                break
            got += more
    return tuple(int(status) for status in _STATUS.findall(got) if status[0:1] != b"1")
