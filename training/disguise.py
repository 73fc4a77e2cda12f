"""Extra training rows: known spam hidden in the ways spammers do, and a little ham hidden too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from training.datasets import LABELS, Row, Table
from training.obfuscate import WAYS, obfuscate

_SPAM, _TOXICITY = LABELS.index("spam"), LABELS.index("toxicity")


def disguised(table: Table, seed: int, spam_share: float, other_share: float) -> Table:
    """The table with disguised copies of some of its training rows after the originals.

    A share of spam and of toxic rows is copied in a random way; a smaller share of the rest, so
    that a trick alone proves nothing.
    """
    return Table([*table.rows, *_copies(table, seed, spam_share, other_share)], table.names)


def _copies(table: Table, seed: int, spam_share: float, other_share: float) -> Iterator[Row]:
    rng = Random(seed)  # noqa: S311 - reproducible text, not a secret
    ways = sorted(WAYS)
    for row in table.rows:
        share = spam_share if row.labels[_SPAM] == 1 else other_share
        if row.split == "train" and rng.random() < share:
            text = obfuscate(row.text, rng.choice(ways), rng, rng.choice((0.3, 0.6, 1.0)))
            yield replace(row, text=text)
