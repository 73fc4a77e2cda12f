"""The estimator contract, for string input, and what folding undoes."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import Pipeline

from service import privacy
from service.scoring.features import (
    HEADS,
    LANGUAGES,
    CommentFeatures,
    MultiHeadLogistic,
    build_pipeline,
)
from tests.tiny import SMALL, TINY, labelled

SLOW = [HealthCheck.too_slow]  # on a busy machine
ODD = [
    "",
    " ",
    "\n",
    "\x00",
    "\ud800",
    "a\ud83d",
    "\U0010ffff",
    "\u202eabc\u202c",
    "é" * 10,
    "👨‍👩‍👧",
    "①②③",
    "ﷺ",
    "a" * 65_525,
    "a b " * 16_000,
    "@" * 5_000,
    "[email]",
    "1.1.1.1",
    "::1",
    "\ue001",
]


def test_it_works(pipeline: Pipeline) -> None:
    spam, rude, good = pipeline.predict_proba(["slot gacor", "dasar tolol", "terima kasih"])
    assert spam[0] > 0.5 > max(rude[0], good[0])
    assert rude[2] > 0.5 > max(spam[2], good[2])


@pytest.mark.parametrize("estimator", [CommentFeatures(), MultiHeadLogistic(), build_pipeline()])
def test_clone_keeps_the_parameters(estimator: Pipeline) -> None:
    assert repr(clone(estimator).get_params()) == repr(estimator.get_params())


def test_fit_returns_self_and_leaves_parameters_alone() -> None:
    texts, y = labelled()
    features = CommentFeatures()
    heads = MultiHeadLogistic(bits=10, word_bits=10, pair_bits=10, penalty=1e-9)
    before = heads.get_params()
    assert features.fit(texts) is features
    assert heads.fit(features.transform(texts), y) is heads
    assert heads.get_params() == before


def test_unfitted_estimators_say_so() -> None:
    with pytest.raises(NotFittedError):
        CommentFeatures().transform(["a"])


@pytest.mark.parametrize("wrong", ["slot gacor", b"slot gacor", ""])
def test_one_string_is_not_taken_for_many(pipeline: Pipeline, wrong: str) -> None:
    for method in (pipeline.predict_proba, pipeline.decision_function, pipeline.predict):
        with pytest.raises(ValueError, match="one string"):
            method(wrong)
    with pytest.raises(ValueError, match="one string"):
        CommentFeatures().fit(wrong)


@pytest.mark.parametrize("kind", [list, tuple, np.array, lambda texts: np.array(texts, object)])
def test_any_sequence_of_texts_will_do(pipeline: Pipeline, kind: Any) -> None:
    texts = ["slot gacor", "terima kasih", "𝐬𝐥𝐨𝐭"]
    assert (pipeline.predict_proba(kind(texts)) == pipeline.predict_proba(texts)).all()


def test_no_texts_have_no_rows(pipeline: Pipeline) -> None:
    assert pipeline.predict_proba([]).shape == (0, len(HEADS + LANGUAGES))


def test_predictions_agree_with_each_other(pipeline: Pipeline) -> None:
    logits, shares = pipeline.decision_function(ODD), pipeline.predict_proba(ODD)
    np.testing.assert_allclose(shares, 1 / (1 + np.exp(-logits)), atol=1e-12)
    assert (pipeline.predict(ODD) == (shares >= 0.5)).all()
    assert pipeline.classes_.tolist() == list(HEADS + LANGUAGES)


def test_parameters_are_set_by_name_and_no_other() -> None:
    model = build_pipeline({"heads__bits": 11})
    assert model.set_params(heads__penalty=0.5).get_params()["heads__penalty"] == 0.5
    assert model.get_params()["heads__bits"] == 11
    with pytest.raises(ValueError, match="parameter"):
        model.set_params(heads__colour=1)


def test_weight_zero_is_as_if_the_row_were_not_there() -> None:
    texts, y = labelled()
    params = {**SMALL, "heads__min_rows": 1}
    weight = np.ones_like(y)
    weight[1::2] = 0.0
    hidden = np.where(weight > 0, y, np.nan)
    rows = [build_pipeline(params).fit(texts, y, heads__sample_weight=weight)]
    rows.append(build_pipeline(params).fit(texts, hidden))
    one, other = (model.predict_proba(["slot gacor", "terima kasih"]) for model in rows)
    np.testing.assert_allclose(one, other, atol=1e-4)


def test_refitting_is_the_same_to_the_byte() -> None:
    texts, y = labelled()
    once, again = (build_pipeline(TINY).fit(texts, y) for _ in range(2))
    assert pickle.dumps(once) == pickle.dumps(again)


def test_round_trip_through_joblib(pipeline: Pipeline, tmp_path: Path) -> None:
    joblib.dump(pipeline, tmp_path / "model")
    again = joblib.load(tmp_path / "model", mmap_mode="r")
    assert (again.predict_proba(ODD) == pipeline.predict_proba(ODD)).all()


def test_labels_that_nobody_gave_are_left_out() -> None:
    texts, y = labelled()
    y = np.hstack((y, np.full((len(y), 1), np.nan)))
    model = build_pipeline({**SMALL, "heads__labels": (*HEADS, *LANGUAGES, "unseen")})
    assert model.fit(texts, y).predict_proba(["halo"])[0, -1] < 0.01


@pytest.mark.parametrize("text", ODD, ids=lambda text: ascii(text[:8]))
def test_odd_text_alone_is_scored_as_in_a_batch(pipeline: Pipeline, text: str) -> None:
    batch = pipeline.predict_proba(["halo", text, "slot gacor"])[1]
    assert np.isfinite(batch).all()
    np.testing.assert_allclose(pipeline.predict_proba([text])[0], batch, atol=1e-5)


@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=SLOW)
@given(st.lists(st.text(st.characters(exclude_categories=())), min_size=2, max_size=4))
def test_any_text_alone_is_scored_as_in_a_batch(pipeline: Pipeline, texts: list[str]) -> None:
    batch = pipeline.predict_proba(texts)
    for text, row in zip(texts, batch, strict=True):
        np.testing.assert_allclose(pipeline.predict_proba([text])[0], row, atol=1e-5)


@pytest.mark.parametrize(
    "text",
    [
        "hubungi budi@example.com ya",
        "(budi.s+x@mail.example.co.id)",
        "dari 10.0.0.1, atau 2001:db8::1!",
        '"budi s"@example.com',
        "budi%40example.com dan budi&#64;example.com",
        "a@b@c.example a@@b.example .@x.example",
        "budi@[10.0.0.1]",
        "999.1.1.1 1.2.3 12:30:45 a@b",
    ],
)
def test_an_address_and_its_mask_are_the_same(pipeline: Pipeline, text: str) -> None:
    masked = privacy.mask(text)
    assert (pipeline.predict_proba([text]) == pipeline.predict_proba([masked])).all()


@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=SLOW)
@given(st.text(alphabet='ab1.@: "<>x\n%40é＠', max_size=40))
def test_any_address_and_its_mask_are_the_same(pipeline: Pipeline, text: str) -> None:
    masked = privacy.mask(text)
    assert (pipeline.predict_proba([text]) == pipeline.predict_proba([masked])).all()


@pytest.mark.parametrize(
    "trick",
    [
        "𝐬𝐥𝐨𝐭",
        "ｓｌｏｔ",
        "ⓢⓛⓞⓣ",
        "🆂🅻🅾🆃",
        "ѕlоt",
        "s\u200bl\u200bo\u200bt",
        "s̶l̶o̶t̶",
        "ŝłóť",
        "SLOT",
        "s\u00adlot",
    ],
)
def test_tricks_are_folded_away(pipeline: Pipeline, trick: str) -> None:
    features = pipeline.named_steps["features"]
    bag, plain = features.transform([trick]), features.transform(["slot"])
    views = [[v.hashes.tolist() for v in b.words[:2]] for b in (bag, plain)]
    assert views[0] == views[1]
    assert trick == "SLOT" or bag.kinds.tolist() != plain.kinds.tolist()


@pytest.mark.parametrize("trick", ["s l o t", "s.l.o.t", "s-l-o-t", "5107", "sl0t", "sllloooot"])
def test_tricks_are_squeezed_away(pipeline: Pipeline, trick: str) -> None:
    features = pipeline.named_steps["features"]
    bag, plain = features.transform([trick]), features.transform(["slot"])
    assert bag.chars[3].hashes.tolist() == plain.chars[3].hashes.tolist()
