"""The model in the repository on a gold set that we wrote and never trained on."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from service.scoring.scorer import Assessment, Scorer
from training.obfuscate import WAYS, obfuscate

ROOT = Path(__file__).resolve().parents[2]
BAD = ("spam", "gambling", "toxicity", "identity_attack", "threat")
GACOR = "Main slot gacor di SENTOSA88, modal receh langsung maxwin! Daftar sekarang kak"


@pytest.fixture(scope="module")
def shipped() -> Scorer:
    return Scorer.load(ROOT / "models")


@pytest.fixture(scope="module")
def gold() -> list[dict[str, str | int]]:
    path = ROOT / "training" / "gold" / "gold.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def stopped(scorer: Scorer, found: Assessment, level: str) -> bool:
    gates = scorer.thresholds(1, 30, language=found.language)
    limits = {head: getattr(gate, level) for head, gate in gates.items()}
    return any(lim is not None and found.scores[head] >= lim for head, lim in limits.items())


def texts(gold: list[dict[str, str | int]], *, bad: bool) -> list[str]:
    return [str(row["text"]) for row in gold if any(row.get(h) == 1 for h in BAD) == bad]


def test_nothing_good_is_rejected(shipped: Scorer, gold: list[dict[str, str | int]]) -> None:
    good = texts(gold, bad=False)
    found = zip(good, shipped.assess(good), strict=True)
    assert [text for text, one in found if stopped(shipped, one, "reject")] == []


def test_little_good_is_held(shipped: Scorer, gold: list[dict[str, str | int]]) -> None:
    found = shipped.assess(texts(gold, bad=False))
    assert sum(stopped(shipped, one, "hold") for one in found) <= 0.05 * len(found)


def test_bad_scores_above_good(shipped: Scorer, gold: list[dict[str, str | int]]) -> None:
    worst = [max(a.scores[h] for h in BAD) for a in shipped.assess(texts(gold, bad=True))]
    best = [max(a.scores[h] for h in BAD) for a in shipped.assess(texts(gold, bad=False))]
    pairs = sum(bad > good for bad in worst for good in best)
    assert pairs >= 0.85 * len(worst) * len(best)


@pytest.mark.parametrize("way", sorted(WAYS))
def test_disguised_gambling_is_caught(shipped: Scorer, way: str) -> None:
    disguises = [obfuscate(GACOR, way, Random(seed)) for seed in range(40)]
    caught = [stopped(shipped, found, "hold") for found in shipped.assess(disguises)]
    assert sum(caught) >= 0.95 * len(caught)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Pemerintah harus tegas, jangan begini terus", "id"),
        ("The council should publish its minutes.", "en"),
        ("这是什么意思呢", "other"),
        ("Это просто ужас какой-то", "other"),
    ],
)
def test_languages(shipped: Scorer, text: str, language: str) -> None:
    assert shipped.assess([text])[0].language == language


def foreign(*languages: str) -> list[str]:
    path = ROOT / "training" / "gold" / "foreign.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [row["text"] for row in rows if row["lang"] in languages]


def test_other_scripts_are_for_a_person(shipped: Scorer) -> None:
    found = shipped.assess(foreign("ar", "zh", "ja", "ko", "hi", "th", "ru", "ta"))
    assert len(found) == 23
    assert all(one.unsure and one.language == "other" for one in found)


def test_half_of_other_languages_in_latin_letters_are_for_a_person(shipped: Scorer) -> None:
    """Malay is not among them: it reads like Indonesian."""
    found = shipped.assess(
        foreign("su", "jv", "es", "fr", "de", "nl", "pt", "tl", "vi", "tr", "it")
    )
    assert len(found) == 48
    assert sum(one.unsure for one in found) >= 0.5 * len(found)


def test_ordinary_comments_are_readable(shipped: Scorer, gold: list[dict[str, str | int]]) -> None:
    found = shipped.assess([str(row["text"]) for row in gold])
    assert sum(one.unsure for one in found) <= 0.02 * len(found)


@pytest.mark.parametrize("text", ["", "?", "...", "1", "a"])
def test_too_short_is_for_a_person(shipped: Scorer, text: str) -> None:
    assert shipped.assess([text])[0].unsure


def test_sixty_five_kilobytes_of_anything(shipped: Scorer) -> None:
    texts = ["@" * 65_000, "a b " * 16_000, "\u202e" * 21_000, "ʇ " * 21_000, "1.1.1.1." * 8_000]
    assert len(shipped.assess(texts)) == 5
