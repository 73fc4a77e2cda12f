"""The report: one HTML file that a newsroom editor can read, plots and all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from service.scoring.artefact import Metadata
from training import plots
from training.evidence import Slice, together
from training.page import COLUMNS_OF_DATA, TONGUES, bar, percent, section, table, whole_page

SPEED = Path(__file__).with_name("speed.json")
_INTRO = """
<p>This model reads a comment and says how likely it is to be spam, gambling promotion, toxic, and
six finer things. It never publishes or deletes by itself: a site says how many <em>good</em>
comments in a thousand may be stopped, and thresholds follow from that, for each language by
itself. A comment that reaches a threshold is <em>held</em> for a person or, for spam only and much
higher up, <em>rejected</em>. Toxic comments are held, never rejected, unless a site wants it.</p>
<p>Unless a table says otherwise, the figures are on comments from sources that the model, or a twin
of it, was <strong>not</strong> trained on, because that is what a new site is.
<abbr title="area under the ROC curve">AUC</abbr> is the chance that a bad comment scores above a
good one: 0.5 is guessing, 1 is perfect. “Baseline” is what plain scikit-learn makes of the same
rows: TF-IDF of words and letters, and logistic regression.</p>
"""
_LEVELS = ("hold", "reject")
_HEADS = (("spam", "Spam and gambling"), ("toxicity", "Toxicity"))


def write(metadata: Metadata, slices: Sequence[Slice], *, quote: bool = False) -> str:
    """The page; it quotes comments only on demand, as others wrote them under their licences."""
    metrics = metadata.metrics
    body = [f"<h1>Saring’s comment model, version {escape(metadata.version)}</h1>", _INTRO]
    body += [_in_short(metrics), _thresholds(metrics), _outcomes(metrics)]
    for head, title in _HEADS:
        parts = [part for part in slices if part.head == head]
        parts.sort(key=lambda part: _order(part.name))
        if parts:
            body.append(_head(metadata, head, title, parts))
    body += [_lengths(metrics), _identities(metrics), _tricks(metrics), _languages(metrics)]
    body += [_calibration(metadata), _speed(metadata), _errors(slices, quote=quote)]
    return whole_page(f"Saring {metadata.version}", "".join(body))


def _in_short(metrics: dict[str, Any]) -> str:
    """Means over data sets, so that a large one does not speak for all."""
    rows = []
    for lang in ("id", "en"):
        found = [f for name, f in metrics["budgets"].items() if name.startswith(f"{lang}-")]
        cells = [_mean([f[key] for f in found]) for key in ("rejected", "held", "unsure")]
        for head, _ in _HEADS:
            cells.append(_mean([1 - f["bad"][head]["accepted"] for f in found if head in f["bad"]]))
        rows.append([TONGUES[lang], *cells])
    columns = ["", "good comments rejected", "held", "held as unreadable"]
    columns += ["spam stopped", "toxic comments stopped"]
    return section(
        "In short",
        "<p>At the default budgets (of a thousand good comments one may be rejected and thirty "
        "held), the mean over unseen data sets, each of which counts alike:</p>"
        + table(columns, rows)
        + "<p class=note>Stopped means held or rejected. English spam here is of many kinds, "
        "e-mail and text messages among them; the tables below tell them apart.</p>",
    )


def _mean(shares: Sequence[float]) -> str:
    return percent(sum(shares) / len(shares)) if shares else "–"


def _thresholds(metrics: dict[str, Any]) -> str:
    gates = metrics["thresholds"]
    langs = [lang for lang in gates if lang != "mixed"]
    rows = [
        [head, *(_limit(gates[lang][head][level]) for lang in langs for level in _LEVELS)]
        for head in gates[langs[0]]
    ]
    columns = ["head", *(f"{TONGUES[lang]}: {level}" for lang in langs for level in _LEVELS)]
    return section(
        "Thresholds",
        "<p>The scores from which a comment is held or rejected at the default budgets, as the "
        "service uses them. Text that mixes languages, or is in none that the model reads, is "
        "judged by the strictest of all; and what cannot be read is always held, never "
        "rejected.</p>" + table(columns, rows),
    )


def _limit(value: float | None) -> str:
    if value is None:
        return "never"
    return "over 0.9999" if value > 0.9999 else f"{value:.4f}"


def _outcomes(metrics: dict[str, Any]) -> str:
    rows = []
    for name, found in sorted(metrics["budgets"].items(), key=lambda item: _order(item[0])):
        kept = 1 - found["rejected"] - found["held"] - found["unsure"]
        cells = [name, f"{found['rows']:,}", bar(kept, 1 - kept - found["rejected"])]
        cells += [percent(found[key]) for key in ("rejected", "held", "unsure")]
        bad = [_of_bad(head, shares) for head, shares in found["bad"].items()] or [[""] * 6]
        rows += [(cells if n == 0 else [""] * 6) + more for n, more in enumerate(bad)]
    columns = ["data set", "good", "", "rejected", "held", "unread", "bad"]
    columns += ["", "", "rejected", "held", "let through"]
    return section(
        "What becomes of comments",
        "<p>Good and bad comments of each unseen data set at the default budgets. Green is "
        "published, yellow waits for a person, red is rejected. Unread: held because the model "
        "cannot read it.</p>"
        + table(columns, rows, raw=(2, 8))
        + "<p class=note>Spam and toxicity are scored by heads that never saw the data set.</p>",
    )


def _order(name: str) -> tuple[bool, str]:
    """Indonesian data sets first."""
    return not name.startswith("id-"), name


def _of_bad(head: str, shares: Mapping[str, float]) -> list[str]:
    drawn = bar(shares["accepted"], shares["held"])
    told = [percent(shares[key]) for key in ("rejected", "held", "accepted")]
    return [{"toxicity": "toxic"}.get(head, head), f"{shares['rows']:,}", drawn, *told]


def _head(metadata: Metadata, head: str, title: str, parts: Sequence[Slice]) -> str:
    body = [table(COLUMNS_OF_DATA, [_figures(metadata, head, part) for part in parts])]
    wholes, drawn, prior = [], [], metadata.priors[head]
    for lang in ("id", "en"):
        own = [part for part in parts if part.lang == lang and part.natural]
        whole = together(list(parts), head, lang)
        if whole:
            wholes.append(whole)
            gate = metadata.metrics["thresholds"].get(lang, {}).get(head, {})
            drawn.append(plots.histogram(whole, gate.get("hold"), gate.get("reject")))
            body.append(f"<h3>{TONGUES[lang]}, data set by data set</h3>")
            body.append(f'<div class="plots">{plots.ranking(own, whole)}</div>')
    drawn.append(plots.calibration(wholes, prior))
    body.append(
        f'<h3>Scores, thresholds, probabilities</h3><div class="plots">{"".join(drawn)}</div>'
        "<p class=note>Last: where the model says 30 %, are 30 % bad? On unseen data sets, at an "
        f"assumed share of {prior:.0%} bad comments. Below the diagonal it says too much.</p>"
    )
    return section(title, "".join(body))


def _figures(metadata: Metadata, head: str, part: Slice) -> list[str]:
    metrics, key = metadata.metrics, f"{part.name}/{head}"
    found = metrics["unseen"].get(head, {}).get(part.name) or metrics["eval"].get(key, {})
    base = metrics.get("baseline") or {"unseen": {}, "eval": {}}
    other = base["unseen"].get(head, {}).get(part.name) or base["eval"].get(key, {})
    pairs = [(f.get(k)) for k in ("auc", "recall_1pc", "recall_01pc") for f in (other, found)]
    return [
        part.name,
        f"{len(part.y):,}",
        f"{int(part.y.sum()):,}",
        *("–" if value is None else f"{value:.3f}" for value in pairs),
    ]


def _lengths(metrics: dict[str, Any]) -> str:
    rows = [
        [
            f"{dict(_HEADS).get(f['head'], f['head'])}, {TONGUES[f['lang']]}",
            f"{f['from']} to {f['to'] - 1}" if f["to"] else f"{f['from']} and more",
            f"{f['rows']:,}",
            f"{f['positive']:,}",
            f"{f['auc']:.3f}",
            percent(f["bad_stopped"]),
            percent(f["good_stopped"]),
        ]
        for f in metrics["lengths"]
    ]
    columns = ["", "characters", "comments", "bad", "AUC", "bad stopped", "good stopped"]
    return section("By length", table(columns, rows)) if rows else ""


def _identities(metrics: dict[str, Any]) -> str:
    found = metrics["identities"]
    if not found:
        return ""
    terms = sorted(found["terms"].items(), key=lambda item: item[1]["auc"])
    rows = [
        [
            term,
            f"{f['rows']:,}",
            f"{f['auc']:.3f}",
            f"{f['held']:.2%}",
            f"{f['false_positives']:.1%}",
        ]
        for term, f in terms
    ]
    whole = found["whole"]
    columns = ["group", "sentences", "AUC", "harmless: held", "harmless: among the top 5 %"]
    return section(
        "Does naming a group make a comment toxic?",
        "<p>Template sentences such as “I am a gay man”, never trained on. At the threshold in "
        f"use {whole['held']:.2%} of the harmless ones are held, of the worst group "
        f"{whole['held_gap']:+.2%} more. A strict threshold can hide a bias, so the last column "
        "has a low one, which flags 5 % of all harmless sentences: each group should have about "
        f"5 %. AUC {whole['auc']:.3f} over all, {whole['worst_auc']:.3f} for the worst group.</p>"
        + table(columns, rows),
    )


def _tricks(metrics: dict[str, Any]) -> str:
    rows = [[way.replace("_", " "), f"{share:.1%}"] for way, share in metrics["disguised"].items()]
    if not rows:
        return ""
    return section(
        "Spam in disguise",
        "<p>Gambling spam from an unseen source that was caught, then hidden in twelve ways: how "
        "much of it is still caught.</p>" + table(["trick", "still caught"], rows),
    )


def _languages(metrics: dict[str, Any]) -> str:
    keys = ("id", "en", "mixed", "other", "unsure")
    rows = [
        [TONGUES.get(lang, lang), f"{f['rows']:,}", *(percent(f[key]) for key in keys)]
        for lang, f in metrics["languages"].items()
    ]
    columns = ["written in", "comments", *(f"read as {TONGUES[k]}" for k in keys[:4]), "unreadable"]
    return section(
        "Which language?",
        "<p>Rows that were not trained on. “Unreadable” is what goes to a person whatever it "
        "scores: another language or script, too short, or too many words never seen.</p>"
        + table(columns, rows),
    )


def _calibration(metadata: Metadata) -> str:
    rows = [
        [head, f"{metadata.priors[head]:.1%}", f"{value:.4f}"]
        for head, value in metadata.metrics["ece"].items()
    ]
    return section(
        "Can the probabilities be taken at their word?",
        "<p>The training data holds far more bad comments than a site sees; probabilities are "
        "calibrated to the shares assumed here. The error is the mean gap between said and found, "
        "over fifteen bins, on held-out rows of the training sets.</p>"
        + table(["head", "assumed share", "calibration error"], rows),
    )


def _speed(metadata: Metadata) -> str:
    cost = metadata.metrics["training"]
    measured = json.loads(SPEED.read_text(encoding="utf-8")) if SPEED.is_file() else {}
    rows = [[name, str(value)] for name, value in measured.items()]
    rows.append(["training", f"{cost['seconds']:.0f} s, {cost['peak_mb']:,} MB at most"])
    return section("Speed and size", table(["measured by make bench", ""], rows))


def _errors(slices: Sequence[Slice], *, quote: bool) -> str:
    parts = [
        "<p>Where it was surest and wrong, by the data set’s own label; some of these labels are "
        "wrong themselves. Comments are quoted, addresses masked, in a report made with "
        "--quote.</p>"
    ]
    for part in slices:
        if part.natural:
            rows = [
                ["bad" if y else "good", f"{score:.3f}", text if quote else _size(text)]
                for y, score, text in part.worst()
            ]
            shown = table(["label", "score", "comment"], rows, prose=2)
            name = f"{part.head}: {part.name}"
            parts.append(f"<details><summary>{escape(name)}</summary>{shown}</details>")
    return section("Its worst errors", "".join(parts))


def _size(text: str) -> str:
    return f"({len(text)} characters)"
