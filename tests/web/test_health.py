"""Live, ready, measured."""

from __future__ import annotations

import json
import re

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, Text, text

from service.comments import new_id
from service.scoring.scorer import NoModel
from service.storage import accounts, outbox
from service.storage.engine import open_database
from service.storage.migrate import migrate
from tests.doubles import COMMENT, Site


@pytest.fixture
def gone(make_app, tmp_path):
    """The application where its database cannot be opened."""
    return make_app(database_url=f"sqlite:///{tmp_path / 'none' / 'saring.db'}").test_client()


def test_it_works(app):
    client = app.test_client()
    assert client.get("/healthz").json == {"status": "ok"}
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json == {"status": "ok", "model": "ok", "database": "ok", "migrations": "ok"}


def test_without_a_model_it_lives_and_says_why_it_is_not_ready(make_app):
    client = make_app(NoModel("models/current.json is missing")).test_client()
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json["model"] == "models/current.json is missing"
    assert (ready.json["status"], ready.json["database"]) == ("not ready", "ok")


def test_a_refused_artefact_says_why(make_app, tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "current.json").write_text(json.dumps({"version": "x", "digest": "y"}))
    ready = make_app(scorer=None).test_client().get("/readyz")
    assert ready.status_code == 503
    assert ready.json["model"] not in ("", "ok")


def test_a_database_that_is_gone(gone):
    assert gone.get("/healthz").status_code == 200
    ready = gone.get("/readyz")
    assert (ready.status_code, ready.mimetype) == (503, "application/json")
    assert ready.json["model"] == "ok"
    assert "does not answer" in ready.json["database"]
    assert "does not answer" in ready.json["migrations"]


def test_a_later_release_has_changed_the_tables_meanwhile(make_app, database_url):
    """Whoever still runs the earlier one puts off what it cannot store; nobody is told "twice"."""
    database = open_database(database_url)
    migrate(database)
    app = make_app(database_url=database_url)
    site = Site.added_to(app, "kabar")
    with database.begin_rebuilding() as tx:
        tables = Operations(MigrationContext.configure(tx))
        with tables.batch_alter_table("comments") as table:
            table.add_column(Column("later", Text, nullable=False))
    answer = site.post("/v1/comments", json=COMMENT)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    for opened in (database, app.extensions["saring"]["database"]):
        opened.engine.dispose()
        opened.close()


def test_tables_of_another_release(app):
    with app.extensions["saring"]["database"].begin() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        tx.execute(text("UPDATE served_since SET revision = '9999'"))
    ready = app.test_client().get("/readyz")
    assert ready.status_code == 503
    assert "9999" in ready.json["migrations"]


def metrics(app) -> str:
    response = app.test_client().get("/metrics")
    assert response.status_code == 200
    assert response.mimetype == "text/plain"
    return response.text


def test_metrics_count_verdicts_and_reasons(app, site):
    for content in ("halo", "main slot", "dasar bodoh", "si bodoh"):
        site.comment(content=content)
    measured = metrics(app)
    for line in (
        'saring_verdicts_total{rule="nothing-against-it",verdict="accept"} 1.0',
        'saring_verdicts_total{rule="score-reject",verdict="reject"} 1.0',
        'saring_verdicts_total{rule="score-hold",verdict="hold"} 2.0',
        'saring_reasons_total{code="TOXIC"} 2.0',
        'saring_reasons_total{code="GAMBLING"} 1.0',
        'saring_model_decisions_total{version="fake-1"} 4.0',
        'saring_phase_seconds_count{phase="score"} 4.0',
        'saring_phase_seconds_count{phase="record"} 4.0',
        'saring_request_seconds_count{route="/v1/comments",status="201"} 4.0',
        'saring_model{version="fake-1"} 1.0',
        "saring_queue_size 2.0",
    ):
        assert line in measured.splitlines()


def test_metrics_tell_the_live_error_rates_with_their_intervals(app, site, monkeypatch):
    house = app.extensions["saring"]
    monkeypatch.setattr(house["moderation"]._judge, "_chance", lambda: 0.0)  # all are drawn
    here = house["access"].named_site("default")
    for number, ruling in enumerate(("accept", "accept", "reject")):
        comment = site.comment(content=f"komentar biasa nomor {number}").json["id"]
        house["review"].rule(here, comment, ruling, "ani")
    assert {
        'saring_spot_checks{kind="missed",language="id"} 3.0',
        'saring_live_error_share{bound="estimate",kind="missed",language="id"} 0.3333333333333333',
    } <= set(metrics(app).splitlines())
    bounds = dict(re.findall(r'share\{bound="(low|high)",kind="missed",.*\} (.*)', metrics(app)))
    assert 0.06 < float(bounds["low"]) < 0.07
    assert 0.79 < float(bounds["high"]) < 0.80
    assert "wrongly_rejected" not in metrics(app)  # nothing was rejected, nothing is claimed


def test_test_strings_are_never_counted(app, site):
    for verdict in ("accept", "hold", "reject"):
        site.comment(content=f"saring-test-{verdict}")
    measured = metrics(app)
    assert "saring_verdicts_total{" not in measured
    assert "saring_queue_size 0.0" in measured


def test_metrics_name_routes_and_never_paths(app, site):
    site.get("/budi@example.com")
    site.get("/v1/comments/00000000-0000-7000-8000-000000000000?budi@example.com")
    measured = metrics(app)
    assert "budi" not in measured
    assert 'route="unknown",status="404"' in measured
    assert 'route="/v1/comments/<uuid:comment_id>",status="404"' in measured


def test_metrics_tell_how_far_behind_webhooks_are(app, site, clock):
    database = app.extensions["saring"]["database"]
    with database.begin() as tx:
        one = accounts.site_by_name(tx, "default")
        outbox.add_webhook(tx, new_id(), one.id, "https://a.example/", False, clock())
    assert "saring_outbox_waiting 0.0" in metrics(app)
    assert "saring_outbox_oldest_seconds 0.0" in metrics(app)
    site.comment(content="satu")
    clock.forward(seconds=90)
    site.comment(content="dua")
    clock.forward(seconds=30)
    with database.begin() as tx:
        letter = outbox.claim(tx, clock(), clock())
        outbox.failed(tx, letter, "500", clock(), dead=True)
    assert {
        "saring_outbox_waiting 1.0", "saring_outbox_dead 1.0", "saring_outbox_oldest_seconds 30.0"
    } <= set(metrics(app).splitlines())  # fmt: skip


def test_metrics_without_a_database(gone):
    """What needs no database is told without one."""
    gone.get("/healthz")
    response = gone.get("/metrics")
    assert response.status_code == 200
    assert 'saring_request_seconds_count{route="/healthz",status="200"} 1.0' in response.text
    assert "saring_queue_size" not in response.text


def test_each_application_counts_for_itself(make_app):
    one, two = (Site.added_to(make_app(), name) for name in ("one", "two"))
    one.comment()
    assert 'verdict="accept"' in metrics(one.app)
    assert 'verdict="accept"' not in metrics(two.app)
