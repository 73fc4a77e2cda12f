"""report.html of a retraining: what was learnt, what changes, and why it may take over or not.

One file without scripts or pictures from elsewhere, for an editor who has never seen a model.
Comments are quoted from the site's own database, shortened, with addresses masked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

import numpy as np

from training.challenge import Challenge, Model
from training.evidence import masked
from training.flips import CODES, Flip
from training.gate import Finding
from training.learnt import Phrase
from training.serving import ACCEPT, gates

_STYLE: Final = """
body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem;color:#222}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.2rem}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.25rem .6rem .25rem 0;border-bottom:1px solid #ddd;vertical-align:top}
th{font-weight:600;font-size:.85rem;color:#555}td.n{text-align:right;font-variant-numeric:tabular-nums}
.yes{background:#e6f4ea;padding:.8rem 1rem;border-left:4px solid #2d7d46}
.no{background:#fdecea;padding:.8rem 1rem;border-left:4px solid #b3261e}
.two{display:grid;grid-template-columns:1fr 1fr;gap:2rem}svg{vertical-align:middle}
.wide{overflow-x:auto}q{quotes:none}.wide td+td{white-space:nowrap}small,.meta{color:#555}
@media(max-width:40rem){.two{grid-template-columns:1fr}}
"""
_HEADS: Final = {
    "spam": "spam", "gambling": "gambling", "toxicity": "toxic", "identity_attack":
    "attack on a group", "threat": "threat",
}  # fmt: skip
_NAMES: Final = {code: name for name, code in CODES.items()}
_SHOWN: Final = 10
_WIDTH: Final = 160


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that the report tells."""

    version: str
    champion: Model
    base: str
    challenge: Challenge
    phrases: Mapping[str, tuple[Sequence[Phrase], Sequence[Phrase]]]
    flips: Sequence[Flip]
    past: int
    labels: Mapping[str, Any]
    forced: bool


def write(story: Story) -> str:
    """The page."""
    parts = (
        _verdict(story),
        _learnt(story),
        _slices(story.challenge.outcome.findings),
        _flips(story),
        _thresholds(story),
        _still_wrong(story),
        _not_listened(story),
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Model {escape(story.version)}</title><style>{_STYLE}</style></head><body>"
        f"{''.join(parts)}</body></html>\n"
    )


def _verdict(story: Story) -> str:
    outcome, labels = story.challenge.outcome, story.labels
    head = (
        f"<h1>Model {escape(story.version)}</h1><p>It starts from the shipped model "
        f"{escape(story.base)} and learnt from <strong>{labels['rulings']}</strong> rulings: "
        f"{labels['rejected']} rejected, {labels['accepted']} accepted. It was held against "
        f"{escape(story.champion.name)}, the model in force.</p>"
    )
    if outcome.passed:
        return (
            f'{head}<p class="yes"><strong>It may take over.</strong> Nothing that was looked at '
            f"got worse. <code>saring model promote {escape(story.version)}</code></p>"
        )
    forced = " It was made in spite of that, with --force." if story.forced else ""
    listed = "".join(f"<li>{escape(refusal)}</li>" for refusal in outcome.refusals)
    return f'{head}<div class="no"><strong>It is refused.</strong>{forced}<ul>{listed}</ul></div>'


def _learnt(story: Story) -> str:
    parts = [
        "<h2>What it learnt</h2><p>Phrases as readers wrote them, in how many of the ruled "
        "comments they are, and by how much they move a comment's score (in log-odds).</p>"
    ]
    for head, (more, less) in story.phrases.items():
        name = _HEADS[head]
        parts.append(
            f'<div class="two"><div><h3>More {name}</h3>{_phrases(more)}</div>'
            f"<div><h3>Less {name}</h3>{_phrases(less)}</div></div>"
        )
    if not story.phrases:
        parts.append("<p><strong>Nothing.</strong> See below for the reasons.</p>")
    return "".join(parts)


def _phrases(found: Sequence[Phrase]) -> str:
    rows = [(escape(p.text), str(p.texts), f"{p.weight:+.2f}") for p in found]
    return _table(("phrase", "comments", "weight"), rows) if rows else "<p>none</p>"


def _slices(findings: Sequence[Finding]) -> str:
    rows = [
        (
            escape(f.name),
            str(f.rows),
            f"{f.champion} → {f.challenger}",
            _bar(f),
            f"{100 * f.difference:+.1f} % ({100 * f.low:+.1f} to {100 * f.high:+.1f})",
            "<strong>worse</strong>" if f.worse else "better" if f.high < 0 else "no worse",
        )
        for f in findings
    ]
    return (
        "<h2>Before and after</h2><p>Errors on the same comments: bad ones accepted, good ones "
        "held or rejected. Gold rows were written for this and are never learnt from; rulings are "
        "those that were held back. A bar to the left is an improvement; the line is the 95 % "
        'interval.</p><div class="wide">'
        + _table(("comments", "how many", "errors", "", "change (95 % interval)", ""), rows)
        + "</div>"
    )


def _bar(finding: Finding) -> str:
    """A bar from the middle: left is better, right is worse."""
    reach = max(0.05, abs(finding.low), abs(finding.high))
    middle = _WIDTH / 2

    def x(share: float) -> float:
        return middle + share / reach * (middle - 4)

    left, right = sorted((middle, x(finding.difference)))
    colour = "#b3261e" if finding.difference > 0 else "#2d7d46"
    return (
        f'<svg width="{_WIDTH}" height="16" role="img" aria-label="change '
        f'{100 * finding.difference:+.1f} %"><line x1="{middle}" x2="{middle}" y1="0" y2="16" '
        f'stroke="#999"/><rect x="{left:.1f}" y="4" width="{max(right - left, 1):.1f}" height="8" '
        f'fill="{colour}"/><line x1="{x(finding.low):.1f}" x2="{x(finding.high):.1f}" y1="8" '
        f'y2="8" stroke="#222"/></svg>'
    )


def _flips(story: Story) -> str:
    parts = [
        f"<h2>Decisions that would be others</h2><p>Of the last {story.past} comments, by scores "
        "alone; what people ruled stays.</p>"
    ]
    for flip in story.flips:
        quoted = "".join(f"<li><q>{escape(text)}</q></li>" for text in flip.examples)
        parts.append(f"<h3>{flip.before} → {flip.after}: {len(flip.ids)}</h3><ul>{quoted}</ul>")
    return "".join(parts if story.flips else [*parts, "<p>None.</p>"])


def _thresholds(story: Story) -> str:
    rows = []
    old, new = gates(story.champion.good), gates(story.challenge.model.good)
    for lang in ("id", "en"):
        before, after = old[lang], new[lang]
        for head, name in _HEADS.items():
            values = [_limit(part[head].hold) for part in (before, after)]
            values += [_limit(part[head].reject) for part in (before, after)]
            rows.append((lang, name, *values))
    counted = story.challenge.counted
    own = ", ".join(f"{n} good comments ({lang})" for lang, n in counted.items())
    return (
        "<h2>Thresholds</h2><p>At the default budgets: of a thousand good comments 1 is rejected "
        f"and 30 are held. {'The site’s own ' + own + ' count too.' if own else ''}</p>"
        + _table(
            ("language", "score", "held from", "now", "rejected from", "now"),
            rows,
        )
    )


def _limit(value: float | None) -> str:
    return "never" if value is None else f"{value:.3f}"


def _still_wrong(story: Story) -> str:
    rehearsal = story.challenge.rehearsal
    bad = np.array([row.verdict == "reject" for row in rehearsal.rows], np.bool_)
    wrong = np.flatnonzero(rehearsal.challenger.wrong(bad))
    missed = [i for i in wrong if rehearsal.challenger.verdicts[i] == ACCEPT]
    stopped = [i for i in wrong if rehearsal.challenger.verdicts[i] != ACCEPT]
    parts = [
        f"<h2>What it still gets wrong</h2><p>Of {len(bad)} rulings that were held back, "
        f"{len(missed)} bad comments would be published and {len(stopped)} good ones stopped.</p>"
    ]
    for title, index in (("Published", missed), ("Stopped", stopped)):
        rows = [
            (
                f"<q>{escape(masked(rehearsal.rows[i].content))}</q>",
                _NAMES[rehearsal.challenger.verdicts[i]],
            )
            for i in index[:_SHOWN]
        ]
        if rows:
            parts.append(f"<h3>{title}</h3>{_table(('comment', 'verdict'), rows)}")
    return "".join(parts)


def _not_listened(story: Story) -> str:
    taught, labels = story.challenge.taught, story.labels
    told = [
        f"{taught.influence.contradictory} rulings contradict others on the same text and teach "
        "nothing; <code>saring labels conflicts</code> lists them.",
        f"{taught.influence.copies} near copies of others count as one text each.",
        f"{labels['checks']} spot checks are kept for looking, not for learning.",
    ]
    told += [
        f"Moderator {escape(who)} was contradicted by what all others taught and counted "
        f"{100 * share:.0f} %."
        for who, share in taught.influence.doubted.items()
    ]
    told += [
        f"Moderator {escape(who)} made most rulings and counts no more than all others together."
        for who in taught.influence.capped
    ]
    told += [f"Nothing for “{_HEADS[h]}”: {escape(why)}." for h, why in taught.silent.items()]
    return (
        "<h2>What it did not listen to</h2><ul>" + "".join(f"<li>{t}</li>" for t in told) + "</ul>"
    )


def _table(columns: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
