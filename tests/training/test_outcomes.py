"""What the report says of verdicts is what the service would answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.pipeline import Pipeline

from service import checks, rulebook
from service.comments import Scores
from service.policy import Evidence, decide
from service.rules import Rules
from service.scoring.budgets import Threshold
from service.scoring.labels import HEADS
from service.scoring.scorer import Scorer
from tests.test_policy import SUBMISSION
from tests.tiny import TAIL, labelled, metadata
from training import evaluate, outcomes, serving
from training.datasets import LABELS, NAN, Row, Table
from training.evidence import Part, slices, together
from training.serving import ACCEPT, HOLD, REJECT, Reading

TEXTS = [*labelled()[0], "", "?", "это просто ужас", "slot gacor terima kasih", "you and kamu"]


def reading(scores: list[dict[str, float]], langs: list[str], unsure: list[bool]) -> Reading:
    rows = [[one.get(label, 0.0) for label in LABELS] for one in scores]
    return Reading(np.array(rows), np.array(langs), np.array(unsure))


GATES = {
    "id": {"spam": Threshold(0.5, 0.9), "toxicity": Threshold(0.4, None)},
    "en": {"spam": Threshold(0.6, 0.95), "toxicity": Threshold(0.7, None)},
}


def row(text: str, **known: float) -> Row:
    labels = tuple(known.get(label, NAN) for label in LABELS)
    return Row(text, "id-made", text, "test", "id", labels, (1.0,) * len(LABELS))


def test_verdicts_are_those_of_the_policy(
    pipeline: Pipeline, scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluate, "TAIL", TAIL)
    gates = serving.gates(metadata()["good"])
    found = serving.verdicts(serving.read(pipeline, TEXTS, 0.8), gates)
    answered = []
    for text, said in zip(TEXTS, scorer.assess(TEXTS), strict=True):
        limits = rulebook.limits(scorer, Rules(), said.language)
        scores = Scores(said.scores, said.language, said.unsure)  # type: ignore[arg-type]
        submission = replace(SUBMISSION, content=text)
        evidence = Evidence(submission, checks.language(scores), scores, limits)
        answered.append(decide(evidence, "tiny").verdict)
    assert [("accept", "hold", "reject")[code] for code in found] == answered
    assert len(set(answered)) == 3, "the texts must show every verdict"


def test_scores_are_read_in_chunks(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = serving.read(pipeline, TEXTS, 0.8)
    monkeypatch.setattr(serving, "_CHUNK", 3)
    parts = serving.read(pipeline, TEXTS, 0.8)
    np.testing.assert_allclose(parts.scores, whole.scores, atol=1e-6)
    assert (parts.languages == whole.languages).all()
    assert (parts.unsure == whole.unsure).all()


def test_no_texts(pipeline: Pipeline) -> None:
    assert serving.verdicts(serving.read(pipeline, [], 0.8), GATES).tolist() == []


def test_each_language_has_its_thresholds_and_doubt_is_never_rejected() -> None:
    scores = [{"spam": 0.92}, {"spam": 0.92}, {"spam": 0.92}, {"toxicity": 0.5}, {"toxicity": 0.5}]
    said = reading(scores, ["id", "en", "id", "id", "en"], [False, False, True, False, False])
    assert serving.verdicts(said, GATES).tolist() == [REJECT, HOLD, HOLD, HOLD, ACCEPT]


def test_confusion_counts_good_and_bad_apart() -> None:
    good = [row(f"good {n}", spam=0.0, toxicity=0.0) for n in range(4)]
    bad = [row(f"bad {n}", spam=1.0) for n in range(10)]
    scores = [{"spam": s} for s in (0.1, 0.6, 0.95, 0.1)] + [{"spam": 0.95}] * 8 + [{}] * 2
    said = reading(scores, ["id"] * 14, [False] * 3 + [True] + [False] * 10)
    part = Part("id-made", ("spam",), Table([*good, *bad]), said, trained_on=False)
    found = outcomes.confusion([part], GATES)["id-made"]
    shares = {key: found[key] for key in ("rows", "rejected", "held", "unsure")}
    assert shares == {"rows": 4, "rejected": 0.25, "held": 0.25, "unsure": 0.25}
    assert found["bad"] == {"spam": {"rows": 10, "accepted": 0.2, "held": 0.0, "rejected": 0.8}}


def test_lengths_are_told_apart() -> None:
    rows = [row("x" * size + str(n), spam=float(n % 2)) for size in (10, 90) for n in range(60)]
    scores = [
        {"spam": 0.8 if n % 2 and size == 90 else 0.1} for size in (10, 90) for n in range(60)
    ]
    part = Part(
        "id-made", ("spam",), Table(rows), reading(scores, ["id"] * 120, [False] * 120), False
    )
    short, longer = outcomes.by_length(slices([part]), GATES)
    assert (short["auc"], short["bad_stopped"]) == (0.5, 0.0)
    assert (longer["auc"], longer["bad_stopped"], longer["good_stopped"]) == (1.0, 1.0, 0.0)
    assert short["to"] == longer["from"] == 40


def test_slices_of_a_language_are_put_together() -> None:
    def made(name: str, lang: str) -> Part:
        rows = [
            Row(f"{name} {n}", name, str(n), "test", lang, (float(n % 2), *[NAN] * 11), (1.0,) * 12)
            for n in range(20)
        ]
        said = reading([{"spam": n / 20} for n in range(20)], [lang] * 20, [False] * 20)
        return Part(name, ("spam",), Table(rows), said, trained_on=False)

    found = slices([made("id-a", "id"), made("en-a", "en"), made("id-b", "id")])
    whole = together(found, "spam", "id")
    assert whole is not None
    assert len(whole.y) == len(whole.texts) == len(whole.reading.unsure) == 40
    assert together(found, "toxicity", "id") is None


def test_tongues_are_told_apart() -> None:
    regional = {label: float(label == "other") for label in LABELS if label not in HEADS}
    rows = [row("halo"), row("kumaha damang", **regional)]
    said = reading([{}, {}], ["id", "other"], [False, True])
    found = outcomes.languages(Table(rows), said)
    assert found["id"]["id"] == found["other"]["other"] == found["other"]["unsure"] == 1.0
