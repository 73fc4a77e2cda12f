"""The tables, in types that SQLite and PostgreSQL share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    text,
)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in and out; SQLite stores no time zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        aware: datetime = value if value.tzinfo else value.replace(tzinfo=UTC)
        return aware.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_ID = String(36)
_DIGEST = String(64)


def _id() -> Column[str]:
    return Column("id", _ID, primary_key=True)


def _partial(name: str, *columns: str, where: str) -> Index:
    """An index over the rows that are looked for; the others pay nothing for it."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


def _site() -> Column[str]:
    return Column("site_id", _ID, ForeignKey("sites.id", ondelete="CASCADE"), nullable=False)


sites = Table(
    "sites",
    metadata,
    _id(),
    Column("name", String(100), nullable=False, unique=True),
    Column("key_digest", _DIGEST, nullable=False, unique=True),
    Column("short_key_digest", _DIGEST, nullable=False, unique=True),
    Column("coral_generation", Integer, nullable=False, default=0),
    Column("created_at", UtcDateTime, nullable=False),
)

# Every change of a site's rules is a new row: a decision names the version it was made under.
site_rules = Table(
    "site_rules",
    metadata,
    Column("site_id", _ID, ForeignKey("sites.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("body", JSON, nullable=False),
    Column("changed_by", String(100), nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)

moderators = Table(
    "moderators",
    metadata,
    _id(),
    Column("name", String(100), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    Column("password_hash", String(255), nullable=False),
    Column("disabled", Boolean, nullable=False, default=False),
    Column("created_at", UtcDateTime, nullable=False),
)

# What people write is of type Text: doors limit its length, and a mask may make it longer again.
comments = Table(
    "comments",
    metadata,
    _id(),
    _site(),
    Column("created_at", UtcDateTime, nullable=False),
    Column("content", Text, nullable=False),
    Column("author_name", Text, nullable=False),
    Column("author_url", Text, nullable=False),
    Column("permalink", Text, nullable=False),
    Column("post_title", Text, nullable=False),
    Column("parent_id", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("author_key", String(32), nullable=False),
    Column("network_key", String(32), nullable=False),
    Column("twin_by_name", BigInteger, nullable=False, unique=True),
    Column("twin_by_author", BigInteger, nullable=False, unique=True),
    Column("text_key", BigInteger, nullable=False),
    Column("honeypot_filled", Boolean, nullable=False),
    Column("submitted_after_ms", Integer),
    Column("is_test", Boolean, nullable=False),
    Column(
        "verdict", String(8), nullable=False
    ),  # the one in force: a person's, else the machine's
    Column("ruling", String(8)),
    Column("version", Integer, nullable=False, default=0),
    Column("sampled", Boolean, nullable=False, default=False),
    Column("wave_id", _ID),
    Column("signature", LargeBinary),
    Column("decision", JSON, nullable=False),
    Index("ix_comments_author_key_created_at", "author_key", "created_at"),
    _partial(
        "ix_comments_network_key_created_at",
        "network_key",
        "created_at",
        where="network_key <> ''",
    ),
    _partial("ix_comments_text_key", "text_key", where="ruling IS NOT NULL"),
    _partial("ix_comments_wave_id", "wave_id", where="wave_id IS NOT NULL"),
    Index("ix_comments_verdict_created_at", "verdict", "created_at"),
)

# Where near copies meet: the band keys of each comment that began a cluster, never of its copies.
bands = Table(
    "bands",
    metadata,
    Column("band", BigInteger, primary_key=True, autoincrement=False),
    Column("comment_id", _ID, ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_bands_comment_id", "comment_id"),
    sqlite_with_rowid=False,
)

# A cluster of two or more near copies; its id is that of the comment that began it.
waves = Table(
    "waves",
    metadata,
    _id(),
    _site(),
    Column("size", Integer, nullable=False),
    Column("recent", Integer, nullable=False),
    Column("recent_since", UtcDateTime, nullable=False),
    Column("last_author", String(32), nullable=False),
    Column("worst", String(8), nullable=False),
    Column("ruling", String(8)),
    Column("ruling_ends_at", UtcDateTime),
    Column("last_at", UtcDateTime, nullable=False),
    Index("ix_waves_site_id_last_at", "site_id", "last_at"),
)

# Every word of a person on a comment, appended; the one in force stands in comments.ruling.
rulings = Table(
    "rulings",
    metadata,
    _id(),
    Column("comment_id", _ID, ForeignKey("comments.id", ondelete="CASCADE"), nullable=False),
    Column("verdict", String(8), nullable=False),
    Column("labels", JSON, nullable=False),
    Column("note", Text, nullable=False),
    Column("moderator", String(100), nullable=False),
    Column("batch", _ID),  # rulings made in one stroke are undone in one stroke
    Column("created_at", UtcDateTime, nullable=False),
    Column("undone_at", UtcDateTime),
    Index("ix_rulings_comment_id", "comment_id"),
    Index("ix_rulings_batch", "batch"),
)

# People that a moderator blocked or trusts, by key: nobody needs to see an address for it.
standings = Table(
    "standings",
    metadata,
    Column("author_key", String(32), primary_key=True),
    _site(),
    Column("standing", String(8), nullable=False),
    Column("set_by", String(100), nullable=False),
    Column("set_at", UtcDateTime, nullable=False),
)

# How the comments that linked to a host fared on one site.
hosts = Table(
    "hosts",
    metadata,
    Column("site_id", _ID, ForeignKey("sites.id", ondelete="CASCADE"), primary_key=True),
    Column("host", String(253), primary_key=True),
    Column("accepted", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
)

# The first answer to a request that carried an Idempotency-Key, kept for a day.
answers = Table(
    "answers",
    metadata,
    Column("key_digest", String(32), primary_key=True),
    Column("request_digest", String(32), nullable=False),
    Column("comment_id", _ID, ForeignKey("comments.id", ondelete="CASCADE"), nullable=False),
    Column("decision", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_answers_comment_id", "comment_id"),
)
