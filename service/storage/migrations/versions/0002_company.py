"""A comment's company: near copies and waves, rulings, standings of authors, hosts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.storage.tables import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("comments") as comments:
        comments.add_column(
            sa.Column("text_key", sa.BigInteger, nullable=False, server_default="0")
        )
        comments.add_column(sa.Column("ruling", sa.String(8)))
        comments.add_column(sa.Column("version", sa.Integer, nullable=False, server_default="0"))
        comments.add_column(
            sa.Column("sampled", sa.Boolean, nullable=False, server_default=sa.false())
        )
        comments.add_column(sa.Column("wave_id", sa.String(36)))
        comments.add_column(sa.Column("signature", sa.LargeBinary))
        comments.drop_index("ix_comments_author_key")
        comments.create_index("ix_comments_author_key_created_at", ["author_key", "created_at"])
        comments.create_index(
            "ix_comments_network_key_created_at",
            ["network_key", "created_at"],
            **_where("network_key <> ''"),
        )
        comments.create_index("ix_comments_text_key", ["text_key"], **_where("ruling IS NOT NULL"))
        comments.create_index("ix_comments_wave_id", ["wave_id"], **_where("wave_id IS NOT NULL"))
    op.create_table(
        "bands",
        sa.Column("band", sa.BigInteger, primary_key=True, autoincrement=False),
        _comment(primary_key=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Index("ix_bands_comment_id", "comment_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "waves",
        sa.Column("id", sa.String(36), primary_key=True),
        _site(),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("recent", sa.Integer, nullable=False),
        sa.Column("recent_since", UtcDateTime, nullable=False),
        sa.Column("last_author", sa.String(32), nullable=False),
        sa.Column("worst", sa.String(8), nullable=False),
        sa.Column("ruling", sa.String(8)),
        sa.Column("ruling_ends_at", UtcDateTime),
        sa.Column("last_at", UtcDateTime, nullable=False),
        sa.Index("ix_waves_site_id_last_at", "site_id", "last_at"),
    )
    op.create_table(
        "rulings",
        sa.Column("id", sa.String(36), primary_key=True),
        _comment(nullable=False),
        sa.Column("verdict", sa.String(8), nullable=False),
        sa.Column("labels", sa.JSON, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("moderator", sa.String(100), nullable=False),
        sa.Column("batch", sa.String(36)),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("undone_at", UtcDateTime),
        sa.Index("ix_rulings_comment_id", "comment_id"),
        sa.Index("ix_rulings_batch", "batch"),
    )
    op.create_table(
        "standings",
        sa.Column("author_key", sa.String(32), primary_key=True),
        _site(),
        sa.Column("standing", sa.String(8), nullable=False),
        sa.Column("set_by", sa.String(100), nullable=False),
        sa.Column("set_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "hosts",
        _site(primary_key=True),
        sa.Column("host", sa.String(253), primary_key=True),
        sa.Column("accepted", sa.Integer, nullable=False),
        sa.Column("rejected", sa.Integer, nullable=False),
    )


def _where(condition: str) -> dict[str, sa.TextClause]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _site(*, primary_key: bool = False) -> sa.Column[str]:
    there = sa.ForeignKey("sites.id", ondelete="CASCADE")
    return sa.Column("site_id", sa.String(36), there, primary_key=primary_key, nullable=False)


def _comment(*, primary_key: bool = False, nullable: bool = False) -> sa.Column[str]:
    there = sa.ForeignKey("comments.id", ondelete="CASCADE")
    return sa.Column("comment_id", sa.String(36), there, primary_key=primary_key, nullable=nullable)
