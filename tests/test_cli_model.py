"""`saring model …` as an operator types it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from sklearn.pipeline import Pipeline

from service.models.installed import Models
from tests.conftest import SECRET
from tests.made import PASSED, installed, make
from tests.running import saring

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def models(tmp_path: Path, pipeline: Pipeline) -> Models:
    return installed(tmp_path, pipeline, SECRET)


@pytest.fixture
def run(models: Models, tmp_path: Path) -> Run:
    def model(*arguments: str) -> subprocess.CompletedProcess[str]:
        settings = {"models_dir": str(models.shipped), "secret": SECRET.decode()}
        return saring("model", *arguments, home=tmp_path, **settings)

    return model


def test_it_works(run: Run, models: Models, pipeline: Pipeline, tmp_path: Path) -> None:
    flips = [{"from": "accept", "to": "reject", "comments": 3}]
    make(models, "second", pipeline, {"champion": "tiny", **PASSED, "flips": flips})
    done = run("promote", "second", "--by", "siti")
    assert done.returncode == 0, done.stderr
    assert "accept -> reject: 3 past comments" in done.stdout
    assert "second (made) is in force, before it tiny" in done.stdout
    rows = json.loads(run("list", "--json").stdout)
    assert [(row["version"], row["in_force"]) for row in rows] == [
        ("tiny", False),
        ("second", True),
    ]
    shown = json.loads(run("show", "--json").stdout)
    assert (shown["version"], shown["gate"]["champion"]) == ("second", "tiny")
    assert [(change["by"], change["forced"]) for change in shown["past"]] == [("siti", False)]
    assert "tiny (shipped) is in force" in run("rollback").stdout
    assert not (tmp_path / "saring.db").exists()  # no database is needed for any of it


def test_the_gate_has_an_exit_code_of_its_own(
    run: Run, models: Models, pipeline: Pipeline
) -> None:  # fmt: skip
    refused = {"passed": False, "champion": "tiny", "refusals": ["names are judged worse"]}
    make(models, "second", pipeline, refused)
    done = run("promote", "second")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "saring: the gate refuses second: names are judged worse\n"
    assert "gate refused" in run("list").stdout
    forced = run("promote", "second", "--force")
    assert forced.returncode == 0
    assert "forced past the gate" in forced.stdout
    assert "forced" in run("show").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["promote", "third"], "saring: there is no model third"),
        (["promote", "tiny"], "saring: tiny is in force already"),
        (["rollback"], "saring: there is nothing to go back to"),
        (["show", "../tiny"], "is not the name of a version"),
        (["shadow", "tiny"], "saring: tiny is in force already"),
    ],
)
def test_refusals_are_one_line(run: Run, arguments: list[str], said: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert said in done.stderr


def test_drift(run: Run) -> None:
    done = run("drift")
    assert (done.returncode, done.stdout) == (0, "nothing measured yet\n")
    assert json.loads(run("drift", "--json").stdout) == []
