"""The desk: sessions and tokens of moderators, guesses, claims, and what the queue sorts by."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from service.storage.facets import facets
from service.storage.store import decision_from_json
from service.storage.tables import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_PAGE = 500
_ALONE = "verdict = 'hold' AND wave_id IS NULL AND NOT is_test"
_SAMPLE = "sampled AND ruling IS NULL"
_INDEXES = {
    "ix_comments_waiting": (["id"], _ALONE),
    "ix_comments_teaching": (["wave_id", "margin", "id"], _ALONE),
    "ix_comments_scores": (["score"], _ALONE),
    "ix_comments_samples": (["id"], _SAMPLE),
}


def upgrade() -> None:
    for name, kept in (("sessions", ["created_at", "seen_at"]), ("tokens", ["created_at"])):
        op.create_table(
            name,
            sa.Column("digest", sa.String(64), primary_key=True),
            sa.Column(
                "moderator_id",
                sa.String(36),
                sa.ForeignKey("moderators.id", ondelete="CASCADE"),
                nullable=False,
            ),
            *(sa.Column(column, UtcDateTime, nullable=False) for column in kept),
            sa.Index(f"ix_{name}_moderator_id", "moderator_id"),
        )
    op.create_table(
        "guesses",
        sa.Column("name_digest", sa.String(64), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", UtcDateTime, nullable=False),
        sa.Index("ix_guesses_locked_until", "locked_until"),
    )
    op.create_table(
        "claims",
        sa.Column("card", sa.String(36), primary_key=True),
        sa.Column("moderator", sa.String(100), nullable=False),
        sa.Column("until", UtcDateTime, nullable=False),
    )
    with op.batch_alter_table("rulings") as rulings:
        rulings.add_column(sa.Column("sent_id", sa.String(36)))
        rulings.create_index("ix_rulings_sent_id", ["sent_id"])
    with op.batch_alter_table("comments") as comments:
        for column in (
            sa.Column("language", sa.String(8), nullable=False, server_default="other"),
            sa.Column("score", sa.Float, nullable=False, server_default="0"),
            sa.Column("margin", sa.Float, nullable=False, server_default="1"),
            sa.Column("codes", sa.Text, nullable=False, server_default=""),
        ):
            comments.add_column(column)
        comments.drop_index("ix_comments_wave_id")
        comments.create_index(
            "ix_comments_wave_id", ["wave_id", "verdict", "id"], **_where("wave_id IS NOT NULL")
        )
        comments.create_index("ix_comments_verdict_id", ["verdict", "id"])
    for name, (columns, condition) in _INDEXES.items():
        op.create_index(name, "comments", columns, **_where(condition))
    _fill_in()


def _where(condition: str) -> dict[str, Any]:
    return {f"{dialect}_where": sa.text(condition) for dialect in ("sqlite", "postgresql")}


def _fill_in() -> None:
    """Work the new columns out for the comments that are there already, a page at a time."""
    comments = sa.table(
        "comments",
        *(sa.column(name) for name in ("id", "language", "score", "margin", "codes")),
        sa.column("decision", sa.JSON),
    )
    after = ""
    while True:
        page = sa.select(comments.c.id, comments.c.decision).where(comments.c.id > after)
        rows = op.get_bind().execute(page.order_by(comments.c.id).limit(_PAGE)).all()
        for row in rows:
            values = facets(decision_from_json(row.decision))
            op.execute(sa.update(comments).where(comments.c.id == row.id).values(values))
        if len(rows) < _PAGE:
            return
        after = rows[-1].id
