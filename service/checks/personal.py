"""Personal data that does not belong under an article: telephone, identity and card numbers,
and where somebody lives.

Indonesian mobile numbers begin with 08 or +628, fixed lines with an area code; a NIK (identity
number, Permendagri 96/2019) is six digits of place, six of the birth date (day + 40 for women)
and four of a series; payment cards carry Luhn's check digit (ISO/IEC 7812).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from service.comments import Match, Signal

WEIGHTS: Final = {"phone": 0.6, "nik": 1.0, "card": 1.0, "email": 0.6, "home": 0.6}

CONCEALED: Final = "█"
"""Stands for a digit that is not kept; what was concealed is still told as personal data."""

EMAIL_MASK: Final = "[email]"
"""What the privacy door leaves of an address in the text (its own name for it is there)."""

# Provinces by the codes of BPS and Kemendagri, 2022 split of Papua included.
_PROVINCE_CODES = (
    "11 12 13 14 15 16 17 18 19 21 31 32 33 34 35 36 51 52 53 61 62 63 64 65 71 72 73 74 75 76 81 "
    "82 91 92 93 94 95 96"
)
_PROVINCES: Final = frozenset(_PROVINCE_CODES.split())
# Digits in groups as people write them, and never inside a word, a price, an address or a date.
_DIGITS = re.compile(
    r"(?<![\w.,/=?&#:+-])(?:\+|\(\+?)?\d(?:[ .()-]{0,2}\d){8,21}(?![\w/=&%:]|[.,]\d)"
)
_NINE_DIGITS = re.compile(r"\d(?:[ .()-]{0,2}\d){8}")  # cheap; what `_DIGITS` finds begins so
# A street or quarter with RT and RW is a home in Indonesia; a street with a house number is one
# where the words say so ("rumahnya di Jl. …"), else it may as well be an office or a shop.
_PLACE = (
    r"\b(?:jl|jln|jalan|gg|gang|perum|perumahan|komplek|kompleks|kp|kampung|dusun|blok)\b"
    r"[. ]{1,2}[^\W\d_][^\n,;:!?]{1,40}?[ ,]{0,3}"
)
_UNIT = r"\brt[^\w█]{0,2}[\d█]{1,3}[^\w█]{1,3}rw[^\w█]{0,2}[\d█]{1,3}(?!\w)"
_HOME = re.compile(
    rf"{_PLACE}(?:no\.? ?[\d█]{{1,4}}\w?)?[ ,]{{0,3}}{_UNIT}"
    r"|\b(?:rumah|alamat|tinggal|kontrakan|kos|lives?|home)(?:nya|mu)?\b[^\n]{0,30}?"
    rf"{_PLACE}\bno\.? ?[\d█]{{1,4}}\w?(?!\w)",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"[\d█]")
_HIDDEN = re.compile(r"(?:\(\+?|\+)?█(?:[ .()-]{0,2}█){7,18}(?:[ .()-]{0,2}\d){2}(?![\d%])")
_LEFT = 2  # digits of a number that stay, so that two of them can be told apart
_CHUNK = re.compile(r"\S+")
_MOBILE = re.compile(r"(?:(?:00)?628|08)[1-9]\d{7,10}")
_FIXED = re.compile(r"(?:(?:00)?62|0)(?:2[1-9]|[3-79]\d)\d{6,9}")
_CARD = re.compile(r"[2-6]\d{15}|3[47]\d{13}")
_GROUPS = re.compile(r"\d+")
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+")


def personal(text: str) -> list[Signal]:
    """PERSONAL_DATA with each place in the text; the heaviest gives the weight. Linear time."""
    found = tuple(Match(start, end, WEIGHTS[kind]) for start, end, kind in _found(text))
    if not found:
        return []
    return [Signal("PERSONAL_DATA", max(match.weight for match in found), matches=found)]


def conceal(text: str) -> str:
    """The text, letter by letter as long, with a block for each digit that identifies somebody.

    Of a number the last two digits stay, of a home none.
    """
    letters = list(text)
    for start, end, kind in _found(text):
        digits = [place for place in range(start, end) if text[place].isdecimal()]
        hidden = {"email": [], "home": digits}.get(kind, digits[:-_LEFT])
        for place in hidden:
            letters[place] = CONCEALED
    return "".join(letters)


def _found(text: str) -> list[tuple[int, int, str]]:
    own = _CHUNK.sub(_without_link, text) if "://" in text or "www." in text else text
    return sorted([*_numbers(own), *_hidden(own), *_masks(text), *_homes(own)])


def _without_link(chunk: re.Match[str]) -> str:
    """Digits in an address are no telephone number; blanks keep every other place."""
    return " " * len(chunk[0]) if "://" in chunk[0] or "www." in chunk[0] else chunk[0]


def _homes(text: str) -> Iterator[tuple[int, int, str]]:
    if not _DIGIT.search(text):
        return
    for match in _HOME.finditer(text):
        yield (*match.span(), "home")


def _masks(text: str) -> Iterator[tuple[int, int, str]]:
    place = text.find(EMAIL_MASK)
    while place >= 0:
        yield place, place + len(EMAIL_MASK), "email"
        place = text.find(EMAIL_MASK, place + len(EMAIL_MASK))


def _numbers(text: str) -> Iterator[tuple[int, int, str]]:
    first = _NINE_DIGITS.search(text)
    for match in _DIGITS.finditer(text, max(first.start() - 2, 0)) if first else ():
        kind = _kind(match[0])
        if kind:
            yield (*match.span(), kind)


def _hidden(text: str) -> Iterator[tuple[int, int, str]]:
    """Numbers that were concealed: of sixteen digits, or else a telephone's."""
    for match in _HIDDEN.finditer(text) if CONCEALED in text else ():
        digits = match[0].count(CONCEALED) + _LEFT
        yield (*match.span(), "nik" if digits == 16 else "phone")


def _kind(written: str) -> str:
    digits = "".join(_GROUPS.findall(written))
    if _THOUSANDS.fullmatch(written):
        return ""
    if len(digits) == 16 and _is_nik(digits):
        return "nik"
    if _CARD.fullmatch(digits) and _is_luhn(digits):
        return "card"
    if _MOBILE.fullmatch(digits) or (_FIXED.fullmatch(digits) and _is_dialled(written)):
        return "phone"
    return ""


def _is_dialled(written: str) -> bool:
    """A fixed line is only told from any other number by how it is written: (021) 555-1234."""
    return written.startswith(("+62", "(0")) or re.match(r"0\d{2,3}[ -]\d", written) is not None


def _is_nik(digits: str) -> bool:
    day, month = int(digits[6:8]), int(digits[8:10])
    return (
        digits[:2] in _PROVINCES
        and (1 <= day <= 31 or 41 <= day <= 71)
        and 1 <= month <= 12
        and digits[12:] != "0000"
    )


def _is_luhn(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(doubled) + sum(map(int, digits[::-2]))) % 10 == 0 and len(set(digits)) > 1
