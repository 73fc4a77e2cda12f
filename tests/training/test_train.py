"""Training on a tiny folder: the licence gate, checksums, labels, splits, a model that loads."""

from __future__ import annotations

import csv
import gzip
import hashlib
import math
from pathlib import Path

import numpy as np
import pytest

from service.scoring.features import HEADS
from service.scoring.looks import Looks
from service.scoring.scorer import Scorer
from training import config, datasets, evaluate, train

_FLAGS = ("--version", "v1", "--no-written")
COLUMNS = ["text", *HEADS, "labels", "lang", "source", "group", "split"]
SETTINGS = """
seed = 1
max_characters = 200
weak_weight = 0.2
unsure_weight = 0.5
written_weight = 1.0
copies_power = 0.0
written_factors = {}
source_power = 0.0
own_weight = 2.0
disguise = [0.5, 0.1]
unknown_limit = 0.8
[features]
char_sizes = [2, 3]
squeezed_sizes = [4]
[heads]
bits = 12
word_bits = 10
pair_bits = 10
[priors]
"""
DATASET = """
[[dataset]]
name = "tiny"
sha256 = "{sha256}"
licence = "{licence}"
commercial = {commercial}
origin = "made up"
weight = 2.0
weak = ["gambling"]
good = true
"""


def write_data(folder: Path) -> str:
    """A folder with one data set; returns its checksum."""
    folder.mkdir(exist_ok=True)
    path = folder / "tiny.csv.gz"
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        for number in range(120):
            spam = number % 3 == 0
            writer.writerow(
                {
                    "text": f"slot gacor {number}" if spam else f"terima kasih {number}",
                    "spam": int(spam),
                    "toxicity": "",
                    "labels": "own|unsure" if number == 1 else "own",
                    "lang": "id" if number % 2 else "en",
                    "source": "made up",
                    "group": number,
                    "split": ("train", "dev", "test", "train")[number % 4],
                }
            )
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_config(tmp_path: Path, *, licence: str = "MIT", commercial: str = "true") -> Path:
    sha256 = write_data(tmp_path / "data")
    path = tmp_path / "config.toml"
    priors = "".join(f"{head} = 0.1\n" for head in HEADS) + '[folds]\nspam = [["tiny"]]\n'
    item = DATASET.format(sha256=sha256, licence=licence, commercial=commercial)
    path.write_text(SETTINGS + priors + item)
    return path


def arguments(tmp_path: Path, path: Path, *more: str) -> list[str]:
    places = {"--config": path, "--data": tmp_path / "data", "--out": tmp_path / "models"}
    places["--eval"] = tmp_path / "none"
    return [*(str(part) for pair in places.items() for part in pair), *_FLAGS, *more]


def test_it_works(tmp_path: Path) -> None:
    assert train.main(arguments(tmp_path, write_config(tmp_path))) == 0
    scorer = Scorer.load(tmp_path / "models")
    assert scorer.version == "v1"
    spam, good = scorer.assess(["slot gacor 3", "terima kasih 2"])
    assert spam.scores["spam"] > good.scores["spam"]
    assert "made up" in (tmp_path / "models" / "v1" / "CARD.md").read_text()
    told = scorer.metadata.metrics["thresholds"]
    served = {lang: scorer.thresholds(1, 30, language=lang)["spam"].hold for lang in told}
    assert {lang: gates["spam"]["hold"] for lang, gates in told.items()} == served
    assert set(told) == {"id", "en", "mixed", "other"}
    looks = Looks.from_json(scorer.metadata.reference or {})
    assert looks is not None
    assert 0 < looks.rows < 120


@pytest.mark.parametrize("flags", [(), ("--quote",)])
def test_the_report_quotes_only_on_demand(tmp_path: Path, flags: tuple[str, ...]) -> None:
    train.main(arguments(tmp_path, write_config(tmp_path), *flags))
    report = (tmp_path / "models" / "v1" / "report.html").read_text()
    assert ("slot gacor" in report) == bool(flags)


def test_the_same_data_gives_the_same_bytes(tmp_path: Path) -> None:
    path = write_config(tmp_path)
    digests = []
    for _ in range(2):
        train.main(arguments(tmp_path, path))
        digests.append(Scorer.load(tmp_path / "models").metadata.digest)
    assert digests[0] == digests[1]


@pytest.mark.parametrize(
    ("licence", "commercial"),
    [("CC-BY-NC-SA-4.0", "false"), ("CC-BY-NC-4.0", "true"), ("", "true"), ("MIT", "false")],
)
def test_a_licence_without_commercial_use_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], licence: str, commercial: str
) -> None:
    path = write_config(tmp_path, licence=licence, commercial=commercial)
    assert train.main(arguments(tmp_path, path)) == 2
    assert "no licence for commercial use: tiny" in capsys.readouterr().err
    assert not (tmp_path / "models").exists()


def test_the_gate_opens_on_demand(tmp_path: Path) -> None:
    path = write_config(tmp_path, licence="CC-BY-NC-4.0", commercial="false")
    assert train.main(arguments(tmp_path, path, "--allow-noncommercial")) == 0


def test_a_changed_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_config(tmp_path)
    (tmp_path / "data" / "tiny.csv.gz").write_bytes(gzip.compress(b"text\n"))
    assert train.main(arguments(tmp_path, path)) == 2
    assert "checksum" in capsys.readouterr().err


def test_a_missing_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_config(tmp_path)
    (tmp_path / "data" / "tiny.csv.gz").unlink()
    assert train.main(arguments(tmp_path, path)) == 2
    assert "does not exist" in capsys.readouterr().err


def test_an_interruption_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(train, "_calibrate", interrupt)
    assert train.main(arguments(tmp_path, write_config(tmp_path))) == 130
    assert not (tmp_path / "models").exists()


def test_empty_is_not_annotated_unless_weak(tmp_path: Path) -> None:
    settings = config.read(write_config(tmp_path))
    row = datasets.load(tmp_path / "data", settings, None).rows[1]
    labels = dict(zip(datasets.LABELS, row.labels, strict=True))
    weights = dict(zip(datasets.LABELS, row.weights, strict=True))
    assert math.isnan(labels["toxicity"])
    assert (labels["gambling"], weights["gambling"]) == (0.0, pytest.approx(0.4))
    assert (labels["spam"], weights["spam"]) == (0.0, 2.0), "weight 2, own twice, unsure half"


def test_copies_are_left_out() -> None:
    row = datasets.Row("Halo, dunia!", "s", "g", "train", "id", (), ())
    copy = datasets.Row("halo dunia", "s", "g2", "train", "id", (), ())
    assert datasets.unique([row, copy]) == [row]


def test_the_shipped_configuration_passes_its_own_gate() -> None:
    settings = config.read()
    config.check_licences(settings.datasets)
    assert set(settings.priors) == set(HEADS)


def test_recall_at_few_false_positives() -> None:
    y = np.array([0.0] * 100 + [1.0] * 4)
    scores = np.concatenate((np.linspace(0, 0.99, 100), [0.2, 0.985, 0.995, 1.0]))
    assert evaluate.recall_at(y, scores, 0.01) == pytest.approx(0.75)
    assert evaluate.recall_at(y, scores, 0.0) == pytest.approx(0.5)


def test_calibration_error_of_a_perfect_and_a_sure_liar() -> None:
    y, ones = np.array([0.0, 1.0]), np.ones(2)
    assert evaluate.ece(y, np.array([0.0, 1.0]), ones) == 0.0
    assert evaluate.ece(y, np.array([1.0, 0.0]), ones) == 1.0


def test_positives_are_weighted_to_the_prior() -> None:
    y = np.array([1.0, 1.0, 0.0, 0.0])
    weight = evaluate.to_prior(y, np.ones(4), 0.1)
    assert weight[y == 1].sum() / weight.sum() == pytest.approx(0.1)
