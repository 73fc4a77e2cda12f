"""The report: one HTML file that a newsroom editor can read, plots and all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from service.scoring.artefact import Metadata
from training import plots
from training.evidence import Slice

SPEED = Path(__file__).with_name("speed.json")
_STYLE = """
body{font:16px/1.55 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#222}
h1{font-size:1.7rem}h2{margin-top:2.6rem;border-bottom:1px solid #ccc;padding-bottom:.2rem}
table{border-collapse:collapse;font-size:.86rem;margin:1rem 0;display:block;overflow-x:auto}
th,td{padding:.25rem .6rem;border-bottom:1px solid #e4e4e4;text-align:right}
th:first-child,td:first-child{text-align:left;white-space:nowrap}td.text{text-align:left}
th{background:#f5f5f2}svg{max-width:100%;height:auto}.note{color:#555}.good{color:#276b33}
.bad{color:#a8321c}
"""
_INTRO = """
<p>This model reads a comment and says how likely it is to be spam, gambling promotion, toxic, and
six finer things. It never publishes or deletes by itself: a site sets how many <em>good</em>
comments in a thousand may be stopped, and the thresholds below follow from that. Toxic comments are
held for a person, not rejected, unless a site decides otherwise.</p>
<p>Every figure here is on comments from sources that the model, or a twin of it, was
<strong>not</strong> trained on, because that is what a new site is. AUC is the chance that a bad
comment scores above a good one: 0.5 is guessing, 1 is perfect.</p>
"""


def write(metadata: Metadata, slices: Sequence[Slice], *, quote: bool = False) -> str:
    """The page; it quotes comments only on demand, as others wrote them under their licences."""
    body = [f"<h1>Saring's comment model, version {escape(metadata.version)}</h1>", _INTRO]
    for head, title in (("spam", "Spam and gambling"), ("toxicity", "Toxicity")):
        parts = [part for part in slices if part.head == head]
        if parts:
            body.append(_head(metadata, head, title, parts))
    metrics = metadata.metrics
    body += [_budgets(metrics), _identities(metrics), _tricks(metrics), _calibration(metadata)]
    body += [_speed(metadata), _errors(slices, quote=quote)]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>Saring {metadata.version}'
        f"</title><style>{_STYLE}</style></head><body>{''.join(body)}</body></html>\n"
    )


def _head(metadata: Metadata, head: str, title: str, parts: Sequence[Slice]) -> str:
    gate = metadata.metrics["thresholds"].get(head, {})
    rows = [_figures(metadata, head, part) for part in parts]
    columns = ["data set", "comments", "bad", "AUC", "found at 1 % false", "found at 0.1 % false"]
    columns += ["bad stopped at the budgets", "good stopped"]
    return (
        f"<h2>{title}</h2>{_table(columns, rows)}{plots.ranking(parts)}"
        "<p class=note>Solid lines: Indonesian. Dashed: English. Left: how many bad comments are "
        "found for how many good ones flagged by mistake.</p>"
        f"{plots.histogram(parts, gate.get('hold'), gate.get('reject'))}"
        "<p class=note>Scores of good and bad comments; dotted lines are the default thresholds."
        f"</p>{plots.calibration(parts, metadata.priors[head])}"
        f"<p class=note>Where the model says 30 %, are 30 % bad? At a prior of "
        f"{metadata.priors[head]:.0%}.</p>"
    )


def _figures(metadata: Metadata, head: str, part: Slice) -> list[str]:
    metrics = metadata.metrics
    found = metrics["unseen"].get(head, {}).get(part.name)
    found = found or metrics["eval"].get(f"{part.name}/{head}", {})
    hold = metrics["thresholds"].get(head, {}).get("hold") or 2.0
    stopped = part.scores >= hold
    return [
        part.name,
        f"{len(part.y):,}",
        f"{int(part.y.sum()):,}",
        *(f"{found[key]:.3f}" if found else "" for key in ("auc", "recall_1pc", "recall_01pc")),
        f"{stopped[part.y == 1].mean():.1%}",
        f"{stopped[part.y == 0].mean():.1%}",
    ]


def _budgets(metrics: dict[str, Any]) -> str:
    rows = []
    for name, found in metrics["budgets"].items():
        unsure = found.get("unsure")
        cells = [
            name,
            f"{int(found['rows']):,}",
            f"{found['rejected']:.2%}",
            f"{found['held']:.2%}",
        ]
        rows.append([*cells, "" if unsure is None else f"{unsure:.2%}"])
    return (
        "<h2>Good comments stopped</h2><p>At the default budgets: at most one good comment in a "
        "thousand rejected by the machine and thirty held, for all heads together.</p>"
        + _table(["good comments of", "comments", "rejected", "held", "held: unsure"], rows)
    )


def _identities(metrics: dict[str, Any]) -> str:
    found = metrics["identities"]
    if not found:
        return ""
    terms = sorted(found["terms"].items(), key=lambda item: item[1]["auc"])
    rows = [
        [term, f"{f['rows']:,}", f"{f['auc']:.3f}", f"{f['false_positives']:.1%}"]
        for term, f in terms
    ]
    whole = found["whole"]
    return (
        "<h2>Does naming a group make a comment toxic?</h2><p>Template sentences such as "
        "“I am a gay man”, never trained on. Where 5 % of all harmless sentences are flagged, each "
        f"group should have about 5 %. Over all: AUC {whole['auc']:.3f}; worst group "
        f"{whole['worst_auc']:.3f}.</p>"
        + _table(["group", "sentences", "AUC", "harmless ones flagged"], rows)
    )


def _tricks(metrics: dict[str, Any]) -> str:
    rows = [[way.replace("_", " "), f"{share:.1%}"] for way, share in metrics["disguised"].items()]
    if not rows:
        return ""
    return (
        "<h2>Spam in disguise</h2><p>Gambling spam from an unseen source that was caught, then "
        "hidden in twelve ways: how much of it is still caught.</p>"
        + _table(["trick", "still caught"], rows)
    )


def _calibration(metadata: Metadata) -> str:
    rows = [
        [head, f"{metadata.priors[head]:.1%}", f"{value:.4f}"]
        for head, value in metadata.metrics["ece"].items()
    ]
    return (
        "<h2>Can the probabilities be taken at their word?</h2><p>The training data holds far more "
        "bad comments than a site sees; probabilities are calibrated to the shares assumed here. "
        "The error is the mean gap between said and found, over fifteen bins.</p>"
        + _table(["head", "assumed share", "calibration error"], rows)
    )


def _speed(metadata: Metadata) -> str:
    cost = metadata.metrics["training"]
    text = f"<h2>Speed</h2><p>Training took {cost['seconds']} s and {cost['peak_mb']:,} MB.</p>"
    if not SPEED.is_file():
        return text + "<p>Figures of serving: <code>make bench</code>.</p>"
    rows = [[key, str(value)] for key, value in json.loads(SPEED.read_text()).items()]
    return text + _table(["measured by make bench", ""], rows)


def _errors(slices: Sequence[Slice], *, quote: bool) -> str:
    parts = [
        "<h2>Its worst errors</h2><p>Where it was surest and wrong, by the data set's own "
        "label; some of these labels are wrong themselves. Comments are quoted, addresses masked, "
        "in a report made with --quote.</p>"
    ]
    for part in slices:
        if "templates" not in part.name:
            rows = "".join(
                f"<tr><td>{'bad' if y else 'good'}</td><td>{score:.3f}</td>"
                f'<td class="text">{escape(text if quote else _size(text))}</td></tr>'
                for y, score, text in part.worst()
            )
            parts.append(
                f"<details><summary>{part.head}: {part.name}</summary><table><tr><th>label</th>"
                f"<th>score</th><th>comment</th></tr>{rows}</table></details>"
            )
    return "".join(parts)


def _size(text: str) -> str:
    return f"({len(text)} characters)"


def _table(columns: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"
