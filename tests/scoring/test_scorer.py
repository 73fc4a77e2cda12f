"""Assessments, explanations that add up, and thresholds that keep budgets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.pipeline import Pipeline

from service.errors import BadArtefact, Unavailable
from service.scoring.budgets import thresholds
from service.scoring.scorer import HEADS, NoModel, Scorer
from tests.scoring.test_features import ODD


def test_it_works(scorer: Scorer) -> None:
    spam, good = scorer.assess(["slot gacor maxwin", "terima kasih infonya"])
    assert spam.scores["spam"] > 0.5 > good.scores["spam"]
    assert tuple(spam.scores) == HEADS
    assert all(type(score) is float for score in spam.scores.values())
    assert (good.language, good.unsure) == ("id", False)


def test_no_texts(scorer: Scorer) -> None:
    assert scorer.assess([]) == []


def test_many_texts_keep_their_order(scorer: Scorer) -> None:
    texts = ["slot gacor", "terima kasih"] * 3_000
    scores = [found.scores["spam"] > 0.5 for found in scorer.assess(texts)]
    assert scores == [True, False] * 3_000


def test_english(scorer: Scorer) -> None:
    assert scorer.assess(["thank you for the news, author"])[0].language == "en"


@pytest.mark.parametrize(
    "text", ["", "?", "\x00", "这是什么意思呢", "Это просто ужас", "مرحبا بكم"]
)
def test_what_cannot_be_read_is_unsure(scorer: Scorer, text: str) -> None:
    found = scorer.assess([text])[0]
    assert (found.language, found.unsure) == ("other", True)


def test_unknown_words_are_unsure(scorer: Scorer) -> None:
    assert scorer.assess(["Donaudampfschifffahrt Gesellschaft Kapitän"])[0].unsure


@pytest.mark.parametrize("text", [*ODD, "dasar tolol @budi a@b.co slot", "  𝐬𝐥𝐨𝐭\u200b gacor "])
def test_explanations_add_up(scorer: Scorer, text: str) -> None:
    score = scorer.assess([text])[0].scores["spam"]
    found = scorer.explain(text, "spam")
    total = found.intercept + sum(span.weight for span in found.spans)
    assert total == pytest.approx(found.logit, abs=1e-9)
    assert 1 / (1 + np.exp(-total)) == pytest.approx(score, abs=1e-5)
    assert all(0 <= span.start <= span.end <= len(text) for span in found.spans)


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("text", ["dasar tolol @budi a@b.co slot 🎰 𝐬𝐥𝐨𝐭", "ini ʇols ɹoɔɐƃ", ""])
def test_contributions_and_intercept_are_the_log_odds(
    scorer: Scorer, pipeline: Pipeline, text: str, head: str
) -> None:
    found = scorer.explain(text, head)
    (row,) = pipeline.decision_function([text])
    assert found.logit == pytest.approx(row[HEADS.index(head)], abs=1e-4)
    assert found.intercept + sum(span.weight for span in found.spans) == found.logit


@pytest.mark.parametrize("text", [*ODD, "🎰 𝐬𝐥𝐨𝐭 gacor 👨‍👩‍👧 ya"])
def test_offsets_in_utf16_mark_the_same_words(scorer: Scorer, text: str) -> None:
    points, units = (scorer.explain(text, "spam", utf16=utf16) for utf16 in (False, True))
    wide = text.encode("utf-16-le", "surrogatepass")
    for one, other in zip(points.spans, units.spans, strict=True):
        said = wide[2 * other.start : 2 * other.end].decode("utf-16-le", "surrogatepass")
        assert said == text[one.start : one.end]
        assert one.weight == other.weight


def test_the_word_that_matters_weighs_most(scorer: Scorer) -> None:
    text = "a@b.co terima kasih slot"
    words = scorer.explain(text, "spam").spans[:-1]
    heaviest = max(words, key=lambda span: span.weight)
    assert text[heaviest.start : heaviest.end] == "slot"


def test_thresholds_follow_the_strictest_language(scorer: Scorer) -> None:
    found = scorer.thresholds(reject_per_mille=2, hold_per_mille=1000)
    assert found["spam"].reject == pytest.approx(0.8)
    assert found["toxicity"].reject is None


def test_toxicity_rejects_only_where_asked(scorer: Scorer) -> None:
    assert scorer.thresholds(1, 30, toxicity_rejects=True)["toxicity"].reject is not None


def test_nothing_unlikely_is_rejected(scorer: Scorer) -> None:
    assert scorer.thresholds(1000, 1000)["spam"].reject == 0.5


def test_a_language_has_thresholds_of_its_own() -> None:
    tail = [0.0, 0.5, 1.0]
    good = {"toxicity": {"id": [0.4, 0.2, 0.0], "id-news": [0.5, 0.3, 0.0], "en": [0.9, 0.7, 0.0]}}
    held = {
        language: thresholds(tail, good, 1, 1000, language=language)["toxicity"].hold
        for language in ("id", "en", "other", "")
    }
    assert held["id"] == pytest.approx(0.32)
    assert held["en"] == held["other"] == held[""] == pytest.approx(0.72)


def test_no_budget_no_threshold(scorer: Scorer) -> None:
    assert scorer.thresholds(0, 0)["spam"].hold is None


@pytest.mark.parametrize("reject", [0, 0.1, 1, 10, 100])
@pytest.mark.parametrize("hold", [0, 1, 30, 300])
def test_hold_is_never_above_reject(scorer: Scorer, reject: float, hold: float) -> None:
    for found in scorer.thresholds(reject, hold).values():
        assert found.hold is None or found.reject is None or found.hold <= found.reject


def test_a_bad_artefact_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadArtefact):
        Scorer.load(tmp_path)


def test_no_model_says_why() -> None:
    none = NoModel("digest differs")
    assert (none.version, none.thresholds(1, 30)) == ("none", {})
    with pytest.raises(Unavailable, match="digest differs"):
        none.assess(["halo"])
    with pytest.raises(Unavailable, match="digest differs"):
        none.explain("halo", "spam")
