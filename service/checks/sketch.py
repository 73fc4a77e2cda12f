"""Near-copy sketches: what stays of a text when fonts, spacing, digits and brands are taken away.

A sketch is a MinHash (Broder 1997) of the text's runs of four letters. Its bands are numbers for
indexed BIGINT columns, equal for most near copies; its signature then says how alike two texts
are. Both depend on the constants here: a change to any makes stored sketches worthless.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import shake_256
from typing import Final

import numpy as np
from numpy.typing import NDArray

from service.checks.folding import Folded, fold
from service.scoring.alphabet import Kind

NEAR_COPY: Final = 0.6
"""Similarity from which two texts are near copies (benchmarks/near_copies.py)."""

BANDS: Final = 6
ROWS: Final = 4
HASHES: Final = 64
GRAM: Final = 4
FEWEST_WORDS: Final = 5

# One start per run of letters and dots, so that time stays linear.
_LINK = re.compile(
    r"(?:h[tx]{2}ps?://|\bwww\.)\S+|(?<![a-z0-9.-])(?:[a-z0-9-]++\.)+"
    r"(?:com|net|org|info|biz|xyz|online|site|club|vip|top|link|me|ly|cc|co|io|to|gg|id|my)\b(?:/\S*)?"
)
_STOP_WITHIN = re.compile(r"\.\S")  # without one, or a scheme, there is no link
_WORD = re.compile(r"[^\W_]+")
_RUN = re.compile(r"(.)\1+")
_BRAND = re.compile(
    r"(?<![^\W_])(?:[^\W\d_]{3,20}-?\d{2,4}|(?:[^\W_][\W_]{1,2}){3,20}[^\W_])(?![^\W_])"
)
_FEW_DISGUISES: Final = 3  # a flag, ™ or m² is none
_DISGUISES: Final = (Kind.FANCY, Kind.LOOK_ALIKE, Kind.TURNED, Kind.COMBINING, Kind.HIDDEN)
_IS_DISGUISE: Final = np.isin(np.arange(256), _DISGUISES)
_IS_MARK: Final = np.isin(np.arange(256), (Kind.COMBINING, Kind.HIDDEN))

Codes = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Sketch:
    """``bands``: signed 63-bit integers, none for a text too short to be told from others.
    ``signature``: the lowest byte of each hash's minimum, as many bytes as `HASHES`."""

    bands: tuple[int, ...]
    signature: bytes


def sketch(text: str, scope: str) -> Sketch:
    """The sketch of a text; ``scope``, a site's id, keeps the bands of sites apart."""
    plain, words = _essence(fold(text))
    grams = _grams(plain)
    if words < FEWEST_WORDS or not len(grams):
        return Sketch((), b"")
    factors, offsets = _hashes()
    minima: Codes = (grams[:, None] * factors + offsets).min(axis=0)
    return Sketch(_bands(minima, scope), minima.astype(np.uint8).tobytes())


def is_baited(text: str) -> bool:
    """Whether a text carries what spam is posted for: a link, a brand like AERO88, disguises."""
    folded = fold(text)
    hidden = folded.count(Kind.FANCY, Kind.LOOK_ALIKE, Kind.TURNED, Kind.COMBINING)
    if hidden > _FEW_DISGUISES:
        return True
    return bool(_LINK.search(folded.text) or _BRAND.search(folded.text))


def similarity(a: bytes, b: bytes) -> float:
    """Estimated Jaccard similarity of two signatures, 0 to 1, give or take 0.06."""
    if len(a) != HASHES or len(b) != HASHES:
        return 0.0
    equal = sum(x == y for x, y in zip(a, b, strict=True)) / HASHES
    return max(0.0, (equal - 1 / 256) * 256 / 255)


def _essence(folded: Folded) -> tuple[str, int]:
    """Letters without spaces, links and brand-like words as ``#``; and how many different words."""
    text = _undisguised(folded)
    if "://" in text or _STOP_WITHIN.search(text):
        text = _LINK.sub(" 0 ", text)
    words = _WORD.findall(text)
    telling = {word for word in words if len(word) > 2 and word.isalpha()}
    letters = "".join([word if word.isalpha() else "#" for word in words])
    return _RUN.sub(r"\1", letters), len(telling)


def _undisguised(folded: Folded) -> str:
    """In a mostly plain text disguised letters become digits, as in a brand: "di 𝐀𝐄𝐑𝐎𝟖𝟖 jp"."""
    hidden = folded.count(*_DISGUISES)
    if not hidden or hidden * 2 > len(folded.text):
        return folded.text
    kinds = np.frombuffer(folded.kinds, np.uint8)
    dressed = _IS_DISGUISE[kinds]
    dressed[:-1] |= _IS_MARK[kinds[1:]]
    codes = np.frombuffer(folded.text.encode("utf-32-le", "surrogatepass"), np.uint32)
    shown = np.where(dressed[folded.positions] & (codes != ord(" ")), np.uint32(ord("0")), codes)
    return shown.tobytes().decode("utf-32-le", "surrogatepass")


def _grams(text: str) -> Codes:
    """A hash for every four bytes in a row: four letters, or two of another script."""
    data = text.encode("utf-8", "surrogatepass")
    return _mixed(np.ndarray((max(len(data) - GRAM + 1, 0),), "<u4", data + b"...", 0, (1,)))


def _mixed(hashes: Codes) -> Codes:
    """The finaliser of MurmurHash3 (Appleby, public domain): every bit depends on every bit."""
    hashes = (hashes ^ hashes >> np.uint32(16)) * np.uint32(0x85EBCA6B)
    hashes = (hashes ^ hashes >> np.uint32(13)) * np.uint32(0xC2B2AE35)
    return hashes ^ hashes >> np.uint32(16)


@lru_cache(maxsize=1)
def _hashes() -> tuple[Codes, Codes]:
    """Odd factors and offsets of the hash functions: fixed, whatever NumPy's generators do."""
    numbers = _mixed(np.arange(1, 2 * HASHES + 1, dtype=np.uint32) * np.uint32(0x9E3779B1))
    return numbers[:HASHES] | np.uint32(1), numbers[HASHES:]


def _bands(minima: Codes, scope: str) -> tuple[int, ...]:
    rows = minima[: BANDS * ROWS].reshape(BANDS, ROWS)
    return tuple(((rows * _factors(scope)).sum(axis=1) >> np.uint64(1)).tolist())


@lru_cache(maxsize=1024)
def _factors(scope: str) -> NDArray[np.uint64]:
    """A number for each row of each band of a site (multilinear hashing), told by its name."""
    digest = shake_256(scope.encode("utf-8", "surrogatepass")).digest(8 * BANDS * ROWS)
    return np.frombuffer(digest, "<u8").reshape(BANDS, ROWS)
