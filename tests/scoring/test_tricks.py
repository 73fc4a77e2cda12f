"""What is undone by position: upside-down words, backward runs, pictures between letters."""

from __future__ import annotations

import pytest
from sklearn.pipeline import Pipeline

from service.scoring.scorer import Scorer


def reads(pipeline: Pipeline, text: str) -> str:
    reading = pipeline.named_steps["features"]._read([text])
    return "".join(map(chr, reading.surface.codes)).strip()


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("ʇols ɹoɔɐƃ", "slot gacor"),
        ("main uᴉʍxɐɯ sekarang", "main maxwin sekarang"),
        ("\u202etols\u202c gacor", "slot gacor"),
        ("\u202erocag tols", "slot gacor"),
        ("s🍀lot ga🔥cor", "slot gacor"),
        ("keren 🔥 gacor", "keren gacor"),
        ("slot, gacor!!!  ya", "slot gacor ya"),
        ("ǝ", "e"),
        ("𝐬𝐥𝐨𝐭 🎰", "slot"),
    ],
)
def test_it_reads(pipeline: Pipeline, text: str, plain: str) -> None:
    assert reads(pipeline, text) == plain


def test_one_trick_does_not_reach_the_next_text(pipeline: Pipeline) -> None:
    texts = ["\u202etols", "gacor", "ʇols", "terima kasih"]
    together = pipeline.predict_proba(texts)
    for text, row in zip(texts, together, strict=True):
        assert pipeline.predict_proba([text])[0] == pytest.approx(row, abs=1e-5)


@pytest.mark.parametrize("text", ["ini ʇols ɹoɔɐƃ ya", "ini \u202etols\u202c ya", "sl🍀ot"])
def test_explanations_still_add_up(scorer: Scorer, text: str) -> None:
    found = scorer.explain(text, "spam")
    assert found.intercept + sum(s.weight for s in found.spans) == pytest.approx(found.logit)
    words = found.spans[:-1]
    heaviest = max(words, key=lambda span: span.weight)
    assert text[heaviest.start : heaviest.end] != "ini"


def test_turned_letters_are_counted_text_by_text(pipeline: Pipeline) -> None:
    alone, together = pipeline.predict_proba(["0ı"]), pipeline.predict_proba(["ı", "0ı"])
    assert together[1] == pytest.approx(alone[0], abs=1e-5)
