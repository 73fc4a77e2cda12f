"""Events, webhooks with their outbox, and complaints."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.storage.tables import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sites") as sites:
        sites.add_column(sa.Column("last_event", sa.BigInteger, nullable=False, server_default="0"))
    with op.batch_alter_table("comments") as comments:
        comments.add_column(sa.Column("complaint_due_at", UtcDateTime))
        comments.create_index("ix_comments_complaint_due_at", ["complaint_due_at"])
    op.create_table(
        "events",
        sa.Column("id", sa.String(36), primary_key=True),
        _site(),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(36), nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("site_id", "number", name="uq_events_site_id_number"),
        sa.Index("ix_events_subject", "subject"),
        sa.Index("ix_events_created_at", "created_at"),
    )
    op.create_table(
        "webhooks",
        sa.Column("id", sa.String(36), primary_key=True),
        _site(),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("allow_private", sa.Boolean, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("old_secret_until", UtcDateTime),
        sa.Column("quiet_until", UtcDateTime),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Index("ix_webhooks_site_id", "site_id"),
    )
    op.create_table(
        "deliveries",
        _parent("webhooks", "webhook_id", primary_key=True),
        _parent("events", "event_id", primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("subject", sa.String(36), nullable=False),
        sa.Column("dead", sa.Boolean, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", UtcDateTime, nullable=False),
        sa.Column("give_up_at", UtcDateTime, nullable=False),
        sa.Column("lease", sa.String(36), nullable=False),
        sa.Column("leased_until", UtcDateTime),
        sa.Column("last_answer", sa.String(32), nullable=False),
        sa.Index("ix_deliveries_webhook_id_subject_number", "webhook_id", "subject", "number"),
        sa.Index("ix_deliveries_dead_next_at", "dead", "next_at"),
        sa.Index("ix_deliveries_event_id", "event_id"),
    )
    op.create_table(
        "complaints",
        sa.Column("id", sa.String(36), primary_key=True),
        _site(),
        sa.Column("comment_id", sa.String(36), nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("resolved_at", UtcDateTime),
        sa.Column("outcome", sa.String(8), nullable=False),
        sa.Column("ruling_id", sa.String(36)),
        sa.Index("ix_complaints_site_id_created_at", "site_id", "created_at"),
        sa.Index("ix_complaints_comment_id", "comment_id"),
        sa.Index("ix_complaints_ruling_id", "ruling_id"),
    )


def _site() -> sa.Column[str]:
    there = sa.ForeignKey("sites.id", ondelete="CASCADE")
    return sa.Column("site_id", sa.String(36), there, nullable=False)


def _parent(table: str, name: str, *, primary_key: bool) -> sa.Column[str]:
    there = sa.ForeignKey(f"{table}.id", ondelete="CASCADE")
    return sa.Column(name, sa.String(36), there, primary_key=primary_key, nullable=False)
