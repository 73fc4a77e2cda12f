"""The index of scores holds copies of waves too, as the page of scores does."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    waits = sa.text("verdict = 'hold' AND NOT is_test")
    op.drop_index("ix_comments_scores", "comments")
    op.create_index(
        "ix_comments_scores",
        "comments",
        ["verdict", "score", "is_test"],
        sqlite_where=waits,
        postgresql_where=waits,
    )
