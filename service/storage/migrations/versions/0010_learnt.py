"""What a site's rulings say of its thresholds; an index for what spot checks found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.storage.tables import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_CHECKED = sa.text("sampled AND ruling IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "learnt",
        sa.Column(
            "site_id",
            sa.String(36),
            sa.ForeignKey("sites.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("model_version", sa.String(64), nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("learnt_at", UtcDateTime, nullable=False),
    )
    op.create_index(
        "ix_comments_checked",
        "comments",
        ["site_id"],
        sqlite_where=_CHECKED,
        postgresql_where=_CHECKED,
    )
