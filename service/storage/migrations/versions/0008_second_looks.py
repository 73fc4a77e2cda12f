"""Indexes of waves that roll and of spot checks that one person has ruled on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_comments_second": (["id"], "sampled AND ruling IS NOT NULL"),
    "ix_comments_rolling": (
        ["wave_id", "id"], "verdict = 'hold' AND wave_id IS NOT NULL AND NOT is_test"
    ),
}  # fmt: skip


def upgrade() -> None:
    for name, (columns, condition) in _INDEXES.items():
        where = sa.text(condition)
        op.create_index(name, "comments", columns, sqlite_where=where, postgresql_where=where)
