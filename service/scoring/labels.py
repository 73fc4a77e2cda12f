"""What the model says about a text: its heads, and the languages it tells apart."""

from __future__ import annotations

HEADS: tuple[str, ...] = (
    "spam",
    "gambling",
    "toxicity",
    "severe_toxicity",
    "identity_attack",
    "insult",
    "profanity",
    "threat",
    "sexually_explicit",
)
LANGUAGES: tuple[str, ...] = ("id", "en", "other")
