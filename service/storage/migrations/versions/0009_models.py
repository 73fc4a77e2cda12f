"""What a candidate model would have answered, and how each week's comments look to a model."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.storage.tables import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    here = sa.ForeignKey("comments.id", ondelete="CASCADE")
    op.create_table(
        "shadow_judgements",
        sa.Column("model_version", sa.String(64), primary_key=True),
        sa.Column("comment_id", sa.String(36), here, primary_key=True),
        sa.Column("text_key", sa.BigInteger, nullable=False),
        sa.Column("champion_version", sa.String(64), nullable=False),
        sa.Column("champion_verdict", sa.String(8), nullable=False),
        sa.Column("verdict", sa.String(8), nullable=False),
        sa.Column("rule", sa.String(32), nullable=False),
        sa.Column("codes", sa.Text, nullable=False),
        sa.Column("judged_at", UtcDateTime, nullable=False),
        sa.Index("ix_shadow_judgements_comment_id", "comment_id"),
    )
    op.create_table(
        "drift_weeks",
        sa.Column("model_version", sa.String(64), primary_key=True),
        sa.Column("week", sa.String(10), primary_key=True),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("measured_at", UtcDateTime, nullable=False),
    )
