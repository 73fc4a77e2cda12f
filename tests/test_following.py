"""Running services follow the model in force: in one process by hand, then on real workers."""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from sklearn.pipeline import Pipeline

from service.models import promotion
from service.models.following import Follower
from service.models.installed import Models
from service.scoring.scorer import NoModel, Scorer
from service.settings import Settings
from tests.conftest import SECRET
from tests.doubles import GOOD, Site
from tests.made import installed, leaning, make
from tests.running import PATIENCE, Service, saring, until

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WITHIN_SECONDS = 10.0


class Taken:
    """Where a follower puts the models that it takes up."""

    def __init__(self) -> None:
        self.scorers: list[Scorer | NoModel] = []

    def __call__(self, scorer: Scorer | NoModel) -> None:
        self.scorers.append(scorer)


@pytest.fixture
def tiny(pipeline: Pipeline) -> Pipeline:
    return pipeline


@pytest.fixture
def models(tmp_path: Path, tiny: Pipeline) -> Models:
    return installed(tmp_path, tiny, SECRET)


def promote(models: Models, version: str, **options: Any) -> None:
    promotion.promote(models, version, "siti", NOW, **options)


def test_it_works(models: Models, tiny: Pipeline) -> None:
    follower, taken = Follower(models), Taken()
    assert follower.look(taken) == 0
    make(models, "second", leaning(tiny, 1.0))
    promote(models, "second")
    assert follower.look(taken) == 1
    assert follower.look(taken) == 0
    promotion.rollback(models, "siti", NOW)
    assert follower.look(taken) == 1
    assert [scorer.version for scorer in taken.scorers] == ["second", "tiny"]


def test_what_cannot_be_read_just_now_is_tried_again(
    models: Models, tiny: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too many open files, say: this process must not stay behind the others for good."""
    follower, taken = Follower(models), Taken()
    make(models, "second", leaning(tiny, 1.0))
    promote(models, "second")
    with monkeypatch.context() as patch:
        patch.setattr(Models, "load", too_many_files)
        with pytest.raises(OSError, match="Too many"):
            follower.look(taken)
    assert follower.look(taken) == 1
    assert [scorer.version for scorer in taken.scorers] == ["second"]


def too_many_files(*_: object) -> Scorer:
    raise OSError(errno.EMFILE, "Too many open files")


def test_what_breaks_after_its_promotion_changes_nothing(models: Models, tiny: Pipeline) -> None:
    follower, taken = Follower(models), Taken()
    folder = make(models, "second", tiny)
    promote(models, "second")
    (folder / "model.joblib").write_bytes(b"half")
    assert follower.look(taken) == 0
    assert follower.scorer.version == "tiny"
    assert "digest of model.joblib" in follower.refused
    assert "tiny goes on" in follower.refused


def test_a_folder_that_comes_later_than_its_promotion(models: Models, tiny: Pipeline) -> None:
    """As where another machine's folder is copied here in any order."""
    follower, taken = Follower(models), Taken()
    folder = make(models, "second", tiny)
    promote(models, "second")
    away = folder.rename(folder.with_name(".copying"))
    follower.look(taken)
    assert "does not exist" in follower.refused
    away.rename(folder)
    assert follower.look(taken) == 1
    assert follower.refused == ""
    assert follower.scorer.version == "second"


def test_from_no_model_to_one(tmp_path: Path, tiny: Pipeline) -> None:
    (tmp_path / "shipped").mkdir()
    follower, taken = Follower(Models(tmp_path / "shipped", tmp_path / "models", b"key")), Taken()
    assert isinstance(follower.scorer, NoModel)
    installed(tmp_path, tiny, SECRET)
    assert follower.look(taken) == 1
    assert follower.scorer.version == "tiny"


class Readers:
    """People who comment without a pause, and what they were answered."""

    def __init__(self, service: Service, count: int = 3) -> None:
        self.answers: list[tuple[float, int, str]] = []
        self.slowest = 0.0
        self._service = service
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._write, args=[n]) for n in range(count)]

    def __enter__(self) -> Readers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def versions(self) -> set[str]:
        return {version for _, _, version in self.answers}

    def _write(self, reader: int) -> None:
        key = {"Authorization": f"Bearer {self._service.key}"}
        number = 0
        while not self._over.is_set():
            number += 1
            body = {"content": f"{GOOD} {reader}-{number}", "author_name": f"Budi {reader}",
                    "author_email": f"budi{reader}-{number}@example.com"}  # fmt: skip
            began = time.monotonic()
            # without keep-alive, so that each comment may come to either worker
            answer = requests.post(
                f"{self._service.address}/v1/comments", json=body, headers=key, timeout=PATIENCE
            )
            self.slowest = max(self.slowest, time.monotonic() - began)
            said = answer.json().get("model_version", "")
            self.answers.append((time.monotonic(), answer.status_code, said))


@pytest.fixture
def served(tmp_path: Path, tiny: Pipeline) -> Iterator[tuple[Service, Models]]:
    """Two real workers on a tiny shipped model, and the models of their installation."""
    models = installed(tmp_path / "service" / "home", tiny, SECRET)
    service = Service(
        tmp_path / "service", models_dir=str(models.shipped), secret=SECRET.decode(), workers="2"
    )
    service.start()
    yield service, models
    service.kill()


def on_every_worker(service: Service, version: str) -> bool:
    answers = [service.request("POST", "/v1/score", json={"content": GOOD}) for _ in range(12)]
    return all(answer.json()["model_version"] == version for answer in answers)


def operate(service: Service, *arguments: str) -> None:
    done = saring(*arguments, home=service.home, **service.settings)
    assert done.returncode == 0, done.stderr


def taken_up(service: Service) -> int:
    return sum(
        "model_taken_up" in line
        for path in (service.home / "logs").glob("*.jsonl")
        for line in path.read_text().splitlines()
    )


def test_real_workers_change_over_without_a_failure(
    served: tuple[Service, Models], tiny: Pipeline
) -> None:
    service, models = served
    make(models, "second", leaning(tiny, 0.5))
    with Readers(service) as readers:
        until(lambda: len(readers.answers) > 30, "comments are judged")
        operate(service, "model", "promote", "second")
        until(lambda: taken_up(service) == 2, "both workers follow", WITHIN_SECONDS)
        new = time.monotonic()
        until(lambda: readers.answers[-1][0] > new + 1, "more comments are judged")
        operate(service, "model", "rollback")
        until(lambda: taken_up(service) == 4, "both workers go back", WITHIN_SECONDS)
        assert on_every_worker(service, "tiny")
    assert {status for _, status, _ in readers.answers} == {201}
    assert readers.versions() == {"tiny", "second"}
    during = [said for at, _, said in readers.answers if new + 0.5 < at < new + 1]
    assert set(during) == {"second"}


def test_real_workers_keep_the_old_model_and_say_so(
    served: tuple[Service, Models], tiny: Pipeline
) -> None:
    service, models = served
    folder = make(models, "second", tiny)
    promote(models, "second")
    (folder / "metadata.json").write_text("{}")
    said = until(
        lambda: service.request("GET", "/readyz").json().get("promoted_model"),
        "/readyz tells", WITHIN_SECONDS,
    )  # fmt: skip
    assert "digest of metadata.json" in said
    assert service.request("GET", "/readyz").status_code == 200
    assert on_every_worker(service, "tiny")
    until(
        lambda: "saring_model_refused 1.0" in service.request("GET", "/metrics").text,
        "the metric tells", WITHIN_SECONDS,
    )  # fmt: skip
    doctor = saring("doctor", home=service.home, **service.settings)
    assert doctor.returncode == 1
    assert "FAIL  model: digest of metadata.json" in doctor.stdout
    logged = "".join(path.read_text() for path in (service.home / "logs").glob("*.jsonl"))
    assert '"event": "model_refused"' in logged


def test_waiting_comments_are_scored_again(
    make_app: Callable[..., Flask], settings: Settings, tiny: Pipeline
) -> None:
    models = installed(settings.home, tiny, SECRET)
    app = make_app(None)
    site = Site.added_to(app, "berita")
    held = site.comment(content="dasar tolol goblok").json
    assert (held["verdict"], held["model_version"]) == ("hold", "tiny")
    make(models, "second", leaning(tiny, -60.0))
    promote(models, "second")
    for housekeeper in reversed(app.extensions["saring"]["housekeepers"]):
        housekeeper.once()
    now = site.get(f"/v1/comments/{held['id']}").json
    assert (now["verdict"], now["model_version"]) == ("accept", "second"), now
