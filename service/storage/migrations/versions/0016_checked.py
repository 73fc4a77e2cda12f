"""Spot checks of one site in the order of ids, so that the latest are found without the others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    checked = sa.text("sampled AND ruling IS NOT NULL")
    op.drop_index("ix_comments_checked", "comments")
    op.create_index(
        "ix_comments_checked",
        "comments",
        ["site_id", "id"],
        sqlite_where=checked,
        postgresql_where=checked,
    )
