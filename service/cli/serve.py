"""`saring serve`: check, migrate, greet, serve."""

from __future__ import annotations

import shlex
import socket
from collections.abc import Callable

import click

from service import home
from service.comments import SiteKeys
from service.errors import BadSettings
from service.settings import Settings


@click.command("serve")
def serve() -> None:
    """Bring the database up to date and serve until stopped."""
    settings = home.prepare(Settings.from_env())
    _prove_free(settings.bind)
    with home.serve_from(settings.home):  # open until the last worker ends
        _run(settings)


def _run(settings: Settings) -> None:
    from service.serving import server

    server.prepare_shared_metrics(settings.home)

    # Only now: prometheus_client looks for its shared directory when it is imported.
    from service.app import create_app
    from service.cli.installation import installation
    from service.metrics import Metrics

    here = installation()
    born = here.access.first_start()
    here.database.engine.dispose()
    app = create_app(settings, metrics=Metrics(shared=True))
    server.Server(app, settings, _greeting(settings, born)).run()


def _prove_free(bind: str) -> None:
    host, _, port = bind.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError as error:
            raise BadSettings(
                f"SARING_BIND: got '{bind}', which cannot be served ({error.strerror}); "
                "it takes a HOST:PORT that is free"
            ) from error


def _greeting(settings: Settings, born: tuple[SiteKeys, str] | None) -> Callable[[object], None]:
    """What to print once the port is open. Keys and password are in `born` on the first start."""

    def greet(_server: object) -> None:
        address = f"http://{settings.bind}"
        lines = [*(_once(born) if born else []), f"Saring serves on {address}"]
        if settings.demo:
            lines.append(f"  try it        {address}/demo")
        lines += [
            f"  moderators    {address}/queue",
            f"  API           {address}/docs",
            f"  state         {settings.home}",
        ]
        key = born[0].key if born else "KEY"
        lines += ["Post a comment:", f"  {curl_line(address, key)}"]
        click.echo("\n".join(lines))

    return greet


def _once(born: tuple[SiteKeys, str]) -> list[str]:
    keys, password = born
    return [
        "First start. These are shown once; keep them:",
        f"  site          {keys.name}",
        f"  key           {keys.key}",
        f"  short key     {keys.short_key}   (WordPress, Akismet and Perspective clients)",
        f"  Coral secret  {keys.coral_secret}",
        f"  moderator     admin, password {password}",
        "",
    ]


def curl_line(address: str, key: str) -> str:
    """A command that posts a comment, to be pasted."""
    body = (
        '{"content": "Semoga perundingan damai ini berhasil.", '
        '"author_name": "Budi", "author_email": "budi@example.com"}'
    )
    return (
        f"curl -s {address}/v1/comments -H 'Authorization: Bearer {key}' "
        f"-H 'Content-Type: application/json' -d {shlex.quote(body)}"
    )
