"""Fewer pages to write for each comment: four indexes go, one covers an author's past."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, index in (
        ("comments", "ix_comments_author_key_created_at"),
        ("comments", "ix_comments_verdict_created_at"),
        ("comments", "ix_comments_complaint_due_at"),
        ("events", "ix_events_created_at"),
    ):
        op.drop_index(index, table)
    past = ["author_key", "created_at", "verdict", "text_key", "is_test"]
    op.create_index("ix_comments_author_past", "comments", past)
    waiting = sa.text("complaint_due_at IS NOT NULL")
    op.create_index(
        "ix_comments_complaint_due_at",
        "comments",
        ["complaint_due_at"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
