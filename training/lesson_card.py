"""CARD.md of a retrained model: where it comes from, what it learnt, what the gate said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from training.lesson_report import Story

_CARD: Final = """# Model {version}

The shipped model {base}, whose card holds for this one too, and what this installation's moderators
ruled: {rulings} rulings ({accepted} accepted, {rejected} rejected) on {sites} sites by {moderators}
moderators and doors, until {until}. Made by `python -m training.retrain` in {seconds} s and
{peak_mb} MB. It holds traces of the comments that it learnt from and is not to be published.

**Learnt:** {heads}; penalty {penalty}. **Not:** {silent}.

**The gate**, against {champion}: {gate}

| comments | rows | errors before | errors now | difference | 95 % interval |
| --- | --- | --- | --- | --- | --- |
{slices}

**Decisions that would be others**, of the last {past}: {flips}.
"""


def write(story: Story, retraining: Mapping[str, Any]) -> str:
    """The card, without a word of anybody's comment."""
    found = story.challenge
    slices = "\n".join(
        f"| {f.name} | {f.rows} | {f.champion} | {f.challenger} | {100 * f.difference:+.1f} % "
        f"| {100 * f.low:+.1f} to {100 * f.high:+.1f} % |"
        for f in found.outcome.findings
    )
    values = {**story.labels, **retraining, "champion": story.champion.name}
    values |= {
        "version": story.version,
        "base": story.base,
        "heads": ", ".join(found.taught.additions.heads),
        "silent": "; ".join(f"{h} ({why})" for h, why in found.taught.silent.items()) or "none",
        "gate": "passed." if found.outcome.passed else "; ".join(found.outcome.refusals),
        "slices": slices,
        "past": story.past,
        "flips": ", ".join(f"{f.before} to {f.after} {len(f.ids)}" for f in story.flips) or "none",
    }
    return _CARD.format(**values)
