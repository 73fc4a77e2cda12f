"""Promote, roll back, and every refusal; what is refused leaves all as it was."""

from __future__ import annotations

import json
import multiprocessing
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sklearn.pipeline import Pipeline

from service.errors import BadArtefact, BadSettings, Conflict, Refused, ServiceError
from service.models import promotion
from service.models.installed import Models, Named
from service.scoring.signature import key_of, sign
from tests.conftest import SECRET
from tests.made import PASSED, installed, leaning, make, ship

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def models(tmp_path: Path, pipeline: Pipeline) -> Models:
    return installed(tmp_path, pipeline, SECRET)


@pytest.fixture
def tiny(pipeline: Pipeline) -> Pipeline:
    return pipeline


def promote(models: Models, version: str, **options: Any) -> promotion.Change:
    return promotion.promote(models, version, "siti", NOW, **options)


def state(models: Models) -> tuple[Named, list[promotion.Change]]:
    return models.in_force(), promotion.past(models)


def refused(models: Models, version: str, kind: type[ServiceError]) -> str:
    before = state(models)
    with pytest.raises(kind) as caught:
        promote(models, version)
    assert state(models) == before
    return str(caught.value)


def test_it_works(models: Models, tiny: Pipeline) -> None:
    make(models, "second", leaning(tiny, 1.0))
    change = promote(models, "second")
    assert change == promotion.Change(
        "promote", "second", "made", "tiny", "siti", "2026-11-23T09:00:00+00:00"
    )
    assert models.in_force() == Named("second", "made")
    assert models.load().version == "second"
    assert promotion.past(models) == [change]


def test_without_any_promotion_the_shipped_model_is_in_force(models: Models) -> None:
    assert models.in_force() == Named("tiny", "shipped")
    assert models.load().version == "tiny"


def test_the_shipped_folder_may_be_read_only(models: Models, tiny: Pipeline) -> None:
    before = {path: path.stat().st_mtime_ns for path in models.shipped.rglob("*")}
    make(models, "second", tiny)
    promote(models, "second")
    promotion.rollback(models, "siti", NOW)
    assert {path: path.stat().st_mtime_ns for path in models.shipped.rglob("*")} == before


def test_back_step_by_step(models: Models, tiny: Pipeline) -> None:
    for version in ("second", "third"):
        make(models, version, tiny)
        promote(models, version)
    assert promotion.rollback(models, "budi", NOW).version == "second"
    change = promotion.rollback(models, "budi", NOW)
    assert (change.kind, change.version, change.before) == ("rollback", "tiny", "second")
    assert models.in_force() == Named("tiny", "shipped")
    with pytest.raises(Refused, match="nothing to go back to"):
        promotion.rollback(models, "budi", NOW)
    assert [change.kind for change in promotion.past(models)] == ["promote"] * 2 + ["rollback"] * 2


def test_back_to_the_shipped_one_follows_the_software(models: Models, tiny: Pipeline) -> None:
    make(models, "second", tiny)
    promote(models, "second")
    ship(models.shipped, tiny, "newer")
    assert models.in_force().version == "second"
    assert promotion.rollback(models, "budi", NOW).version == "newer"


def test_the_shipped_one_needs_no_gate(models: Models, tiny: Pipeline) -> None:
    make(models, "second", tiny)
    promote(models, "second")
    assert promote(models, "tiny").origin == "shipped"
    assert promotion.rollback(models, "budi", NOW).version == "second"


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        ({}, "never measured"),
        ({"passed": False, "champion": "tiny", "refusals": ["names are worse"]}, "names are worse"),
        ({"passed": False, "champion": "tiny"}, "did not pass"),
        ({"champion": "older", **PASSED}, "measured against older, in force is tiny"),
    ],
)
def test_the_gate(models: Models, tiny: Pipeline, gate: dict[str, Any], said: str) -> None:
    make(models, "second", tiny, gate)
    assert said in refused(models, "second", Refused)
    assert promote(models, "second", forced=True).forced
    assert promotion.past(models)[-1].forced


def test_force_that_was_not_needed_is_not_remembered(models: Models, tiny: Pipeline) -> None:
    make(models, "second", tiny)
    assert not promote(models, "second", forced=True).forced


def test_no_such_version(models: Models) -> None:
    assert "no model third" in refused(models, "third", BadArtefact)


@pytest.mark.parametrize("version", ["", "..", "../shipped/tiny", "a b"])
def test_a_version_that_is_no_name(models: Models, version: str) -> None:
    assert "is not the name" in refused(models, version, BadArtefact)


def test_in_force_already(models: Models) -> None:
    assert "in force already" in refused(models, "tiny", Conflict)


def test_made_by_another_installation(models: Models, tiny: Pipeline) -> None:
    folder = make(models, "second", tiny)
    sign(folder, key_of(b"the secret of somebody else"))
    assert "not made by this installation" in refused(models, "second", BadArtefact)


def test_not_signed(models: Models, tiny: Pipeline) -> None:
    (make(models, "second", tiny) / "signature.json").unlink()
    assert "signature.json does not exist" in refused(models, "second", BadArtefact)


def test_a_shipped_model_copied_among_those_made_here(models: Models) -> None:
    shutil.copytree(models.shipped / "tiny", models.made / "tiny")
    assert "signature.json does not exist" in refused(models, "tiny", BadArtefact)


@pytest.mark.parametrize("name", ["model.joblib", "metadata.json", "gate.json"])
def test_half_copied(models: Models, tiny: Pipeline, name: str) -> None:
    path = make(models, "second", tiny) / name
    path.write_bytes(path.read_bytes()[:-10])
    assert f"digest of {name}" in refused(models, "second", BadArtefact)


def test_a_gate_that_was_edited(models: Models, tiny: Pipeline) -> None:
    folder = make(models, "second", tiny, {"passed": False, "champion": "tiny"})
    text = (folder / "gate.json").read_text()
    (folder / "gate.json").write_text(text.replace("false", "true"))
    assert "digest of gate.json" in refused(models, "second", BadArtefact)


def test_force_loads_nothing_that_is_broken(models: Models, tiny: Pipeline) -> None:
    (make(models, "second", tiny) / "signature.json").unlink()
    with pytest.raises(BadArtefact):
        promote(models, "second", forced=True)


def test_a_pointer_to_nowhere(models: Models, tiny: Pipeline) -> None:
    make(models, "second", tiny)
    promote(models, "second")
    shutil.rmtree(models.made / "second")
    with pytest.raises(BadArtefact, match="does not exist"):
        models.load()
    assert promotion.rollback(models, "siti", NOW).version == "tiny"


def test_a_pointer_that_leads_out(models: Models, tiny: Pipeline) -> None:
    make(models, "second", tiny)
    (models.made / "current.json").write_text(json.dumps({"version": "../x", "origin": "made"}))
    with pytest.raises(BadArtefact, match="is not the name"):
        models.in_force()


def test_a_crash_while_replacing_leaves_the_old_one(
    models: Models, tiny: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(models, "second", tiny)
    before = state(models)
    monkeypatch.setattr(Path, "replace", lambda *_: pytest.fail("power cut"))
    with pytest.raises(pytest.fail.Exception):
        promote(models, "second")
    assert state(models) == before


def test_two_operators_at_once(models: Models, tiny: Pipeline) -> None:
    names = [f"made-{number}" for number in range(4)]
    for name in names:
        make(models, name, tiny, {"passed": True, "champion": "tiny"})
    with multiprocessing.get_context("fork").Pool(4) as pool:
        pool.starmap(_promote_forced, [(models, name) for name in names])
    past = promotion.past(models)
    assert sorted(change.version for change in past) == names
    assert [change.before for change in past] == ["tiny", *(one.version for one in past[:-1])]


def _promote_forced(models: Models, version: str) -> None:
    promote(models, version, forced=True)


def test_listed(models: Models, tiny: Pipeline) -> None:
    make(models, "old", tiny, {}, created="2026-11-20T00:00:00+00:00")
    make(models, "new", tiny, created="2026-11-22T00:00:00+00:00")
    (make(models, "torn", tiny) / "metadata.json").unlink()
    (models.made / ".saving-x").mkdir()
    rows = promotion.listed(models)
    assert [(row.version, row.in_force, row.gate) for row in rows] == [
        ("tiny", True, ""),
        ("new", False, "passed"),
        ("old", False, ""),
        ("torn", False, ""),
    ]
    assert "metadata.json does not exist" in rows[-1].broken


def test_one_folder_for_both(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="SARING_MODELS_DIR"):
        Models(tmp_path / "models", tmp_path / "models", b"key")
