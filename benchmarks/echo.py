"""The named peer of the throughput figure: a bare Flask JSON echo under the server we use.

    python -m benchmarks.echo HOST:PORT

It goes through `service.serving.server.Server`, so worker class (QuietWorker, gunicorn's gthread
with quieter errors), logger, workers, threads and keep-alive are the service's own.
"""

from __future__ import annotations

import sys
from dataclasses import replace

from flask import Flask, Response, jsonify, request

from service.serving.server import Server
from service.settings import Settings


class _Nothing:
    """Stands where the server looks for a database to close after the fork."""

    def close(self) -> None:
        """Nothing is open."""


def create_echo() -> Flask:
    """An app of one route that reads JSON and writes it back."""
    app = Flask("echo", static_folder=None)
    app.extensions["saring"] = {"database": _Nothing(), "housekeepers": ()}

    @app.post("/echo")
    def echo() -> Response:
        return jsonify(request.get_json())

    return app


def serve(bind: str) -> None:
    """Serve until stopped, with the default workers and threads."""
    Server(create_echo(), replace(Settings(), bind=bind), lambda _server: None).run()


if __name__ == "__main__":
    serve(sys.argv[1])
