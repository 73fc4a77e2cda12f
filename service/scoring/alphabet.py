"""Tables from code point to folded character and to kind, worked out from Unicode's own names.

One code point becomes one character or nothing, so positions in folded text map straight back to
the original. The tables are fitted attributes of the feature extractor and travel in the
artefact: a newer Unicode in a newer Python changes nothing for a model that is already trained.
"""

from __future__ import annotations

import re
import unicodedata
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

SEAM = 0xE000
"""Private character that stands between texts; it reads as a space in every table."""
SIZE = 0x20000
"""Planes 0 and 1; everything above reads as the last entry."""


class Kind(IntEnum):
    """What a character is, before folding; the tricks of spammers are kinds of their own."""

    OTHER = 0
    LOWER = 1
    UPPER = 2
    DIGIT = 3
    SPACE = 4
    NEWLINE = 5
    PUNCTUATION = 6
    LOUD = 7
    BRACKET = 8
    DOT = 9
    SLASH = 10
    SYMBOL = 11
    FANCY = 12
    LOOK_ALIKE = 13
    COMBINING = 14
    HIDDEN = 15
    ACCENTED = 16
    FOREIGN = 17
    MASK = 18
    EMOJI = 19
    TURNED = 20
    BIDI = 21
    """The last three are handled by position, not one by one."""


Codes = NDArray[np.uint32]
TRICKS = (Kind.FANCY, Kind.LOOK_ALIKE, Kind.TURNED, Kind.COMBINING, Kind.HIDDEN, Kind.BIDI)
WORD_KINDS = (
    Kind.LOWER,
    Kind.UPPER,
    Kind.DIGIT,
    Kind.FANCY,
    Kind.LOOK_ALIKE,
    Kind.ACCENTED,
    Kind.TURNED,
    Kind.FOREIGN,
    Kind.MASK,
)

_LOOK_ALIKES = (
    "аa бb вb гr дd еe ёe зe иu йu іi їi јj кk лn мm нh оo пn рp сc тt уy фo хx цu чu ѕs һh ԁd ԛq "
    "ԝw ҝk ғf ӏl қk ңh ҳx ҽe ӕe ґr єe ўy ьb ъb ыb эe яr юo жx шw щw "
    "αa βb γy δd εe ζz ηn θo ιi κk λa μm νv ξe οo πn ρp ςs σo τt υu φo χx ψw ωw ϲc ϳj "
    "αa άa έe ήn ίi όo ύu ώw ϊi ϋu "
    "աw բr գq զq էt հh ձd մu յj նu շz ոn պu ջg ռn սu վu տs րr ցg ւi փp քp օo ֆf "
    "Ꭺa Ᏼb Ꮯc Ꭰd Ꭼe Ꮀh Ꭻj Ꮶk Ꮮl Ꮇm Ꮲp Ꮢr Ꮪs Ꭲt Ꮩv Ꮃw Ꮓz Ꮐg Ꭵi Ꮄe Ꮞ4 Ꮟb Ꮍy Ꮤw "
    "ɑa ɡg ɩi ʟl ɴn ʀr ʜh ɢg ʏy ʙb ɪi ꜱs ᴀa ᴄc ᴅd ᴇe ᴊj ᴋk ᴍm ᴏo ᴘp ᴛt ᴜu ᴠv ᴡw ᴢz ꞯq "
    "ʋv ɯw ɱm ɳn ƨs ƽ5 ƅb ǝe ₳a ฿b ₵c ₫d ₭k ₮t ₱p ₦n ₲g ₴s ¥y €e £l ¢c "
    "๏o ໐o ಂo ೦o ૦o ০o ଠo ꓐb ꓑp ꓒd ꓓd ꓔt ꓖg ꓗk ꓙj ꓚc ꓜz ꓝf ꓟm ꓠn ꓡl ꓢs ꓣr ꓤr ꓥa ꓦv ꓧh ꓪw ꓫx "
    "ꓬy ꓮa ꓰe ꓲi ꓳo ꓴu "
    "卂a 乃b 匚c ᗪd 乇e 千f 卄h 丨i ﾌj 长k ㄥl 几n 卩p 尺r 丂s ㄒt ㄩu 山w 乂x 丫y "
    "ᗩa ᗷb ᑕc ᗞd ᗴe ᖴf ᘜg ᕼh ᒍj ᒪl ᗰm ᑎn ᑭp ᖇr ᔕs ᑌu ᐯv ᗯw ᙭x ᑫq ᑯd ᒥr ᐱa ᑲb ᐃa "
    "∂d ∆a ∑e √v ∩n ∪u ∫s ∀a ∃e ∅o ⊥t ∨v ∧a ℓl ℮e ºo ªa"
)
_UPSIDE_DOWN = (
    "ɐa ɔc ǝe ɟf ƃg ɓg ɥh ᴉi ı̣i ɾj ʞk ʃl ɯm ɹr ʇt ʌv ʍw ʎy ɒa ɘe ꓯa ꓷd Ǝe ꓞf ꓩg ſj ꓘk ˥l Ԁp Ɐa ꞁl"
)
_LETTER = re.compile(
    r"\bLETTERS? (?:SMALL CAPITAL |SMALL |CAPITAL |SCRIPT |TURNED |REVERSED |OPEN |INVERTED |"
    r"SIDEWAYS |DOTLESS |BARRED |STROKED |BLACKLETTER |INSULAR |LATIN |LONG )*([A-Z])\b"
)
_LATIN_CAPITAL = re.compile(r"LATIN (?:CAPITAL |SMALL )?LETTER ([A-Z])\b")
_TURNED = re.compile(r"LATIN .*\b(?:TURNED|REVERSED)\b")
_BIDI = {0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
_JOINERS = {0x200D, 0xFE0E, 0xFE0F, 0x20E3, *range(0xE0020, 0xE0080)}
_MARKS = {
    **dict.fromkeys("!?", Kind.LOUD),
    **dict.fromkeys("()[]{}<>", Kind.BRACKET),
    ".": Kind.DOT,
    "/": Kind.SLASH,
}
_LEET = dict(zip("01l34567894@$!|", "oiieasgtbgaasii", strict=True))


def build_tables() -> tuple[Codes, Codes, NDArray[np.uint8]]:
    """Folded character, squeezed character and kind for each code point below ``SIZE``.

    Folding lowers case and undoes tricks; 0 means the character is dropped, and what is no part
    of a word reads as a space. Squeezing drops that too and reads digits as the letters they are
    used for.
    """
    fold = np.zeros(SIZE, np.uint32)
    squeeze = np.zeros(SIZE, np.uint32)
    kinds = np.zeros(SIZE, np.uint8)
    pairs = {item[0]: item[-1] for item in _LOOK_ALIKES.split()}
    pairs |= {upper: low for c, low in pairs.items() if len(upper := c.upper()) == 1}
    turned = {item[0]: item[-1] for item in _UPSIDE_DOWN.split()}
    for code in range(SIZE):
        folded, kind = _read(code, pairs, turned)
        fold[code], kinds[code] = ord(folded) if folded else 0, kind
        if folded and kind not in WORD_KINDS:
            fold[code] = ord(" ")
        squeeze[code] = _squeezed(folded)
    fold[SEAM] = squeeze[SEAM] = ord(" ")
    kinds[SEAM] = Kind.SPACE
    return fold, squeeze, kinds


def build_traits(fold: Codes, kinds: NDArray[np.uint8]) -> Codes:
    """What a character adds to the counts of its word: a byte each for tricks, digits, capitals
    and letters, so that one running sum counts all four.
    """
    traits = np.isin(kinds, TRICKS).astype(np.uint32)
    traits += ((fold >= ord("0")) & (fold <= ord("9"))).astype(np.uint32) << 8
    traits += (kinds == Kind.UPPER).astype(np.uint32) << 16
    traits += ((fold >= ord("a")) & (fold <= ord("z"))).astype(np.uint32) << 24
    return traits


def _squeezed(folded: str) -> int:
    letter = _LEET.get(folded, folded)
    return ord(letter) if letter and letter.isalnum() else 0


def _read(code: int, pairs: dict[str, str], turned: dict[str, str]) -> tuple[str, Kind]:
    char = chr(code)
    if code < 0x80:
        return _read_ascii(char)
    if char in turned:
        return turned[char], Kind.TURNED
    if char in pairs:
        return pairs[char], Kind.LOOK_ALIKE
    if 0xE001 <= code <= 0xE003:
        return char, Kind.MASK
    category = unicodedata.category(char)
    if code in _JOINERS or code in _BIDI or category[0] in "CM":
        return "", _invisible(code, category)
    return _read_visible(char, category)


def _read_ascii(char: str) -> tuple[str, Kind]:
    if char in "\r\n":
        return " ", Kind.NEWLINE
    if char in "\t\v\f ":
        return " ", Kind.SPACE
    if ord(char) < 0x20 or char == "\x7f":
        return "", Kind.HIDDEN
    if char.isalpha():
        return char.lower(), Kind.UPPER if char.isupper() else Kind.LOWER
    if char.isdigit():
        return char, Kind.DIGIT
    return char, _MARKS.get(char, Kind.PUNCTUATION)


def _invisible(code: int, category: str) -> Kind:
    if code in _BIDI:
        return Kind.BIDI
    if code in _JOINERS:
        return Kind.EMOJI
    return Kind.COMBINING if category[0] == "M" else Kind.HIDDEN


def _read_visible(char: str, category: str) -> tuple[str, Kind]:
    if category[0] == "Z":
        return " ", Kind.SPACE
    name = unicodedata.name(char, "")
    plain = _plain(char, name)
    if plain and plain.isascii() and plain.isalnum():
        return plain.lower(), _latin_kind(char, name)
    if category[0] == "L" or category[0] == "N":
        return char.lower()[:1], Kind.FOREIGN
    if category[0] == "P":
        return (plain if plain.isascii() and plain else char), Kind.PUNCTUATION
    return char, Kind.EMOJI if ord(char) >= 0x2600 else Kind.SYMBOL


def _plain(char: str, name: str) -> str:
    """The base character: compatibility forms undone, else the letter that the name tells."""
    for part in unicodedata.normalize("NFKD", char):
        if part.isascii() and part.isalnum():
            return part
    if match := _LATIN_CAPITAL.search(name) or _LETTER.search(name):
        return match[1] if "LATIN" in name or "LETTER SYMBOL" in name or _is_sign(name) else ""
    return unicodedata.normalize("NFKD", char)[:1]


def _is_sign(name: str) -> bool:
    return name.startswith(("REGIONAL INDICATOR", "TAG ", "MODIFIER LETTER", "SQUARED", "CIRCLED"))


def _latin_kind(char: str, name: str) -> Kind:
    if _TURNED.search(name):
        return Kind.TURNED
    if "WITH" in name and name.startswith("LATIN"):
        return Kind.ACCENTED
    return Kind.DIGIT if char.isdigit() and ord(char) < 0x100 else Kind.FANCY
