"""A site's own words: banned, suspect and allowed, found through every disguise.

Entries are whole words or phrases (`slot gacor`), beginnings of words (`slot*`) or regular
expressions (`/\\bwa\\s*\\d+/`) over the folded text, which run on RE2.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from service.checks.folding import Folded, fold
from service.checks.patterns import Patterns
from service.checks.words import WORD, Word, fits, key_of, keys, signed, spaced, words
from service.errors import FieldError, Invalid

MOST_ENTRIES: Final = 20_000
LONGEST_ENTRY: Final = 200
MOST_WORDS: Final = 8
_SHORTEST_IN_RUN = 4
_LIMITS: Final = {"too_long": LONGEST_ENTRY, "too_many_words": MOST_WORDS}


class Hit(NamedTuple):
    """Where an entry was found, in code points of the original, and the entry as it was written."""

    start: int
    end: int
    entry: str


class _Phrase(NamedTuple):
    """An entry of words. ``starts``: its last word may go on (``slot*``)."""

    words: tuple[str, ...]
    starts: bool
    entry: str

    def fits(self, found: Sequence[Word]) -> bool:
        """Whether as many words of the same keys really are this phrase."""
        return all(fits(a, b.text) for a, b in zip(self.words, found, strict=True))


class WordList:
    """Entries compiled once. Finding is linear in the text, however many words there are."""

    def __init__(self, entries: Iterable[str], field: str = "words") -> None:
        """Every bad entry is named in one `Invalid`, as ``field[index]`` with a code."""
        self.entries = tuple(entries)
        self._whole: dict[str, list[_Phrase]] = {}
        self._starts: dict[str, list[_Phrase]] = {}
        self._unspaced: dict[str, list[_Phrase]] = {}
        self._patterns = Patterns()
        codes = [self._add(entry) for entry in self.entries[:MOST_ENTRIES]]
        bad = [
            FieldError(f"{field}[{i}]", code, _LIMITS.get(code))
            for i, code in enumerate(codes)
            if code
        ]
        if len(self.entries) > MOST_ENTRIES:
            bad.append(FieldError(field, "too_many", MOST_ENTRIES))
        if bad:
            raise Invalid(bad)
        self._patterns.compile()
        self._sizes = sorted({key.count(" ") + 1 for key in (*self._whole, *self._starts)})
        self._start_lengths = _lengths(self._starts)
        self._run_lengths = [n for n in _lengths(self._unspaced) if n >= _SHORTEST_IN_RUN]

    def __len__(self) -> int:
        return len(self.entries)

    def find(self, folded: Folded) -> list[Hit]:
        """Every entry in the text, in order of place; an entry may be found more than once."""
        if not self.entries:
            return []
        known = keys(folded)
        hits = {*self._in_words(folded, known), *self._in_disguise(folded, known)}
        for start, end, entry in self._patterns.find(folded.text):
            hits.add(Hit(*folded.span(start, end), entry))
        return sorted(hits)

    def _add(self, entry: str) -> str | None:
        """Compile one entry; the code of what is wrong with it if it cannot be one."""
        text = entry.strip()
        if len(text) > LONGEST_ENTRY:
            return "too_long"
        if len(text) > 2 and text[0] == text[-1] == "/":
            return self._patterns.add(text)
        bare = text.removesuffix("*")
        parts = tuple(WORD.findall(fold(bare).text))
        if not parts:
            return "no_word" if text else "empty"
        if "*" in bare or (bare != text and not bare[-1].isalnum()):
            return "wildcard"
        if len(parts) > MOST_WORDS:
            return "too_many_words"
        self._index(_Phrase(parts, bare != text, text))
        return None

    def _index(self, phrase: _Phrase) -> None:
        table = self._starts if phrase.starts else self._whole
        table.setdefault(" ".join(map(key_of, phrase.words)), []).append(phrase)
        unspaced = "".join(phrase.words)
        alike = self._unspaced.setdefault(key_of(unspaced), [])
        alike.append(phrase._replace(words=(unspaced,)))

    def _in_words(self, folded: Folded, known: Sequence[str]) -> Iterator[Hit]:
        found: list[Word] = []
        for size in self._sizes:
            for at in range(len(known) - size + 1):
                for phrase in self._candidates(known, at, size):
                    found = found or words(folded)
                    part = found[at : at + size]
                    if phrase.fits(part):
                        yield Hit(part[0].start, part[-1].end, phrase.entry)

    def _candidates(self, known: Sequence[str], at: int, size: int) -> Iterator[_Phrase]:
        key = known[at] if size == 1 else " ".join(known[at : at + size])
        yield from self._whole.get(key, ())
        for length in self._start_lengths:
            if length > len(key):
                return
            found = self._starts.get(key[:length], ())
            yield from (phrase for phrase in found if len(phrase.words) == size)

    def _in_disguise(self, folded: Folded, known: Sequence[str]) -> Iterator[Hit]:
        """Words with signs for letters as wholes; in a run of single letters also the first."""
        for word in signed(folded):
            yield from self._of_word(word, False)
        for word in spaced(folded, known):
            yield from self._of_word(word, True)

    def _of_word(self, word: Word, goes_on: bool) -> Iterator[Hit]:
        lengths = [n for n in self._run_lengths if n < len(word.key)]
        for key in (word.key, *(word.key[:length] for length in lengths)):
            for phrase in self._unspaced.get(key, ()):
                whole = goes_on or phrase.starts or key == word.key
                if whole and phrase.fits([word]):
                    yield Hit(word.start, word.end, phrase.entry)


def _lengths(table: Iterable[str]) -> list[int]:
    return sorted({len(key) for key in table})
