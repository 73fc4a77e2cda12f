"""One application over one database, with a site, a moderator's browser, and nothing stored."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import insert, select

from service.app import create_app
from service.comments import Site
from service.moderation import Moderation
from service.settings import Settings
from service.storage.engine import Database
from service.storage.migrate import migrate
from service.storage.tables import moderators, site_rules, sites

SECRET = b"a secret of thirty-two bytes, for benchmarks"
PASSWORD = "a password that is long"


@dataclass
class Newsroom:
    """The application's parts that are asked."""

    database: Database
    moderation: Moderation
    site: Site
    client: FlaskClient
    key: str
    scorer: Any

    def ask(self, path: str) -> None:
        """One request; anything but a page is an error of this benchmark."""
        as_site = {"Authorization": f"Bearer {self.key}"} if path.startswith("/v1/") else {}
        answer = self.client.get(path, headers=as_site)
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code}")

    def sign_in(self) -> None:
        """As the moderator who is in every newsroom here."""
        word = re.search(r'name="csrf" value="([^"]+)"', self.client.get("/login").text)
        assert word
        form = {"name": "wati", "password": PASSWORD, "csrf": word[1]}
        assert self.client.post("/login", data=form).status_code == 303

    def close(self) -> None:
        """Let the database go."""
        self.database.engine.dispose()
        self.database.close()


def new(url: str, home: Path, scorer: Any) -> Newsroom:
    """A newsroom on an empty database."""
    parts, client = _application(url, home, scorer)
    keys = parts["access"].add_site("bench")
    parts["access"].add_moderator("wati", "admin", PASSWORD)
    site = parts["access"].named_site("bench")
    return Newsroom(parts["database"], parts["moderation"], site, client, keys.key, scorer)


def copied(like: Newsroom, url: str, home: Path) -> Newsroom:
    """Another one on an empty database with the same site, so that its keys are the same."""
    parts, client = _application(url, home, like.scorer)
    with like.database.read() as here, parts["database"].begin() as there:
        for table in (sites, site_rules, moderators):
            rows = [dict(row._mapping) for row in here.execute(select(table))]
            if rows:
                there.execute(insert(table), rows)
    return Newsroom(
        parts["database"], parts["moderation"], like.site, client, like.key, like.scorer
    )


def _application(url: str, home: Path, scorer: Any) -> tuple[dict[str, Any], FlaskClient]:
    settings = Settings(home=home, database_url=url, secret=SECRET)
    app = create_app(settings, scorer=scorer)
    migrate(app.extensions["saring"]["database"])
    return app.extensions["saring"], app.test_client()
