"""The model card: what the model was made from, what it is for, and its measured figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from service.scoring.artefact import Metadata
from training.config import Config
from training.datasets import Table

_HEAD = """# Model {version}

Scores a reader's comment for `spam`, `gambling`, `toxicity` and six finer heads, in Indonesian and
English, as calibrated probabilities. Made {created} by `python -m training.train` from the data
below; artefact digest `{digest}`.

**For** sorting comments into accept, hold and reject with people deciding what is held.
**Not for** judging people, languages other than Indonesian and English (marked unsure), or
rejecting toxic comments unseen: toxicity alone holds unless a site says otherwise.

One scikit-learn pipeline: Unicode folding and squeezing, hashed character and word n-grams, shape
of the text, one logistic regression per head. Trained in {seconds} s, {peak_mb} MB at most.
"""


def sources(config: Config, table: Table) -> list[dict[str, Any]]:
    """What each data set gave."""
    kept = Counter(row.source for row in table.rows)
    return [
        {
            "name": dataset.name,
            "rows": kept[dataset.name],
            "licence": dataset.licence,
            "origin": dataset.origin,
            "weight": dataset.weight,
            "sha256": dataset.sha256,
        }
        for dataset in config.datasets
    ]


def write(metadata: Metadata) -> str:
    """The card as Markdown."""
    cost = metadata.metrics["training"]
    head = _HEAD.format(
        version=metadata.version,
        created=metadata.created,
        digest=metadata.digest[:16],
        seconds=cost["seconds"],
        peak_mb=cost["peak_mb"],
    )
    sections = (
        *(_data, _eval, _unseen, _thresholds, _budgets, _lengths, _identities, _functional),
        *(_disguised, _languages, _test, _calibration),
    )
    return "\n".join([head, *(section(metadata) for section in sections)]) + "\n"


def _table(columns: list[str], rows: Iterable[Iterable[object]]) -> str:
    lines = [" | ".join(columns), " | ".join("---" for _ in columns)]
    lines += [" | ".join(str(cell) for cell in row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def _data(metadata: Metadata) -> str:
    rows = (
        (s["name"], s["rows"], s["licence"], s["weight"], s["origin"]) for s in metadata.sources
    )
    table = _table(["data set", "rows used", "licence", "weight", "origin"], rows)
    return (
        f"\n## Data\n\nExact copies are left out; near copies never straddle a split.\n\n{table}\n"
    )


def _figures(f: dict[str, Any]) -> list[object]:
    shares = [f"{f[key]:.3f}" for key in ("auc", "ap", "recall_1pc", "recall_01pc")]
    return [f["rows"], f["positive"], *shares]


def _beside(f: dict[str, Any], baseline: dict[str, Any] | None) -> list[object]:
    """A model's figures, and in brackets what plain scikit-learn reaches."""
    if not baseline:
        return _figures(f)
    pairs = [f"{f[key]:.3f} ({baseline[key]:.3f})" for key in _SHARES]
    return [f["rows"], f["positive"], *pairs]


_SHARES = ("auc", "ap", "recall_1pc", "recall_01pc")
_COLUMNS = ["rows", "positive", "AUC", "AP", "recall at 1 % FP", "at 0.1 % FP"]
_BRACKETS = (
    "In brackets: TF-IDF of words and characters with logistic regression on the same rows\n"
    "(`python -m training.baseline`), without the text that we wrote ourselves."
)

# training/written has texts that we wrote after reading what earlier models got wrong there
_READ = (
    "Errors on the Indonesian Instagram set were read\nbefore text was written for this model, so "
    "its figures flatter."
)


def _eval(metadata: Metadata) -> str:
    base = metadata.metrics["baseline"].get("eval", {})
    rows = ([name, *_beside(f, base.get(name))] for name, f in metadata.metrics["eval"].items())
    table = _table(["data set / head", *_COLUMNS], rows)
    return f"\n## Data sets never trained on\n\n{_BRACKETS if base else ''} {_READ}\n\n{table}\n"


def _unseen(metadata: Metadata) -> str:
    base = metadata.metrics["baseline"].get("unseen", {})
    rows = (
        [head, name, *_beside(f, base.get(head, {}).get(name))]
        for head, sets in metadata.metrics["unseen"].items()
        for name, f in sets.items()
    )
    table = _table(["head", "data set", *_COLUMNS], rows)
    return (
        "\n## Training sets, scored by heads that never saw them\n\n"
        "Several sources are left out at once (`[folds]` in the configuration). "
        f"{_BRACKETS if base else ''}\n\n{table}\n"
    )


def _thresholds(metadata: Metadata) -> str:
    gates = metadata.metrics["thresholds"]
    rows = (
        [lang, head, *("never" if gate[k] is None else f"{gate[k]:.5f}" for k in gate)]
        for lang, by_head in gates.items()
        for head, gate in by_head.items()
    )
    table = _table(["read as", "head", "hold from", "reject from"], rows)
    return f"\n## Thresholds at the default budgets, as the service uses them\n\n{table}\n"


def _budgets(metadata: Metadata) -> str:
    found = metadata.metrics["budgets"]
    good = (
        [name, f["rows"], *(f"{f[key]:.2%}" for key in ("rejected", "held", "unsure"))]
        for name, f in found.items()
    )
    bad = (
        [name, head, f["rows"], *(f"{f[key]:.1%}" for key in ("rejected", "held", "accepted"))]
        for name, sets in found.items()
        for head, f in sets["bad"].items()
    )
    columns = ["good comments of", "rows", "rejected", "held", "held as unsure"]
    more = ["bad comments of", "head", "rows", "rejected", "held", "let through"]
    return (
        "\n## What becomes of comments at the default budgets\n\nBudgets: one good comment in a "
        f"thousand rejected, thirty in a thousand held.\n\n{_table(columns, good)}\n\n"
        f"{_table(more, bad)}\n"
    )


def _lengths(metadata: Metadata) -> str:
    rows = (
        [
            f["head"],
            f["lang"],
            f"{f['from']} to {f['to'] - 1}" if f["to"] else f"{f['from']} up",
            f["rows"],
            f["positive"],
            f"{f['auc']:.3f}",
            f"{f['bad_stopped']:.1%}",
            f"{f['good_stopped']:.1%}",
        ]
        for f in metadata.metrics["lengths"]
    )
    columns = ["head", "language", "characters", "rows", "positive", "AUC"]
    table = _table([*columns, "bad stopped", "good stopped"], rows)
    return f"\n## By length, unseen data sets of a language together\n\n{table}\n"


def _languages(metadata: Metadata) -> str:
    keys = ("id", "en", "mixed", "other", "unsure")
    rows = (
        [lang, f["rows"], *(f"{f[key]:.1%}" for key in keys)]
        for lang, f in metadata.metrics["languages"].items()
    )
    table = _table(["written in", "rows", *keys[:4], "unsure"], rows)
    return f"\n## What held-out rows are read as, and how often that is in doubt\n\n{table}\n"


def _identities(metadata: Metadata) -> str:
    found = metadata.metrics["identities"]
    if not found:
        return ""
    worst = sorted(found["terms"].items(), key=lambda item: item[1]["auc"])[:10]
    rows = ([t, f["rows"], f"{f['auc']:.3f}", f"{f['false_positives']:.3f}"] for t, f in worst)
    table = _table(["term", "rows", "AUC", "false positives"], rows)
    whole = found["whole"]
    return (
        f"\n## Identity terms\n\nTemplates never trained on. AUC {whole['auc']:.3f} over all, "
        f"{whole['worst_auc']:.3f} for the worst term. At the threshold for holding, "
        f"{whole['held']:.2%} of harmless sentences are held, {whole['held_gap']:+.2%} of the "
        "worst term; where 5 % of harmless sentences would be flagged, the worst term has "
        f"{whole['widest_gap']:+.3f}. The ten worst terms:\n\n{table}\n"
    )


def _functional(metadata: Metadata) -> str:
    found = metadata.metrics["functional"]
    rows = (
        [ability, lang, f"{share:.3f}"]
        for lang, figures in found.items()
        for ability, share in figures["abilities"].items()
    )
    whole = ", ".join(f"{f['auc']:.3f} ({lang}, {f['rows']} rows)" for lang, f in found.items())
    return (
        "\n## Functional tests of hate\n\nSentences we wrote for measuring alone. AUC of toxicity: "
        f"{whole}. By ability, the share of pairs\nwith sentences of the other answer that are in "
        f"order:\n\n{_table(['ability', 'language', 'in order'], rows)}\n"
    )


def _disguised(metadata: Metadata) -> str:
    rows = ((way, f"{share:.1%}") for way, share in metadata.metrics["disguised"].items())
    table = _table(["trick", "still held or rejected"], rows)
    return f"\n## Unseen gambling spam that was caught, then disguised\n\n{table}\n"


def _test(metadata: Metadata) -> str:
    rows = (
        [head, name, *_figures(f)]
        for head, sets in metadata.metrics["test"].items()
        for name, f in sets.items()
    )
    table = _table(["head", "data set", *_COLUMNS], rows)
    return (
        "\n## Held-out parts of the training sets\n\n"
        f"These flatter the model: other sources score lower, see above.\n\n{table}\n"
    )


def _calibration(metadata: Metadata) -> str:
    rows = (
        (head, metadata.priors[head], f"{value:.4f}")
        for head, value in metadata.metrics["ece"].items()
    )
    table = _table(["head", "prior", "ECE (15 bins)"], rows)
    return (
        "\n## Calibration\n\nThe data is enriched; probabilities are calibrated to the share of "
        f"comments that an ordinary site is assumed to see.\n\n{table}\n"
    )
