"""The model's heads under Perspective's attribute names, for a text and for its sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, Final

from service.comments import Scores
from service.offsets import Span, in_utf16
from service.web.perspective.bodies import Asked
from service.web.perspective.errors import refused, unsupported

_SIX: Final = ("TOXICITY", "SEVERE_TOXICITY", "IDENTITY_ATTACK", "INSULT", "PROFANITY", "THREAT")
# Attribute -> the heads of which the highest is its score.
HEADS: Final[Mapping[str, tuple[str, ...]]] = {
    **{name: (name.lower(),) for name in _SIX},
    **{f"{name}_EXPERIMENTAL": (name.lower(),) for name in _SIX},
    "SEXUALLY_EXPLICIT": ("sexually_explicit",),
    "SPAM": ("spam", "gambling"),
    "OBSCENE": ("profanity",),
    "INFLAMMATORY": ("toxicity", "identity_attack"),
    "ATTACK_ON_AUTHOR": ("insult",),
    "ATTACK_ON_COMMENTER": ("insult",),
    "LIKELY_TO_REJECT": ("spam", "gambling", "toxicity", "identity_attack", "threat"),
}
# Names that are real, and for which there is no head.
UNSERVED: Final = frozenset(("FLIRTATION", "INCOHERENT", "UNSUBSTANTIAL"))
LANGUAGES: Final = ("id", "in", "en")  # "in" is what Java's older releases call Indonesian
_DETECTED: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("id",),
    "en": ("en",),
    "mixed": ("id", "en"),
}
_SITE_LANGUAGE: Final = ("id",)
_NAME: Final = re.compile(r"[A-Za-z_]{1,64}(@\d{1,3})?")
_UNREADABLE_FROM: Final = 60
MOST_SPANS: Final = 500
"""Each has a score for each attribute; a text of 20 kB that people write has fewer sentences."""
_SENTENCE: Final = re.compile(r"\S(?:[^.!?…\n]|[.!?…](?![\s.!?…]))*[.!?…]*")


def detected_in(scores: Scores) -> tuple[str, ...]:
    """The languages of a text, the likeliest first; the usual one where it cannot be told."""
    return _DETECTED.get(scores.language, _SITE_LANGUAGE)


def checked(asked: Asked, scores: Scores) -> tuple[str, ...]:
    """The languages detected; the first attribute that cannot be served is a refusal."""
    detected = detected_in(scores)
    served = any(re.split("[-_]", one)[0].lower() in LANGUAGES for one in asked.languages)
    for name in asked.attributes:
        known = name.partition("@")[0]
        if not _NAME.fullmatch(name) or (known not in HEADS and known not in UNSERVED):
            told = name if _NAME.fullmatch(name) else "(no attribute's name)"  # never an address
            raise refused(f"Unknown requested attribute: {told}", "INVALID_REQUEST")
        if known in UNSERVED or (asked.languages and not served):
            raise unsupported(name, asked.languages or detected, given=bool(asked.languages))
    if not asked.languages and scores.language == "other" and len(asked.text) >= _UNREADABLE_FROM:
        raise refused("Unable to detect language", "LANGUAGE_DETECTION_FAILED")
    return detected


def sentences(text: str) -> list[Span]:
    """Where each sentence starts and ends, in code points; the whole text where there is none.

    The last of `MOST_SPANS` holds all that follows.
    """
    found = [match.span() for match in islice(_SENTENCE.finditer(text), MOST_SPANS)]
    if len(found) == MOST_SPANS:
        found[-1] = (found[-1][0], len(text.rstrip()))
    return found or [(0, len(text))]


def attribute_scores(
    asked: Asked, whole: Scores, spans: Sequence[Span], parts: Sequence[Scores]
) -> dict[str, Any]:
    """Each attribute that reaches its threshold, with a score for every span."""
    places = in_utf16(asked.text, spans)
    told: dict[str, Any] = {}
    for name, threshold in asked.attributes.items():
        summary = _score(name, whole)
        if summary["value"] >= threshold:
            told[name] = {
                "spanScores": [
                    {"begin": begin, "end": end, "score": _score(name, part)}
                    for (begin, end), part in zip(places, parts, strict=True)
                ],
                "summaryScore": summary,
            }
    return told


def _score(name: str, scores: Scores) -> dict[str, Any]:
    value = max(scores.heads.get(head, 0.0) for head in HEADS[name.partition("@")[0]])
    return {"value": float(f"{value:.8g}"), "type": "PROBABILITY"}
