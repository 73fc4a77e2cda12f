"""The template expander and the written corpus: repeatable, bounded, balanced, reserved names."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from training import config
from training.augment import (
    HEADS,
    WRITTEN,
    Decks,
    Row,
    Template,
    expand,
    fill,
    read_slots,
    read_templates,
    rows_of,
    write_all,
)
from training.typing_noise import typed

GOLD = Path(__file__).parents[2] / "training" / "gold" / "gold.jsonl"
TEMPLATES = sorted(p for p in (WRITTEN / "templates").glob("*.txt") if p.name != "slots.txt")
SLOTS = read_slots(WRITTEN / "templates" / "slots.txt")
# Reserved names, and the loose shapes of shorteners under them; e-mails are always masked.
LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
RESERVED = re.compile(r"\.(?:example|test)\b", re.IGNORECASE)


def read(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


IDENTITY_KINDS = {
    "identity-neutral",
    "counter-speech",
    "negation",
    "identity-attack",
    "pair-attack",
    "pair-clean",
}
WRITTEN_ROWS = [row for path in sorted(WRITTEN.glob("*.jsonl")) for row in read(path)]


def decks(**slots: list[str]) -> Decks:
    return Decks(slots, Random(0))


def test_it_works(tmp_path: Path) -> None:
    source = tmp_path / "shop.txt"
    source.write_text("@ shop en spam ?toxicity copies=2\n{Buy|Get} <thing>!\n", encoding="utf-8")
    rows = list(rows_of(source, {"thing": ["soap", "tea"]}))
    assert len(rows) == 2
    assert rows[0]["spam"] == 1
    assert rows[0]["gambling"] == 0
    assert "toxicity" not in rows[0]
    assert rows[0]["group"] == rows[1]["group"]


def test_choices_nest_and_may_be_empty() -> None:
    made = {fill("{a|b {c|d}|}", decks(), Random(seed)) for seed in range(60)}
    assert made == {"a", "b c", "b d", ""}


def test_slots_digits_and_line_breaks_are_filled() -> None:
    assert re.fullmatch(r"soap \d{3}\nnow", fill(r"<x> <999>\nnow", decks(x=["soap"]), Random(1)))


def test_words_are_dealt_equally_often() -> None:
    deck = decks(x=["a", "b", "c"])
    assert Counter(deck.deal("x") for _ in range(30)) == {"a": 10, "b": 10, "c": 10}


def test_a_template_never_yields_more_than_its_copies() -> None:
    template = Template("{a|b|c|d|e} {f|g|h}", "k", "en", 4, frozenset(), frozenset())
    texts = expand(template, decks(), Random(2))
    assert len(texts) == len(set(texts)) == 4


def test_a_line_may_add_heads(tmp_path: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_text("@ k en toxicity\none\ntwo || threat ?insult\n", encoding="utf-8")
    one, two = read_templates(source)
    assert one.heads == {"toxicity"}
    assert two.heads == {"toxicity", "threat"}
    assert two.unstated == {"insult"}


def test_an_unknown_head_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_text("@ k en toxic\nhello\n", encoding="utf-8")
    with pytest.raises(ValueError, match="unknown head"):
        list(read_templates(source))


def test_typing_in_a_hurry_keeps_links() -> None:
    text = "Please visit shop77.example today."
    assert all("shop77.example" in typed(text, Random(seed)).lower() for seed in range(50))


def test_the_committed_rows_are_what_the_templates_give(tmp_path: Path) -> None:
    copy = tmp_path / "templates"
    copy.mkdir()
    for path in (*TEMPLATES, WRITTEN / "templates" / "slots.txt"):
        (copy / path.name).write_bytes(path.read_bytes())
    write_all(tmp_path)
    for path in TEMPLATES:
        name = f"{path.stem}.jsonl"
        assert (tmp_path / name).read_bytes() == (WRITTEN / name).read_bytes(), name


def test_no_template_dominates() -> None:
    """Copies weigh less the more there are; where slots are word lists, sixty cover the words."""
    copies = Counter(row["group"] for row in WRITTEN_ROWS)
    settings = config.read()
    weights = [count ** (1 - settings.copies_power) for count in copies.values()]
    assert max(copies.values()) <= 60
    assert max(weights) <= 0.002 * sum(weights)


def test_no_slot_or_choice_is_left_open() -> None:
    assert not [r["text"] for r in WRITTEN_ROWS if re.search(r"[{}]|<[a-z_9]+>", str(r["text"]))]


def test_links_use_reserved_names_and_no_address_stands_open() -> None:
    for row in [*WRITTEN_ROWS, *read(GOLD)]:
        text = str(row["text"])
        assert all(RESERVED.search(link) for link in LINK.findall(text)), text
        assert not re.search(r"\w@\w+\.\w", text), text


def test_labels_are_consistent() -> None:
    for row in [*WRITTEN_ROWS, *read(GOLD)]:
        assert {row.get(head, 0) for head in HEADS} <= {0, 1}
        assert not (row.get("gambling") == 1 and row.get("spam") != 1), row
        assert not (row.get("identity_attack") == 1 and row.get("toxicity") != 1), row


@pytest.mark.parametrize("lang", ["en", "id"])
def test_identity_words_carry_no_weight(lang: str) -> None:
    """Every group is named about as often in attacks as elsewhere, relative to all groups."""
    rows = [r for r in WRITTEN_ROWS if r["kind"] in IDENTITY_KINDS and r["lang"] == lang]
    shares = {}
    for group in SLOTS[f"group_{lang}"]:
        named = [r for r in rows if group.lower() in str(r["text"]).lower()]
        shares[group] = sum(int(r["toxicity"]) for r in named) / len(named)
    assert min(shares.values()) > 0.15, shares
    assert max(shares.values()) < 0.75, shares


def test_gold_is_apart_from_the_written_rows() -> None:
    written = {re.sub(r"\W+", "", str(r["text"]).lower()) for r in WRITTEN_ROWS}
    gold = [re.sub(r"\W+", "", str(r["text"]).lower()) for r in read(GOLD)]
    assert len(gold) == len(set(gold)) >= 300
    assert not {g for g in gold if len(g) > 12} & written
