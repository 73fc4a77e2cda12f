"""A later release, as far as tables can tell: our migrations and one more."""

from __future__ import annotations

import shutil
import textwrap
from pathlib import Path

import pytest
from sqlalchemy import Boolean, MetaData, UniqueConstraint

from service.storage import migrate as ours
from service.storage.engine import Database

HEAD = ours._head()
ADDS = """
    op.add_column("comments", sa.Column("mood", sa.String(8)))
    op.add_column("events", sa.Column("weight", sa.Integer, nullable=False, server_default="1"))
    op.add_column("sites", sa.Column("colour", sa.Text, nullable=False, server_default="red"))
    here = sa.ForeignKey("comments.id", ondelete="CASCADE")
    op.create_table(
        "moods",
        sa.Column("comment_id", sa.String(36), here, primary_key=True),
        sa.Column("body", sa.JSON, nullable=False),
    )
    op.create_index("ix_rulings_moderator", "rulings", ["moderator"])
    op.create_index("ix_comments_mood", "comments", ["mood", "id"])
"""
"""All that an earlier release need not know of."""


def scripts(directory: Path, steps: str = ADDS, since: str = HEAD) -> Path:
    """A folder with our migrations and a later one, which serves releases from ``since`` on."""
    there = directory / "later"
    shutil.copytree(ours._SCRIPTS, there, ignore=shutil.ignore_patterns("__pycache__"))
    (there / "versions" / "9999_later.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n\n"
        f'revision, down_revision, served_since = "9999", "{HEAD}", "{since}"\n'
        "branch_labels = depends_on = None\n\n\n"
        f"def upgrade():\n{textwrap.indent(textwrap.dedent(steps), '    ')}",
        encoding="utf-8",
    )
    return there


def migrate_as(folder: Path, database: Database) -> None:
    """Do as the release does at its start that has these migrations."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ours, "_SCRIPTS", folder)
        ours.migrate(database)


def losses(before: MetaData, after: MetaData) -> list[str]:
    """What an earlier release would miss or stumble over in later tables; both as reflected."""
    found = []
    for name, table in before.tables.items():
        if name not in after.tables:
            found.append(f"{name} is gone")
            continue
        later = after.tables[name]
        for column in table.columns:
            if column.name not in later.columns:
                found.append(f"{name}.{column.name} is gone")
            elif _narrower(column, later.columns[column.name]):
                found.append(f"{name}.{column.name} takes less")
        for column in later.columns:
            new = column.name not in table.columns
            if new and not column.nullable and column.server_default is None:
                found.append(f"{name}.{column.name} must be given")
        found += [f"{name} is unique in {keys}" for keys in _unique(later) - _unique(table)]
    return found


def _narrower(column, later) -> bool:
    if isinstance(column.type, Boolean):  # SQLite's reflection may call it a number
        return False
    same_kind = type(column.type) is type(later.type)
    shorter = (getattr(later.type, "length", None) or 10**9) < (
        getattr(column.type, "length", None) or 10**9
    )
    return not same_kind or shorter or (column.nullable and not later.nullable)


def _unique(table) -> set[tuple[str, ...]]:
    constraints = (c for c in table.constraints if isinstance(c, UniqueConstraint))
    indexes = (index for index in table.indexes if index.unique)
    return {tuple(c.name for c in one.columns) for one in (*constraints, *indexes)}
