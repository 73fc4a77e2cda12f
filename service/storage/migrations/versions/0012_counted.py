"""Indexes from which the queue is counted and read alone, however much lies beside it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_REPLACED = (
    "ix_comments_verdict_id", "ix_comments_waiting", "ix_comments_rolling",
    "ix_comments_complaint_due_at",
)  # fmt: skip
_HELD = "verdict = 'hold' AND wave_id IS {} AND NOT is_test"
_INDEXES = {
    "ix_comments_real": (["verdict", "id"], "NOT is_test"),
    "ix_comments_waiting": (["verdict", "wave_id", "id"], _HELD.format("NULL")),
    "ix_comments_rolling": (["verdict", "wave_id", "id"], _HELD.format("NOT NULL")),
    "ix_comments_complaint_due_at": (
        ["complaint_due_at", "id"],
        "complaint_due_at IS NOT NULL",
    ),
}


def upgrade() -> None:
    for name in _REPLACED:
        op.drop_index(name, "comments")
    for name, (columns, condition) in _INDEXES.items():
        where = sa.text(condition)
        op.create_index(name, "comments", columns, sqlite_where=where, postgresql_where=where)
