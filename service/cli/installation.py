"""What every command needs: settings, a home, and the database with its tables."""

from __future__ import annotations

from dataclasses import dataclass

from service import home, logs
from service.access import Access
from service.comments import utc_now
from service.desk.signins import SignIns
from service.errors import BadSettings, Unavailable
from service.models.installed import Models, load_current
from service.rulebook import Rulebook
from service.settings import Settings
from service.storage.engine import Database, open_database
from service.storage.migrate import migrate
from service.thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class Installation:
    """This installation, opened."""

    settings: Settings
    database: Database
    access: Access
    sign_ins: SignIns
    rulebook: Rulebook
    thresholds: Thresholds
    models: Models


def installation() -> Installation:
    """Open this installation from the environment, with its tables brought up to date."""
    settings = home.prepare(Settings.from_env())
    logs.configure(settings.home / "logs", settings.log_level)
    database = open_database(settings.database_url)
    try:
        migrate(database)
    except Unavailable as error:
        raise BadSettings(
            f"SARING_DATABASE_URL: {error}; it takes a database that can be reached and written"
        ) from error
    access = Access(database, settings.secret, utc_now)
    sign_ins = SignIns(database, settings.secret, utc_now)
    models = Models.of(settings)
    rulebook = Rulebook(database, lambda: load_current(models), utc_now)
    thresholds = Thresholds(database, lambda: load_current(models), utc_now)
    return Installation(settings, database, access, sign_ins, rulebook, thresholds, models)
