"""Twelve ways in which spammers hide words, for augmentation and for the robustness test.

``obfuscate(text, way, rng)`` changes a share of the words of a text the way people do it by hand
or with a web page for "fancy letters". The result depends on the text, the way and the state of
the random generator alone. Nothing here undoes a trick: that is the normaliser's job.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from random import Random

from training.alphabets import (
    EMOJI,
    FANCY,
    LEET,
    LOOK_ALIKES,
    OTHER_SCRIPTS,
    UPSIDE_DOWN,
    ZERO_WIDTH,
)

Change = Callable[[str, Random], str]

_WORD = re.compile(r"\S+")
_DOMAIN = re.compile(r"(?:\w+\.)+[a-z]{2,}|[a-z]{3,}\d{2,}", re.IGNORECASE)
_BIDI_MARKS = "\u200e\u200f\u061c"
_BIDI_PAIRS = (
    ("\u202a", "\u202c"),
    ("\u202d", "\u202c"),
    ("\u2066", "\u2069"),
    ("\u2068", "\u2069"),
)


def _swap(word: str, table: Mapping[str, str], rng: Random, share: float) -> str:
    """Replace about `share` of the letters that `table` knows, at least one."""
    known = [i for i, letter in enumerate(word) if letter in table]
    if not known:
        return word
    chosen = {i for i in known if rng.random() < share} or {rng.choice(known)}
    return "".join(rng.choice(table[c]) if i in chosen else c for i, c in enumerate(word))


def _insert(word: str, signs: str | tuple[str, ...], rng: Random, share: float) -> str:
    """Put a sign between about `share` of the neighbouring letters, at least once."""
    if len(word) < 2:
        return word
    gaps = range(1, len(word))
    chosen = {i for i in gaps if rng.random() < share} or {rng.choice(gaps)}
    return "".join((rng.choice(signs) if i in chosen else "") + c for i, c in enumerate(word))


def look_alikes(word: str, rng: Random) -> str:
    """Letters of other scripts that look the same: Cyrillic, Greek, Armenian."""
    return _swap(word, LOOK_ALIKES, rng, 0.7)


def zero_width(word: str, rng: Random) -> str:
    """Characters without width between the letters."""
    return _insert(word, ZERO_WIDTH, rng, 0.4)


def combining_marks(word: str, rng: Random) -> str:
    """One to three accents, strokes or overlays on most letters."""
    low, high = rng.choice(((0x0300, 0x0315), (0x0316, 0x0333), (0x0334, 0x0338), (0x033F, 0x036F)))

    def marks() -> str:
        return "".join(chr(rng.randint(low, high)) for _ in range(rng.randint(1, 3)))

    return "".join(c + marks() if c.isalnum() and rng.random() < 0.8 else c for c in word)


def bidi_controls(word: str, rng: Random) -> str:
    """Direction marks, embeddings, or the word stored backwards and turned round on screen."""
    trick = rng.randrange(3)
    if trick == 0:
        return f"\u202e{word[::-1]}\u202c"
    if trick == 1:
        start, end = rng.choice(_BIDI_PAIRS)
        return f"{start}{word}{end}"
    return _insert(word, _BIDI_MARKS, rng, 0.4)


def spaced_letters(word: str, rng: Random) -> str:
    """The letters pulled apart by spaces, dots, dashes and the like."""
    gap = rng.choice((" ", " ", "  ", ".", "-", "_", "*", "·", "|", "\u2009"))
    return gap.join(word)


def leetspeak(word: str, rng: Random) -> str:
    """Digits and signs in place of letters."""
    return _swap(word, LEET, rng, 0.8)


def fancy_alphabet(word: str, rng: Random) -> str:
    """A whole word in one styled alphabet: mathematical, fullwidth, enclosed, small capitals."""
    alphabet = rng.choice(FANCY)
    return "".join(alphabet.get(letter, letter) for letter in word)


def emoji_inside(word: str, rng: Random) -> str:
    """Pictures between the letters of a word."""
    return _insert(word, EMOJI, rng, 0.35)


def homoglyph_domain(word: str, rng: Random) -> str:
    """Look-alike letters and disguised dots, in links and brand-like names with digits only."""

    def disguise(match: re.Match[str]) -> str:
        dot = rng.choice((".", "․", "。", "．", "[.]", "(dot)", " . ", ",", " titik "))
        return ".".join(look_alikes(part, rng) for part in match[0].split(".")).replace(".", dot)

    return _DOMAIN.sub(disguise, word)


def upside_down(word: str, rng: Random) -> str:
    """Turned letters, usually in reversed order as the eye expects it."""
    turned = "".join(UPSIDE_DOWN.get(letter.lower(), letter) for letter in word)
    return turned[::-1] if rng.random() < 0.8 else turned


def repeated_letters(word: str, rng: Random) -> str:
    """Letters drawn out: gacoooor, freeee."""
    return "".join(
        c * rng.randint(2, 5) if c.isalpha() and rng.random() < 0.35 else c for c in word
    )


def mixed_scripts(word: str, rng: Random) -> str:
    """Half of the letters from scripts that only resemble Latin, or fullwidth forms."""
    return _swap(word, OTHER_SCRIPTS, rng, 0.5)


WAYS: dict[str, Change] = {
    change.__name__: change
    for change in (
        look_alikes,
        zero_width,
        combining_marks,
        bidi_controls,
        spaced_letters,
        leetspeak,
        fancy_alphabet,
        emoji_inside,
        homoglyph_domain,
        upside_down,
        repeated_letters,
        mixed_scripts,
    )
}


def _chosen_words(words: list[re.Match[str]], share: float, rng: Random) -> set[int]:
    """Pick the words to hide: long words and words with digits are what a spammer hides first."""

    def weight(index: int) -> float:
        word = words[index][0]
        return rng.random() + len(word) / 20 + any(c.isdigit() for c in word)

    count = max(1, round(share * len(words)))
    return set(sorted(range(len(words)), key=weight, reverse=True)[:count])


def obfuscate(text: str, way: str, rng: Random, share: float = 0.6) -> str:
    """Return `text` with about `share` of its words hidden in one way.

    Parameters
    ----------
    text : str
        The text; line breaks and spacing between words are kept.
    way : str
        A key of `WAYS`.
    rng : random.Random
        Source of every choice; the same state gives the same result.
    share : float, default=0.6
        Share of the words to change. Links and brands are all changed by ``homoglyph_domain``,
        which leaves a text that has neither as it is.
    """
    change = WAYS[way]
    words = list(_WORD.finditer(text))
    if not words:
        return text
    everywhere = way == "homoglyph_domain"
    chosen = set(range(len(words))) if everywhere else _chosen_words(words, share, rng)
    pieces, last = [], 0
    for index, word in enumerate(words):
        pieces.append(text[last : word.start()])
        pieces.append(change(word[0], rng) if index in chosen else word[0])
        last = word.end()
    return "".join(pieces) + text[last:]
