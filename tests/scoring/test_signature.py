"""A model made here loads here only, and only as it was made."""

from __future__ import annotations

import json
import pickle
import shutil
from pathlib import Path
from typing import Any

import pytest
from sklearn.pipeline import Pipeline

from service.errors import BadArtefact
from service.scoring import artefact, signature
from tests.tiny import metadata

KEY = signature.key_of(b"a secret of at least thirty-two bytes")


@pytest.fixture
def made(tmp_path: Path, pipeline: Pipeline) -> Path:
    describe = lambda _: {"gate.json": '{"passed": true}'}  # noqa: E731
    artefact.save(tmp_path, pipeline, metadata(), ["halo dunia", ""], describe, key=KEY)
    return tmp_path / "tiny"


def refusal(folder: Path, key: bytes = KEY) -> str:
    with pytest.raises(BadArtefact) as caught:
        artefact.load_signed(folder, key)
    return str(caught.value)


class Bomb:
    """Unpickling it fails the test."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("was unpickled",))


def test_it_works(made: Path, pipeline: Pipeline) -> None:
    loaded, found = artefact.load_signed(made, KEY)
    assert found.version == "tiny"
    assert (loaded.predict_proba(["slot"]) == pipeline.predict_proba(["slot"])).all()


def test_made_by_another_installation(made: Path) -> None:
    assert "not made by this installation" in refusal(made, signature.key_of(b"another secret"))


def test_not_signed(made: Path) -> None:
    (made / signature.SIGNATURE).unlink()
    assert "signature.json does not exist" in refusal(made)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"files": [], "signature": "x"}'])
def test_a_signature_that_is_none(made: Path, text: str) -> None:
    (made / signature.SIGNATURE).write_text(text)
    assert "signature.json" in refusal(made)


def test_a_changed_model_is_never_unpickled(made: Path) -> None:
    (made / artefact.MODEL).write_bytes(pickle.dumps(Bomb()))
    assert "digest of model.joblib" in refusal(made)


def test_digests_that_were_made_to_fit(made: Path) -> None:
    (made / artefact.MODEL).write_bytes(pickle.dumps(Bomb()))
    body = json.loads((made / signature.SIGNATURE).read_text())
    body["files"][artefact.MODEL] = signature.digest(made / artefact.MODEL)
    (made / signature.SIGNATURE).write_text(json.dumps(body))
    assert "signature differs" in refusal(made)


def test_half_copied(made: Path) -> None:
    with (made / artefact.MODEL).open("r+b") as file:
        file.truncate(1000)
    assert "digest of model.joblib" in refusal(made)


@pytest.mark.parametrize("name", [artefact.MODEL, artefact.METADATA, "gate.json"])
def test_a_file_that_has_not_come_yet(made: Path, name: str) -> None:
    (made / name).unlink()
    assert f"{name} does not exist" in refusal(made)


@pytest.mark.parametrize("name", [artefact.METADATA, "gate.json"])
def test_another_file_that_was_changed(made: Path, name: str) -> None:
    text = (made / name).read_text()
    (made / name).write_text(text.replace("true", "false") + " ")
    assert f"digest of {name}" in refusal(made)


def test_a_signature_over_something_else(made: Path) -> None:
    (made / artefact.MODEL).unlink()
    signature.sign(made, KEY)
    assert "model.joblib of tiny is not signed" in refusal(made)


def test_one_version_in_the_folder_of_another(made: Path) -> None:
    shutil.copytree(made, made.with_name("other"))
    assert "metadata of version tiny" in refusal(made.with_name("other"))
