"""Hosts by comment, so that rulings count."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("hosts")  # counts by verdict cannot be told apart by comment; they begin anew
    op.create_table(
        "links",
        _parent("sites", "site_id"),
        sa.Column("host", sa.Text, primary_key=True),
        _parent("comments", "comment_id"),
        sa.Column("is_website", sa.Boolean, nullable=False),
        sa.Index("ix_links_comment_id", "comment_id"),
        sqlite_with_rowid=False,
    )


def _parent(table: str, name: str) -> sa.Column[str]:
    there = sa.ForeignKey(f"{table}.id", ondelete="CASCADE")
    return sa.Column(name, sa.String(36), there, primary_key=True)
