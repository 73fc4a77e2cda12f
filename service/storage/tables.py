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
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
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
    Column("honeypot_filled", Boolean, nullable=False),
    Column("submitted_after_ms", Integer),
    Column("is_test", Boolean, nullable=False),
    Column("verdict", String(8), nullable=False),
    Column("decision", JSON, nullable=False),
    Index("ix_comments_author_key", "author_key"),
    Index("ix_comments_verdict_created_at", "verdict", "created_at"),
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
