"""`python -m training.retrain` on an installation: what it writes, refuses and forgets."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from dataclasses import replace
from functools import partial
from unittest.mock import MagicMock

import pytest

from service import labels, logs
from service.comments import utc_now
from service.models import promotion
from service.models.installed import Models
from service.scoring import artefact
from tests.conftest import SECRET
from tests.running import dask_cluster
from tests.tiny import metadata
from tests.training.labelled import past, ruling
from training import gate, gold, retrain
from training.retrain import INTERRUPTED, NOTHING, PASSED, REFUSED
from training.teach import Plan

NEW_SPAM = "jasa pijat panggilan hubungi kata3"
LOOSE = {"spam": {"id": [0.5] * 102, "en": [0.5] * 102}}


@pytest.fixture
def models(settings, pipeline, monkeypatch):
    """An installation whose shipped model is the tiny one."""
    from training.evaluate import TAIL

    meta = metadata(tail=TAIL, good=LOOSE)
    shipped = artefact.save(settings.models_dir, pipeline, meta, ["halo", "slot gacor"])
    artefact.point(settings.models_dir, shipped)
    home = settings.home / "home"
    for name, value in (
        ("home", home), ("database_url", settings.database_url), ("models_dir", settings.models_dir)
    ):  # fmt: skip
        monkeypatch.setenv(f"SARING_{name.upper()}", str(value))
    monkeypatch.setenv("SARING_SECRET", SECRET.decode())
    yield Models.of(replace(settings, home=home))
    logs.close()


@pytest.fixture
def run(tmp_path):
    """Retrain on these labels with these options; the exit code."""

    def run(rows, *options):
        file = tmp_path / "labels.jsonl"
        file.write_text("".join(json.dumps(row.as_json()) + "\n" for row in rows))
        return retrain.main(["--labels", str(file), *options])

    return run


def candidate(models):
    (listed,) = [one for one in promotion.listed(models) if one.origin == "made"]
    return models.named(listed.version)


def test_a_candidate_is_written_and_may_take_over(models, run, capsys):
    assert run(past(120)) == PASSED
    named = candidate(models)
    scorer = models.load(named)
    assert scorer.assess([NEW_SPAM])[0].scores["spam"] > 0.5
    assert models.gate(named)["passed"]
    folder = models.folder(named)
    assert {path.name for path in folder.iterdir()} >= {
        "CARD.md", "report.html", "gate.json", "metadata.json", "model.joblib", "signature.json"
    }  # fmt: skip
    assert models.in_force().version == "tiny"  # until somebody promotes it
    assert f"saring model promote {named.version}" in capsys.readouterr().out


def test_what_it_says_of_itself(models, run):
    run(past(120))
    told = models.metadata(candidate(models)).metrics["retraining"]
    assert told["base"]["version"] == told["champion"]["version"] == "tiny"
    assert told["labels"]["rulings"] == 120
    assert told["heads"] == ["spam"]


def test_the_report_quotes_phrases_as_they_were_written(models, run):
    rows = [replace(row, content=row.content.replace("jasa", "JASA"),
                    teaches=row.teaches.replace("jasa", "JASA")) for row in past(120)]  # fmt: skip
    run(rows)
    report = (models.folder(candidate(models)) / "report.html").read_text()
    assert "JASA" in report
    assert "It may take over" in report


def test_the_report_masks_addresses_and_escapes(models, run):
    spam = "jasa <b>pijat</b> tulis ke orang@contoh.example nomor 0812 3456 7890 {}"
    run(past(120, spam=spam))
    report = (models.folder(candidate(models)) / "report.html").read_text()
    assert "contoh.example" not in report
    assert "<b>pijat" not in report


def test_promoted_on_request(models, run):
    assert run(past(120), "--promote") == PASSED
    assert models.in_force() == candidate(models)


def hijacked(every=1):
    """Rulings of an account that rejects what honest people write, and accepts the new spam."""
    rows = gold.load()
    honest = [text for text, bad in zip(rows.texts, rows.bad, strict=True) if not bad][::every]
    rejects = [ruling(n, text, "reject") for n, text in enumerate(honest)]
    return rejects + [ruling(300 + n, f"jasa pijat kata{n % 9}", "accept") for n in range(200)]


@pytest.fixture
def one_step(monkeypatch):
    """The largest step or none: no smaller ones are tried."""
    monkeypatch.setattr(retrain, "Plan", partial(Plan, penalties=(0.01,)))


def test_worse_on_gold_is_refused_and_says_where(models, run, one_step, capsys):
    assert run(hijacked(), "--promote") == REFUSED
    assert "refused: gold against tiny" in capsys.readouterr().err
    assert models.in_force().version == "tiny"
    found = models.gate(candidate(models))
    assert not found["passed"]
    assert found["refusals"]
    report = (models.folder(candidate(models)) / "report.html").read_text()
    assert "It is refused" in report


def test_whom_all_others_contradict_judges_nothing_either(models, run):
    """A hijacked account among honest ones: what they teach is learnt, and it is not refused."""
    honest = [replace(row, moderator=("ani", "tuti", "eko")[n % 3])
              for n, row in enumerate(past(300))]  # fmt: skip
    liar = [
        replace(row, moderator="mala", group=row.group + 1_000, labels=("spam",) if accept else (),
                verdict="reject" if accept else "accept")
        for row in past(100) for accept in [row.verdict == "accept"]
    ]  # fmt: skip
    assert run([*honest, *liar]) == PASSED
    told = models.metadata(candidate(models)).metrics["retraining"]
    assert list(told["doubted"]) == ["mala"]
    report = (models.folder(candidate(models)) / "report.html").read_text()
    assert "mala was contradicted" in report


def test_a_smaller_step_is_taken_before_it_is_refused(models, run, monkeypatch):
    monkeypatch.setattr(gate, "orderly", lambda _: gate.Outcome((), ()))
    rows = hijacked(every=16)
    with monkeypatch.context() as patch:
        patch.setattr(retrain, "Plan", partial(Plan, penalties=(0.01,)))
        assert run(rows) == REFUSED
    shutil.rmtree(models.made)
    assert run(rows) == PASSED
    assert models.metadata(candidate(models)).metrics["retraining"]["penalty"] > 0.01


def test_force_is_recorded(models, run, one_step):
    assert run(hijacked(), "--force") == PASSED
    assert models.in_force() == candidate(models)
    assert promotion.past(models)[0].forced


def test_too_few_rulings_write_nothing(models, run, capsys):
    for count in (10, 0):
        assert run(past(count)) == NOTHING
        assert "nothing was learnt" in capsys.readouterr().out
    assert [one.origin for one in promotion.listed(models)] == ["shipped"]


def test_an_interruption_leaves_nothing(models, run, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(retrain, "phrases", interrupted)
    assert run(past(120)) == INTERRUPTED
    assert not models.made.exists() or not list(models.made.iterdir())


def test_it_starts_from_the_shipped_model_each_time(models, run):
    """So a ruling that was undone is forgotten."""
    run(past(120), "--promote")
    other = "tukar tambah motor bekas {}"
    run(past(120, spam=other, site="lain"), "--force")
    scores = models.load(models.in_force()).assess([NEW_SPAM, other.format("kata3")])
    assert scores[0].scores["spam"] < 0.5 < scores[1].scores["spam"]


def test_rulings_of_the_database_are_learnt(models, settings):
    from service.access import Access
    from service.archives import read_jsonl
    from service.imports import Importer
    from service.scoring.scorer import NoModel
    from service.storage.engine import open_database

    opened = open_database(settings.database_url)
    importer = Importer(opened, NoModel("none"), SECRET, utc_now)
    access = Access(opened, SECRET, utc_now)
    access.add_site("berita")
    lines = [
        json.dumps({"content": f"{row.content} {n}", "verdict": row.verdict,
                    "labels": list(row.labels), "created_at": row.ruled_at}).encode()
        for n, row in enumerate(past(120))
    ]  # fmt: skip
    file = io.BytesIO(b"\n".join(lines))
    list(importer.take(access.named_site("berita"), read_jsonl(file)))
    assert len(list(labels.export(opened))) == 120
    assert retrain.main(["--site", "berita"]) == PASSED
    opened.engine.dispose()


def test_as_a_command_it_writes_and_says_nothing_to_others(tmp_path, monkeypatch, capsys):
    """Its report quotes comments, and an exception may."""
    for name in ("excepthook", "unraisablehook"):
        monkeypatch.setattr(sys, name, getattr(sys, name))
    monkeypatch.setattr("threading.excepthook", None)
    monkeypatch.setattr("service.cli.crashes.resource", MagicMock(getrlimit=lambda _: (0, 0)))
    monkeypatch.setattr(retrain, "main", (tmp_path / "report").touch)
    before = os.umask(0o022)
    try:
        with pytest.raises(SystemExit):
            retrain.run()
    finally:
        os.umask(before)
    assert (tmp_path / "report").stat().st_mode & 0o077 == 0
    sys.excepthook(ValueError, ValueError("dasar bodoh"), None)
    assert capsys.readouterr().err == "saring: crashed: ValueError at \n"


def test_an_unknown_site_is_one_line(models, capsys):
    assert retrain.main(["--site", "tidak-ada"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_cluster_learns_the_same(models, run):
    """Features and cross-validation by two workers, and the same weights as by none."""
    rows = past(150)
    with dask_cluster(processes=False) as address:
        assert run(rows, "--scheduler", address) == PASSED
    spread = models.load(candidate(models))
    shutil.rmtree(models.made)
    assert run(rows) == PASSED
    alone = models.load(candidate(models))
    texts = [NEW_SPAM, "terima kasih", "slot gacor", "dasar tolol"]
    assert [a.scores for a in spread.assess(texts)] == [a.scores for a in alone.assess(texts)]
    assert spread.metadata.good == alone.metadata.good
    told = [m.metadata.metrics["retraining"] for m in (spread, alone)]
    assert told[0]["losses"] == told[1]["losses"]


def test_a_cluster_that_is_not_there_is_one_line(models, run, capsys):
    assert run(past(20), "--scheduler", "not an address") == 2
    assert capsys.readouterr().err.count("\n") == 1
