"""The gold rows: texts that we wrote, never train on, and no model may do worse on than before.

They ship with their digest, so that nobody makes a gate milder by changing what it looks at.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from service.scoring.labels import HEADS
from training.config import Refused

FILE: Final = Path(__file__).with_name("gold") / "gold.jsonl"
DIGEST: Final = "40ec1b0056dda97a2922f3e365be000bb4a718917830ce146dbd8ef9091ea6f2"
"""SHA-256 of the file; a change to the gold rows is made here too."""

BAD: Final = ("spam", "toxicity", "identity_attack", "threat", "severe_toxicity")


@dataclass(frozen=True, slots=True)
class Gold:
    """Texts with language and kind, and which of them ought not be published."""

    texts: tuple[str, ...]
    langs: NDArray[np.str_]
    kinds: NDArray[np.str_]
    bad: NDArray[np.bool_]
    digest: str


def load(path: Path = FILE, digest: str = DIGEST) -> Gold:
    """The gold rows, if they are those that were shipped."""
    blob = path.read_bytes()
    found = hashlib.sha256(blob).hexdigest()
    if found != digest:
        raise Refused(f"the gold rows were changed: digest {found[:12]}…, expected {digest[:12]}…")
    rows = [json.loads(line) for line in blob.decode("utf-8").splitlines()]
    return Gold(
        texts=tuple(str(row["text"]) for row in rows),
        langs=np.array([row["lang"] for row in rows]),
        kinds=np.array([row["kind"] for row in rows]),
        bad=np.array([any(row.get(head) == 1 for head in BAD if head in HEADS) for row in rows]),
        digest=found,
    )
