"""The baseline beside the model: measured on the same rows, and never shown beside other data."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.training.test_train import arguments, write_config
from training import baseline, config, datasets, train


@pytest.fixture
def measured(tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    """A configuration whose only fold leaves its only data set out, and the figures on it."""
    path, out = write_config(tmp_path), tmp_path / "baseline.json"
    places = {"--config": path, "--data": tmp_path / "data", "--out": out}
    places["--eval"] = tmp_path / "none"
    flags = [str(part) for pair in places.items() for part in pair]
    assert baseline.main([*flags, "--written"]) == 0
    return path, json.loads(out.read_text())


def test_it_works(measured: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    path, found = measured
    spam = found["unseen"]["spam"]["tiny"]
    assert (spam["rows"], spam["positive"]) == (119, 40), "all but the unsure row, of every split"
    assert baseline.recorded(config.read(path), tmp_path / "baseline.json") == found


def test_heads_learn_and_hidden_rows_do_not_teach(tmp_path: Path) -> None:
    settings = config.read(write_config(tmp_path))
    rows = datasets.load(tmp_path / "data", settings, None).split("train")
    plain, texts = baseline.Plain(rows), ["slot gacor 3", "terima kasih 2"]
    found = plain.predict({"spam": plain.fit("spam")}, texts)
    assert found[0, 0] > 0.5 > found[1, 0]
    assert np.isnan(found[:, 1:]).all(), "no other head was fitted"
    with pytest.raises(ValueError, match="class"):
        plain.fit("spam", rows.y[:, 0] == 1)


def test_figures_on_other_data_are_not_shown(
    measured: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    settings = config.read(measured[0])
    other = replace(settings, folds={"toxicity": [["tiny"]]})
    assert baseline.recorded(other, tmp_path / "baseline.json") == {}
    assert baseline.recorded(settings, tmp_path / "missing.json") == {}


def test_card_and_report_show_both(
    measured: tuple[Path, dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(baseline, "RECORD", tmp_path / "baseline.json")
    path, found = measured
    assert train.main(arguments(tmp_path, path)) == 0
    figure = f"{found['unseen']['spam']['tiny']['auc']:.3f}"
    home = tmp_path / "models" / "v1"
    assert f"({figure})" in (home / "CARD.md").read_text()
    assert f"<td>{figure}</td>" in (home / "report.html").read_text()
    assert json.loads((home / "metrics.json").read_text())["baseline"] == found


def test_the_record_is_of_the_shipped_configuration() -> None:
    assert baseline.recorded(config.read())["rows"] > 100_000
