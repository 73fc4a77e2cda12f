"""A group that imports a command's module only when that command is run.

The modules bring the database, the model's libraries and the web's; ``saring --help`` needs none.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

import click


class Later(NamedTuple):
    """Where a command is, as ``module:name`` in this package, and its line under ``--help``."""

    place: str
    line: str

    def command(self) -> click.Command:
        """The command itself; imports its module."""
        module, _, name = self.place.partition(":")
        found: click.Command = getattr(import_module(f"{__package__}.{module}"), name)
        return found


class LazyGroup(click.Group):
    """A group of commands that are looked up in a table of `Later` by name."""

    def __init__(self, *arguments: Any, later: Mapping[str, Later], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.later = later

    def list_commands(self, _context: click.Context) -> list[str]:
        """Every name, in the alphabet's order as in click's own groups."""
        return sorted(self.later)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """The command of a name, or nothing."""
        return self.later[name].command() if name in self.later else None

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands under ``--help``, from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self.later[name].line) for name in sorted(self.later)])
