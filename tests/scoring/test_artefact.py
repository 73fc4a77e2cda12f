"""Every reason to refuse a model, by name."""

from __future__ import annotations

import json
import mmap
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.pipeline import Pipeline

from service.errors import BadArtefact
from service.scoring import artefact
from tests.tiny import metadata


def edit(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    value = json.loads(path.read_text())
    change(value)
    path.write_text(json.dumps(value))


def edit_metadata(models: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the metadata and pin what it is now, as an attacker with the whole folder could."""
    path = models / "tiny" / artefact.METADATA
    edit(path, change)
    pin = artefact.digest(path)
    edit(models / artefact.CURRENT, lambda value: value.update(metadata_digest=pin))


def replace_model(models: Path, blob: bytes) -> None:
    """Swap the pickle and make all digests agree."""
    path = models / "tiny" / artefact.MODEL
    path.write_bytes(blob)
    new = artefact.digest(path)
    edit_metadata(models, lambda value: value.update(digest=new))
    edit(models / artefact.CURRENT, lambda value: value.update(digest=new))


def refusal(models: Path) -> str:
    with pytest.raises(BadArtefact) as caught:
        artefact.load(models)
    return str(caught.value)


def test_it_works(models: Path, pipeline: Pipeline) -> None:
    loaded, found = artefact.load(models)
    assert found.version == "tiny"
    texts = ["halo", "slot"]
    assert (loaded.predict_proba(texts) == pipeline.predict_proba(texts)).all()


def test_arrays_are_memory_mapped(models: Path) -> None:
    loaded, _ = artefact.load(models)
    assert isinstance(loaded.named_steps["heads"].table_.base, np.memmap | mmap.mmap)


def test_no_folder(tmp_path: Path) -> None:
    assert "does not exist" in refusal(tmp_path / "nowhere")


def test_current_is_not_json(models: Path) -> None:
    (models / "current.json").write_text("{")
    assert "cannot be read" in refusal(models)


@pytest.mark.parametrize("version", ["../tiny", "", None, ".", "a/b"])
def test_a_version_that_is_no_name(models: Path, version: str | None) -> None:
    edit(models / "current.json", lambda value: value.update(version=version))
    assert "names no version" in refusal(models)


def test_a_changed_model_is_never_unpickled(models: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[Any, ...]:
            return (pytest.fail, ("was unpickled",))

    (models / "tiny" / "model.joblib").write_bytes(pickle.dumps(Bomb()))
    assert "digest" in refusal(models)


def test_current_and_metadata_disagree(models: Path) -> None:
    edit(models / "current.json", lambda value: value.update(digest="0" * 64))
    assert "digest" in refusal(models)


def test_other_library_versions(models: Path) -> None:
    edit_metadata(models, lambda value: value["libraries"].update({"scikit-learn": "0.1"}))
    assert "scikit-learn 0.1" in refusal(models)


def test_a_pickle_of_another_scikit_learn(models: Path, pipeline: Pipeline) -> None:
    class Older(type(pipeline)):  # type: ignore[misc]
        def __reduce__(self) -> tuple[Any, ...]:
            state = {**self.__getstate__(), "_sklearn_version": "0.1"}
            return (Pipeline.__new__, (Pipeline,), state)

    replace_model(models, pickle.dumps(Older(pipeline.steps)))
    assert "library versions differ" in refusal(models)


def test_a_broken_pickle(models: Path) -> None:
    replace_model(models, b"not a pickle")
    assert "cannot be unpickled" in refusal(models)


def test_other_labels(models: Path) -> None:
    edit_metadata(models, lambda value: value["labels"].reverse())
    assert "labels are" in refusal(models)


def test_a_model_that_answers_otherwise(models: Path) -> None:
    edit_metadata(models, lambda value: value["canaries"][0]["probabilities"].update(spam=0.123))
    assert "canary" in refusal(models)


def test_a_model_that_this_release_cannot_run(models: Path, pipeline: Pipeline) -> None:
    """Its classes are here and its labels are right, but they do not fit together."""
    replace_model(models, pickle.dumps(Pipeline(pipeline.steps[1:])))
    assert "a canary text cannot be scored: " in refusal(models)


def test_no_canaries(models: Path) -> None:
    edit_metadata(models, lambda value: value["canaries"].clear())
    assert "no canary" in refusal(models)


def test_another_format(models: Path) -> None:
    edit_metadata(models, lambda value: value.update(format=0))
    assert "format 0" in refusal(models)


def test_incomplete_metadata(models: Path) -> None:
    edit_metadata(models, lambda value: value.pop("good"))
    assert "lacks good" in refusal(models)


def test_metadata_that_were_changed(models: Path) -> None:
    edit(models / "tiny" / artefact.METADATA, lambda value: value.update(unknown_limit=1.0))
    assert "digest of metadata.json" in refusal(models)


def test_a_pin_without_metadata_as_older_releases_wrote_it(models: Path) -> None:
    edit(models / artefact.CURRENT, lambda value: value.pop("metadata_digest"))
    assert artefact.load(models)[1].version == "tiny"


def test_a_folder_under_another_name(models: Path) -> None:
    (models / "tiny").rename(models / "other")
    edit(models / "current.json", lambda value: value.update(version="other"))
    assert "metadata of version tiny" in refusal(models)


def test_a_failed_save_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(AttributeError):
        artefact.save(tmp_path, object(), metadata(), ["halo"])  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []
