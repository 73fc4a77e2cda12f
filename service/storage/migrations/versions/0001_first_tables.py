"""The first tables: sites, their rules, moderators, comments, kept answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.storage.tables import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sites",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("name", sa.String(100), nullable=False, unique=True),
        sa.Column("key_digest", sa.String(64), nullable=False, unique=True),
        sa.Column("short_key_digest", sa.String(64), nullable=False, unique=True),
        sa.Column("coral_generation", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "site_rules",
        sa.Column(
            "site_id",
            sa.String(36),
            sa.ForeignKey("sites.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("changed_by", sa.String(100), nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "moderators",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("name", sa.String(100), nullable=False, unique=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("disabled", sa.Boolean, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "comments",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column(
            "site_id", sa.String(36), sa.ForeignKey("sites.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("author_name", sa.Text, nullable=False),
        sa.Column("author_url", sa.Text, nullable=False),
        sa.Column("permalink", sa.Text, nullable=False),
        sa.Column("post_title", sa.Text, nullable=False),
        sa.Column("parent_id", sa.Text, nullable=False),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("author_key", sa.String(32), nullable=False, index=True),
        sa.Column("network_key", sa.String(32), nullable=False),
        sa.Column("twin_by_name", sa.BigInteger, nullable=False, unique=True),
        sa.Column("twin_by_author", sa.BigInteger, nullable=False, unique=True),
        sa.Column("honeypot_filled", sa.Boolean, nullable=False),
        sa.Column("submitted_after_ms", sa.Integer),
        sa.Column("is_test", sa.Boolean, nullable=False),
        sa.Column("verdict", sa.String(8), nullable=False),
        sa.Column("decision", sa.JSON, nullable=False),
    )
    op.create_index("ix_comments_verdict_created_at", "comments", ["verdict", "created_at"])
    op.create_table(
        "answers",
        sa.Column("key_digest", sa.String(32), primary_key=True),
        sa.Column("request_digest", sa.String(32), nullable=False),
        sa.Column(
            "comment_id",
            sa.String(36),
            sa.ForeignKey("comments.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("decision", sa.JSON, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
    )
