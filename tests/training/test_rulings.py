"""`python -m training.train --labels`: a newsroom's rulings as a data set of a new base."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest

from service.scoring import artefact
from service.scoring.labels import HEADS
from service.scoring.scorer import Scorer
from tests.tiny import metadata
from tests.training.labelled import START, past, ruling
from tests.training.test_train import COLUMNS, arguments, write_config
from training import config, datasets, rulings, train
from training.config import Refused

NEW_SPAM = "jasa pijat panggilan hubungi kata3"
SPAM, THREAT = HEADS.index("spam"), HEADS.index("threat")


@pytest.fixture(autouse=True)
def shipped(tmp_path, pipeline, monkeypatch):
    """The tiny model in the place of the shipped one, which unnamed rejects are read with."""
    folder = tmp_path / "shipped"
    artefact.point(folder, artefact.save(folder, pipeline, metadata(), ["halo", "slot gacor"]))
    monkeypatch.setattr(rulings, "SHIPPED", folder)


@pytest.fixture
def export(tmp_path):
    """A file of labels, as `saring export-labels` writes it."""

    def export(rows):
        file = tmp_path / "labels.jsonl"
        file.write_text("".join(json.dumps(row.as_json()) + "\n" for row in rows))
        return file

    return export


@pytest.fixture
def settings(tmp_path):
    return config.read(write_config(tmp_path))


@pytest.fixture
def read(export, settings):
    return lambda rows: rulings.read(export(rows), settings, START)


def varied(count):
    """Rulings that are no copies of each other."""
    return [replace(row, teaches=f"{row.teaches} nomor{n}") for n, row in enumerate(past(count))]


def weights(found):
    return {row.text: row.weights[SPAM] for row in found.rows}


def test_a_phrase_that_only_rulings_know_moves(tmp_path, export, capsys):
    path, spam, good = write_config(tmp_path), [], []
    for more in ([], ["--labels", str(export(varied(120)))]):
        assert train.main(arguments(tmp_path, path, *more)) == 0
        scorer = Scorer.load(tmp_path / "models")
        found = scorer.assess([NEW_SPAM, "terima kasih kabarnya"])
        for kept, one in zip((spam, good), found, strict=True):
            kept.append(one.scores["spam"])
    assert spam[0] < 0.5 < 0.8 < spam[1]
    assert max(good) < 0.2
    assert "site-rulings: 120 of 120 rulings (spam)" in capsys.readouterr().out


def test_the_card_lists_them_as_the_newsrooms_own(tmp_path, export):
    file, path = export(varied(120)), write_config(tmp_path)
    assert train.main(arguments(tmp_path, path, "--labels", str(file))) == 0
    card = (tmp_path / "models" / "v1" / "CARD.md").read_text()
    (line,) = [line for line in card.splitlines() if "site-rulings | 120 | own" in line]
    assert "this newsroom's own rulings, read with tiny; not to be published" in line
    (source,) = [
        one
        for one in Scorer.load(tmp_path / "models").metadata.sources
        if one["name"] == "site-rulings"
    ]
    assert source["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("{", "it is no JSON"),
        ("[]", "it is no JSON object"),
        ('{"id": "a"}', "agreed is missing"),
        ({"verdict": "rahasia"}, "verdict is none of accept, hold, reject"),
        ({"group": "rahasia"}, "group is not of type int"),
        ({"ruled_at": "2026-11-01T00:00:00"}, "ruled_at is no moment with a time zone"),
        ({"labels": [1]}, "labels and codes are lists of words"),
    ],
)
def test_a_bad_line_is_refused_by_number(tmp_path, export, capsys, bad, why):
    file, row = export(varied(4)), ruling(5, "rahasia", "accept").as_json()
    with file.open("a") as more:
        more.write(bad if isinstance(bad, str) else json.dumps(row | bad))
    found = train.main(arguments(tmp_path, write_config(tmp_path), "--labels", str(file)))
    told = capsys.readouterr().err
    assert found == 2
    assert told.count("\n") == 1
    assert told.endswith(f"labels.jsonl, line 5 is no export of labels: {why}\n")
    assert "rahasia" not in told
    assert not (tmp_path / "models").exists()


def test_a_missing_file_is_one_line(tmp_path, capsys):
    file = str(tmp_path / "none.jsonl")
    assert train.main(arguments(tmp_path, write_config(tmp_path), "--labels", file)) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_too_few_are_refused(read):
    with pytest.raises(Refused, match="teaches nothing: spam: 5 different bad and 5 good texts"):
        read(past(10))


def test_heads_that_no_ruling_speaks_to_stay_empty(read):
    found = read(varied(60))
    assert found.heads == ("spam",)
    assert "threat" in found.silent
    assert all(np.isnan(row.labels[THREAT]) and row.weights[THREAT] == 0 for row in found.rows)
    assert {row.labels[SPAM] for row in found.rows} == {0.0, 1.0}


def test_they_weigh_what_retraining_makes_of_them(read):
    more = [
        *(ruling(200 + n, f"salinan {n}", "reject", group=900) for n in range(4)),
        *(ruling(300 + n, f"rebutan {n}", ("accept", "reject")[n], group=901) for n in range(2)),
        ruling(400, "laporan", "reject", source="report"),
        *(ruling(500 + n, f"cerewet {n}", "accept", author=7_000) for n in range(10)),
    ]
    found = weights(read([*varied(60), *more]))
    assert found["salinan 1"] == 0.25
    assert "rebutan 0" not in found
    assert found["laporan"] == pytest.approx(0.3)
    assert found["cerewet 3"] == pytest.approx(0.5)


def test_whom_all_others_contradict_teaches_nothing(read):
    honest = [replace(row, moderator=("ani", "tuti", "eko")[n % 3])
              for n, row in enumerate(past(300))]  # fmt: skip
    liar = [
        replace(row, id=f"m{row.id}", moderator="mala", group=row.group + 1_000,
                verdict="accept" if row.verdict == "reject" else "reject", labels=())
        for row in past(100)
    ]  # fmt: skip
    found = read([*honest, *liar])
    assert len(found.rows) == 300


def test_copies_never_straddle_splits(read):
    """Near copies of one site, and the same words on two sites, which no group holds together."""
    rows = [replace(row, group=row.group // 3) for row in past(300)]
    rows = [replace(row, teaches=f"{row.teaches} nomor{n % 120}") for n, row in enumerate(rows)]
    rows = [replace(row, verdict="reject", labels=("spam",)) if row.group % 2 else
            replace(row, verdict="accept", labels=()) for row in rows]  # fmt: skip
    found, splits = read(rows), defaultdict(set)
    groups = {row.teaches: row.group for row in rows}
    for row in found.rows:
        splits[groups[row.text]].add(row.split)
        splits[datasets.key(row.text)].add(row.split)
    assert all(len(parts) == 1 for parts in splits.values())
    assert {row.split for row in found.rows} == {"train", "dev", "test"}


def test_spot_checks_measure_and_are_not_learnt(read):
    rows = [replace(row, sampled=n % 10 == 0) for n, row in enumerate(varied(120))]
    checked = {row.teaches for row in rows if row.sampled}
    splits = {row.split for row in read(rows).rows if row.text in checked}
    assert splits == {"test"}


def test_a_ruling_stands_for_the_same_text_of_a_data_set(tmp_path, read, settings):
    found = read([*varied(60), ruling(99, "Slot gacor, 3!", "accept")])
    with gzip.open(tmp_path / "data" / "tiny.csv.gz", "rt", encoding="utf-8") as file:
        assert "slot gacor 3" in {row["text"] for row in csv.DictReader(file, COLUMNS)}
    table = datasets.load(tmp_path / "data", settings, None, found.rows)
    same = [row for row in table.rows if datasets.key(row.text) == datasets.key("slot gacor 3")]
    assert [(row.source, row.labels[SPAM]) for row in same] == [("site-rulings", 0.0)]
