"""Letters in disguise: OBFUSCATED_TEXT for fonts, marks, hidden and pulled-apart letters,
MIXED_SCRIPT for look-alikes of other alphabets within a word.

Calibrated on ordinary comments: flags, ™ and m², Arabic or Thai vowel marks, words wholly in
another script and one accent are no disguise; a comment wholly in one fancy font is decoration.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Final

from service.checks.folding import Folded
from service.checks.words import WORD, is_spaced, keys, spaced
from service.comments import Match, Signal
from service.scoring.alphabet import Kind

DISGUISED_WEIGHT: Final = 0.5
MIXED_WEIGHT: Final = 0.4
SPACED_WEIGHT: Final = 0.2  # "G O K I L" is mostly emphasis
DECORATION_WEIGHT: Final = 0.3
"""The weight of a text of which most words are in fancy letters."""

_LATIN: Final = (Kind.LOWER, Kind.UPPER)
_TRICKS: Final = (Kind.FANCY, Kind.TURNED, Kind.LOOK_ALIKE, Kind.COMBINING, Kind.HIDDEN)
_TRICK_MAP: Final = bytes(kind in _TRICKS for kind in range(256))
_SOFT_HYPHEN: Final = "\u00ad"
_LAST_CONTROL: Final = "\u009f"  # C1 controls are faults of encoding
_OVERRIDES: Final = ("\u202d", "\u202e")
_PARTING: Final = " -.\n"
_REGIONAL: Final = range(0x1F1E6, 0x1F200)

Span = tuple[int, int]


def disguise(text: str, folded: Folded) -> list[Signal]:
    """What the disguised words of a text amount to; matches are those words. Linear time."""
    words, hidden, mixed, brand = 0, [], [], False
    is_plain = text.isascii() and text.isprintable()
    if not is_plain and folded.count(*_TRICKS):
        tricks = folded.kinds.translate(_TRICK_MAP)
        for word, start, end in _words(folded):
            words += 1
            if 1 not in tricks[start:end]:
                continue
            if _is_obfuscated(text[start:end], folded.kinds[start:end]):
                hidden.append((start, end))
                brand = brand or _is_brand(word)
            elif _is_mixed(folded.kinds[start:end]):
                mixed.append((start, end))
    seen = hidden + _overridden(text)
    decoration = bool(seen) and not brand and len(hidden) * 3 > words * 2
    apart = [] if decoration else _pulled_apart(folded)
    loud = [span for span in apart if _is_emphasis(text[slice(*span)])]
    seen += [span for span in apart if not _is_emphasis(text[slice(*span)])]
    ceiling = DECORATION_WEIGHT if decoration else 1.0
    return [
        *_signal("OBFUSCATED_TEXT", {DISGUISED_WEIGHT: seen, SPACED_WEIGHT: loud}, ceiling),
        *_signal("MIXED_SCRIPT", {MIXED_WEIGHT: mixed}, 1.0),
    ]


def _signal(code: str, found: dict[float, list[Span]], ceiling: float) -> list[Signal]:
    """Places by their weight; they combine as 1 - product(1 - weight)."""
    matches = [Match(*span, weight) for weight, spans in found.items() for span in spans]
    if not matches:
        return []
    weight = min(ceiling, 1 - prod(1 - match.weight for match in matches))
    return [Signal(code, round(weight, 3), matches=tuple(sorted(matches, key=_start)))]


def _start(match: Match) -> int:
    return match.start


def _words(folded: Folded) -> Iterator[tuple[str, int, int]]:
    """Words with all that was dropped within and right after them."""
    positions, kinds = folded.positions, folded.kinds
    for match in WORD.finditer(folded.text):
        start, end = positions[match.start()], positions[match.end() - 1] + 1
        while end < len(kinds) and kinds[end] == Kind.COMBINING:
            end += 1
        yield match[0], start, end


def _is_brand(word: str) -> bool:
    """Letters and a number of two digits or more: AERO88 is no decoration even on its own."""
    return not word.isdigit() and sum(map(str.isdigit, word)) > 1


def _is_obfuscated(word: str, kinds: bytes) -> bool:
    letters = sum(kinds.count(kind) for kind in _LATIN)
    fancy = kinds.count(Kind.FANCY) + kinds.count(Kind.TURNED) - _in_flags(word)
    if fancy > 2 or (fancy == 2 and letters):
        return fancy * 3 >= letters
    marks = kinds.count(Kind.COMBINING)
    if marks > 2 and marks * 2 >= letters + fancy > 0:
        return True
    return Kind.HIDDEN in kinds and _is_parted(word, kinds)


def _is_parted(word: str, kinds: bytes) -> bool:
    """Hidden characters between Latin letters; one soft hyphen is a newspaper's."""
    inside = [
        char
        for char, before, kind, after in zip(word[1:], kinds, kinds[1:], kinds[2:], strict=False)
        if kind == Kind.HIDDEN and char > _LAST_CONTROL and before in _LATIN and after in _LATIN
    ]
    return bool(inside) and inside != [_SOFT_HYPHEN]


def _in_flags(word: str) -> int:
    """Flags are pairs of regional indicators; a word in them has an odd length or many letters."""
    regional = [char for char in word if ord(char) in _REGIONAL]
    flags = len(regional) % 2 == 0 and len(set(regional)) < 6
    return len(regional) if flags else 0


def _is_mixed(kinds: bytes) -> bool:
    """Latin letters and look-alikes in one word of three letters or more."""
    latin = sum(kinds.count(kind) for kind in (*_LATIN, Kind.ACCENTED, Kind.FANCY))
    alike = kinds.count(Kind.LOOK_ALIKE) + kinds.count(Kind.TURNED)
    return bool(alike and latin and alike + latin > 2 and Kind.FOREIGN not in kinds)


def _pulled_apart(folded: Folded) -> list[Span]:
    """Runs of single letters, four or more; one span each."""
    spans: list[Span] = []
    if not is_spaced(folded):
        return spans
    for word in spaced(folded, keys(folded)):
        letters = sum(map(str.isalpha, word.text))
        if letters > 3 and (not spans or word.start >= spans[-1][1]):
            spans.append((word.start, word.end))
    return spans


def _is_emphasis(run: str) -> bool:
    """Plain letters parted by spaces, hyphens or stops; no digits, fancy letters or ░A░░L░░E░."""
    return run.isascii() and all(char.isalpha() or char in _PARTING for char in run)


def _overridden(text: str) -> list[Span]:
    """Direction overrides, which turn what follows around on the screen."""
    if text.isascii():
        return []
    return [(i, i + 1) for i, char in enumerate(text) if char in _OVERRIDES]
