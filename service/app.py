"""create_app: the one room that knows everybody. It wires and registers, and decides nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from flask import Flask, Response
from jinja2 import DictLoader

from service import __version__, checks, logs
from service.access import Access
from service.comments import utc_now
from service.complaints import Complaints
from service.desk.contradictions import Contradictions
from service.desk.doings import Doings
from service.desk.figures import Dashboard
from service.desk.queue import Queue
from service.desk.signins import SignIns
from service.desk.tallies import Tallies
from service.errors import BadSettings
from service.housekeeping import Housekeeper
from service.metrics import Metrics
from service.models.drift import Drift
from service.models.following import Follower
from service.models.installed import Models
from service.models.shadow import Shadow
from service.moderation import Moderation
from service.newsreel import Newsreel
from service.outbound.post import Post
from service.reports import Reports
from service.retention import Bands
from service.review import Review
from service.rulebook import Rulebook
from service.scoring.scorer import NoModel, Scorer
from service.settings import LEAST_SECRET_BYTES, Settings
from service.storage.engine import open_database
from service.thresholds import Thresholds
from service.turnstile import Turnstile
from service.vitals import Vitals
from service.web import (
    coral,
    cors,
    demo,
    docs,
    events,
    faults,
    headers,
    health,
    native,
    policy,
    queue_api,
)
from service.web.akismet import door as akismet
from service.web.desk.account_pages import account_blueprint
from service.web.desk.complaint_pages import complaint_blueprint
from service.web.desk.contradiction_pages import contradiction_blueprint
from service.web.desk.done_pages import done_blueprint
from service.web.desk.figure_pages import figure_blueprint
from service.web.desk.forms import Forms
from service.web.desk.many_pages import many_blueprint
from service.web.desk.model_pages import model_blueprint
from service.web.desk.people_pages import people_blueprint
from service.web.desk.queue_pages import queue_blueprint
from service.web.desk.settings_pages import settings_blueprint
from service.web.desk.sign_in_pages import sign_in_blueprint
from service.web.exchange import this_request
from service.web.guards import Desk
from service.web.perspective import door as perspective
from service.web.proxies import BehindProxies
from service.webhooks import Courier

STATEMENT_SECONDS: Final = 10.0
"""How long a request waits for one statement of a slow database before it says 503."""
_STARTED: Final = "saring.started"


class _App(Flask):
    """Flask without its question whether a view is a coroutine: none here is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function as it is."""
        return func


def create_app(
    settings: Settings,
    *,
    scorer: Scorer | NoModel | None = None,
    now: Callable[[], datetime] = utc_now,
    metrics: Metrics | None = None,
) -> Flask:
    """The WSGI application for these settings; opens no connection until the first request."""
    if len(settings.secret) < LEAST_SECRET_BYTES:
        raise BadSettings("SARING_SECRET: there is none; home.prepare makes one")
    logs.configure(settings.home / "logs", settings.log_level)
    checks.fold("")  # makes its tables before the fork: the first comment would wait for them
    metrics = metrics or Metrics(shared=False)
    database = open_database(
        settings.database_url,
        pool_size=settings.threads + 2,
        statement_seconds=STATEMENT_SECONDS,
    )
    access = Access(database, settings.secret, now, Turnstile(metrics.wrong_key))
    models = Models.of(settings)
    follower = Follower(models, scorer)
    moderation = Moderation(
        database,
        follower.scorer,
        settings.secret,
        now,
        metrics,
        rate_limit=(settings.rate_limit.count, settings.rate_limit.seconds),
    )
    rulebook = Rulebook(database, lambda: moderation.scorer, now)
    shadow = Shadow(database, models, now)
    drift = Drift(database, lambda: moderation.scorer, now)
    thresholds = Thresholds(database, lambda: moderation.scorer, now)
    courier = Courier(database, settings.secret, now, Post())
    app = _App("service.web", static_folder=None)
    app.jinja_loader = DictLoader(_templates(Path(app.root_path) / "templates"))
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.config.update(MAX_CONTENT_LENGTH=64 * 1024, MAX_FORM_MEMORY_SIZE=None)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False  # a redirect would repeat the path that it was given
    review = Review(database, now)
    sign_ins, queue = SignIns(database, settings.secret, now), Queue(database, now)
    app.extensions["saring"] = {
        "database": database,
        "review": review,
        "rulebook": rulebook,
        "thresholds": thresholds,
        "moderation": moderation,
        "access": access,
        "sign_ins": sign_ins,
        "housekeepers": (
            Housekeeper(
                {
                    "rejudge_held": moderation.rejudge_held,
                    "thresholds": thresholds.learn_all,
                    "bands": Bands(database, now).sweep,
                    "tallies": Tallies(database, now).settle,
                }
            ),
            Housekeeper({"checkpoint": database.checkpoint}, every_seconds=1.0),
            # A thread of its own: a slow receiver must not keep the rest of the house waiting.
            Housekeeper({"webhooks": courier.deliver}, every_seconds=2.0),
            Housekeeper({"model": lambda: follower.look(moderation.take_up)}, every_seconds=2.0),
            Housekeeper({"shadow": shadow.work}, every_seconds=5.0),
            Housekeeper({"drift": drift.measure}, every_seconds=60.0),
        ),
    }
    reports = Reports(database, moderation, settings.secret, now)
    faults.register(
        app,
        {
            "/1.1/": akismet.fault,
            "/1.2/": akismet.fault,
            "/v1alpha1/": perspective.fault,
            "/coral": coral.fault,
        },
    )
    app.register_blueprint(native.blueprint(moderation, access))
    app.register_blueprint(akismet.blueprint(moderation, reports, access, now))
    app.register_blueprint(perspective.blueprint(moderation, reports, access))
    app.register_blueprint(coral.blueprint(moderation, access))
    app.register_blueprint(policy.blueprint(rulebook, thresholds, review, access))
    desk = Desk(sign_ins, Forms(settings.secret), now)
    app.register_blueprint(queue_api.blueprint(queue, review, desk, moderation.counterfactual))
    app.register_blueprint(sign_in_blueprint(desk))
    app.register_blueprint(account_blueprint(desk))
    app.register_blueprint(queue_blueprint(queue, review, access, desk, moderation.counterfactual))
    app.register_blueprint(many_blueprint(queue, access, desk))
    app.register_blueprint(contradiction_blueprint(Contradictions(database), desk))
    app.register_blueprint(done_blueprint(Doings(database, now), desk))
    dashboard = Dashboard(database, now)
    app.register_blueprint(figure_blueprint(dashboard, review, access, drift, desk))
    app.register_blueprint(model_blueprint(models, shadow, drift, desk))
    app.register_blueprint(
        settings_blueprint(access, rulebook, dashboard, desk, settings.retention_days)
    )
    app.register_blueprint(people_blueprint(access, sign_ins, queue, review, desk))
    complaints = Complaints(database, now)
    app.register_blueprint(complaint_blueprint(complaints, access, desk))
    app.register_blueprint(events.blueprint(Newsreel(database), complaints, access))
    vitals = Vitals(database, moderation, metrics, follower, drift, review, now)
    app.register_blueprint(health.blueprint(vitals.checks(), vitals.exposition, vitals.remarks()))
    app.register_blueprint(docs.blueprint(__version__, demo=settings.demo))
    if settings.demo:
        app.register_blueprint(demo.blueprint(moderation, access))
    _watch(app, metrics)
    cors.register(app, access)
    headers.register(app)
    app.log_exception = _crashed  # type: ignore[method-assign, assignment]
    app.wsgi_app = BehindProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore
    return app


@cache
def _templates(folder: Path) -> dict[str, str]:
    """All of them, read now: between an upgrade's files and its restart the next release's lie
    there, and would be read when somebody first asks for the page."""
    found = folder.rglob("*.html")
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in found}


def _crashed(info: tuple[type[BaseException], BaseException, object]) -> None:
    """Flask's own report would quote the path and the exception's message."""
    logs.crash("crash", info[1])


def _watch(app: Flask, metrics: Metrics) -> None:
    """Time and log each request by its route's pattern; a crash by its type and place."""

    @app.before_request
    def start() -> None:
        this_request().environ[_STARTED] = perf_counter()

    @app.after_request
    def done(response: Response) -> Response:
        asked, now = this_request(), perf_counter()
        seconds = now - asked.environ.get(_STARTED, now)
        route = asked.url_rule.rule if asked.url_rule else "unknown"
        metrics.answered(route, response.status_code, seconds)
        method = asked.method if asked.url_rule else ""
        logs.request(method, route, response.status_code, seconds)
        return response
