"""What every answer tells a browser: take it for what it says it is, and keep no copy of it."""

from __future__ import annotations

from flask import Flask, Response


def register(app: Flask) -> None:
    """Add the headers; a page or a file that says otherwise about its copies is left alone."""

    @app.after_request
    def tell(response: Response) -> Response:
        headers = response.headers
        headers["X-Content-Type-Options"] = "nosniff"
        if "Cache-Control" not in headers:
            headers["Cache-Control"] = "no-store"
        return response
