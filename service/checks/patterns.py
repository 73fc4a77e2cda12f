"""A site's regular expressions on RE2: time linear in the text whatever the pattern says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import re2

LARGEST_PROGRAM: Final = 2_000
"""RE2's count of instructions: a bound for the memory and the slowest steps of one pattern."""

_NEEDS_BACKTRACKING: Final = ("(?=", "(?!", "(?<=", "(?<!", "(?>", "(?(")


@dataclass(slots=True)
class Patterns:
    """Entries between slashes. One automaton says which of them occur; only those are located."""

    entries: list[str] = field(default_factory=list)
    _compiled: list[Any] = field(default_factory=list)
    _any: Any = None

    def add(self, entry: str) -> str | None:
        """Compile ``/pattern/``; the code of what is wrong with it if it cannot be one."""
        source = entry[1:-1]
        try:
            compiled = re2.compile(source, _options())
        except re2.error as error:
            return _why(source, str(error))
        if compiled.programsize > LARGEST_PROGRAM:
            return "pattern_too_large"
        if "\\C" in source:  # RE2's single byte would cut characters apart
            return "pattern"
        if compiled.search("") is not None:
            return "pattern_matches_nothing"
        self.entries.append(entry)
        self._compiled.append(compiled)
        return None

    def compile(self) -> None:
        """To be called once, after the last entry."""
        if self.entries:
            self._any = re2.Set.SearchSet(_options())
            for entry in self.entries:
                self._any.Add(entry[1:-1])
            self._any.Compile()

    def find(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Start, end and entry of every occurrence in a folded text; empty ones do not count."""
        for index in (self.entries and self._any.Match(text)) or ():
            for match in self._compiled[index].finditer(text):
                if match.end() > match.start():
                    yield match.start(), match.end(), self.entries[index]


def _options() -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    return options


def _why(source: str, error: str) -> str:
    if any(mark in source for mark in _NEEDS_BACKTRACKING):
        return "pattern_look_around"
    if "invalid escape sequence" in error and any(f"\\{digit}" in source for digit in "123456789"):
        return "pattern_back_reference"
    if "too large" in error or "repetition size" in error:
        return "pattern_too_large"
    return "pattern"
