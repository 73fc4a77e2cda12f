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
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
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

_ALONE = "verdict = 'hold' AND wave_id IS NULL AND NOT is_test"
_ID = String(36)
_DIGEST = String(64)


def _id() -> Column[str]:
    return Column("id", _ID, primary_key=True)


def _partial(name: str, *columns: str, where: str) -> Index:
    """An index over the rows that are looked for; the others pay nothing for it."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


def _site() -> Column[str]:
    return Column("site_id", _ID, ForeignKey("sites.id", ondelete="CASCADE"), nullable=False)


def _moderator() -> Column[str]:
    there = ForeignKey("moderators.id", ondelete="CASCADE")
    return Column("moderator_id", _ID, there, nullable=False)


sites = Table(
    "sites",
    metadata,
    _id(),
    Column("name", String(100), nullable=False, unique=True),
    Column("key_digest", _DIGEST, nullable=False, unique=True),
    Column("short_key_digest", _DIGEST, nullable=False, unique=True),
    Column("coral_generation", Integer, nullable=False, default=0),
    Column("coral_secret", LargeBinary),  # Coral's own, sealed: see signing.py
    Column("last_event", BigInteger, nullable=False, default=0),
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

# What a site's rulings say of its thresholds, in versions: a decision names the one it was under.
learnt = Table(
    "learnt",
    metadata,
    Column("site_id", _ID, ForeignKey("sites.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("model_version", String(64), nullable=False),
    Column("body", JSON, nullable=False),
    Column("learnt_at", UtcDateTime, nullable=False),
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

# Who has signed in: a session ends when its row goes. Cookies and tokens are kept as keyed digests.
sessions = Table(
    "sessions",
    metadata,
    Column("digest", _DIGEST, primary_key=True),
    _moderator(),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Index("ix_sessions_moderator_id", "moderator_id"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("digest", _DIGEST, primary_key=True),
    _moderator(),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_tokens_moderator_id", "moderator_id"),
)

# Wrong passwords by a keyed digest of the name that was tried, whether or not anybody has it.
guesses = Table(
    "guesses",
    metadata,
    Column("name_digest", _DIGEST, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("locked_until", UtcDateTime, nullable=False),
    Index("ix_guesses_locked_until", "locked_until"),
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
    Column("permalink_key", BigInteger, nullable=False),  # to find it by: see storage/facets.py
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
    Column("complaint_due_at", UtcDateTime),  # of the oldest complaint that waits for an answer
    Column("decision", JSON, nullable=False),
    # What the queue sorts and filters by: see storage/facets.py.
    Column("language", String(8), nullable=False),
    Column("score", Float, nullable=False),
    Column("margin", Float, nullable=False),
    Column("codes", Text, nullable=False),
    # All that is counted of an author's past, so that no comment has to be read for it.
    Index("ix_comments_author_past", "author_key", "created_at", "verdict", "text_key", "is_test"),
    _partial(
        "ix_comments_network_key_created_at",
        "network_key",
        "created_at",
        where="network_key <> ''",
    ),
    _partial("ix_comments_text_key", "text_key", where="ruling IS NOT NULL"),
    _partial("ix_comments_permalink_key", "permalink_key", where="permalink_key <> 0"),
    _partial("ix_comments_wave_id", "wave_id", "verdict", "id", where="wave_id IS NOT NULL"),
    _partial("ix_comments_real", "verdict", "id", where="NOT is_test"),
    # One for each order of what waits alone; copies wait as one card, found through their wave.
    # The verdict, always hold, and wave_id, always null, lead SQLite's planner to these indexes.
    _partial("ix_comments_waiting", "verdict", "wave_id", "id", where=_ALONE),
    _partial("ix_comments_teaching", "wave_id", "margin", "id", where=_ALONE),
    # With all that is asked of it, so that no comment is read.
    _partial(
        "ix_comments_scores",
        "verdict",
        "score",
        "is_test",
        where="verdict = 'hold' AND NOT is_test",
    ),
    _partial(
        "ix_comments_complaint_due_at",
        "complaint_due_at",
        "id",
        where="complaint_due_at IS NOT NULL",
    ),
    _partial("ix_comments_samples", "id", where="sampled AND ruling IS NULL"),
    _partial("ix_comments_checked", "site_id", "id", where="sampled AND ruling IS NOT NULL"),
    _partial("ix_comments_second", "id", where="sampled AND ruling IS NOT NULL"),
    _partial(
        "ix_comments_rolling",
        "verdict",
        "wave_id",
        "id",
        where="verdict = 'hold' AND wave_id IS NOT NULL AND NOT is_test",
    ),
)


# Which card a moderator has before them, for as long as nobody need ask.
claims = Table(
    "claims",
    metadata,
    Column("card", _ID, primary_key=True),
    Column("moderator", String(100), nullable=False),
    Column("until", UtcDateTime, nullable=False),
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
    Column("sent_id", _ID),  # the sender's name for it: sent twice, it is one ruling
    Column("saw_score", Boolean),  # whether the machine's view lay before the person; null: unknown
    Column("created_at", UtcDateTime, nullable=False),
    Column("undone_at", UtcDateTime),
    Index("ix_rulings_comment_id", "comment_id"),
    Index("ix_rulings_batch", "batch"),
    Index("ix_rulings_sent_id", "sent_id"),
    Index("ix_rulings_created_at", "created_at"),
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

# The hosts that comments link to: how those comments fare is read from the comments themselves, so
# rulings count the moment they are made or taken back.
links = Table(
    "links",
    metadata,
    Column("site_id", _ID, ForeignKey("sites.id", ondelete="CASCADE"), primary_key=True),
    Column("host", Text, primary_key=True),
    Column("comment_id", _ID, ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True),
    Column("is_website", Boolean, nullable=False),
    Index("ix_links_comment_id", "comment_id"),
    sqlite_with_rowid=False,
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

# What happened, for the site: ids, verdicts and codes, never a word that anybody wrote. `number`
# counts a site's events without a hole, in the order of their commits; see storage/events.py.
events = Table(
    "events",
    metadata,
    _id(),
    _site(),
    Column("number", BigInteger, nullable=False),
    Column("type", String(32), nullable=False),
    Column("subject", _ID, nullable=False),  # the comment or wave: order is kept for each
    Column("data", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("site_id", "number"),
    Index("ix_events_subject", "subject"),
)

# Where a site wants to be told. Secrets are derived from `generation`, not stored.
webhooks = Table(
    "webhooks",
    metadata,
    _id(),
    _site(),
    Column("url", Text, nullable=False),
    Column("allow_private", Boolean, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("old_secret_until", UtcDateTime),
    Column("quiet_until", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_webhooks_site_id", "site_id"),
)

# The outbox: what is still to be told. A row goes when its receiver has said 2xx.
deliveries = Table(
    "deliveries",
    metadata,
    Column("webhook_id", _ID, ForeignKey("webhooks.id", ondelete="CASCADE"), primary_key=True),
    Column("event_id", _ID, ForeignKey("events.id", ondelete="CASCADE"), primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("subject", _ID, nullable=False),
    Column("dead", Boolean, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Column("give_up_at", UtcDateTime, nullable=False),
    Column("lease", _ID, nullable=False),
    Column("leased_until", UtcDateTime),
    Column("last_answer", String(32), nullable=False),
    Index("ix_deliveries_webhook_id_subject_number", "webhook_id", "subject", "number"),
    Index("ix_deliveries_dead_next_at", "dead", "next_at"),
    Index("ix_deliveries_event_id", "event_id"),
)

# Readers' complaints. No foreign key to the comment: the record outlives what it is about.
complaints = Table(
    "complaints",
    metadata,
    _id(),
    _site(),
    Column("comment_id", _ID, nullable=False),
    Column("reason", String(16), nullable=False),
    Column("detail", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("resolved_at", UtcDateTime),
    Column("outcome", String(8), nullable=False),
    Column("ruling_id", _ID),
    Index("ix_complaints_site_id_created_at", "site_id", "created_at"),
    Index("ix_complaints_comment_id", "comment_id"),
    Index("ix_complaints_ruling_id", "ruling_id"),
)

# What a candidate model would have answered beside the one in force: numbers and codes only. The
# text is the comment's, and `text_key` tells whether it still is the one that was judged.
shadow_judgements = Table(
    "shadow_judgements",
    metadata,
    Column("model_version", String(64), primary_key=True),
    Column("comment_id", _ID, ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True),
    Column("text_key", BigInteger, nullable=False),
    Column("champion_version", String(64), nullable=False),
    Column("champion_verdict", String(8), nullable=False),
    Column("verdict", String(8), nullable=False),
    Column("rule", String(32), nullable=False),
    Column("codes", Text, nullable=False),
    Column("judged_at", UtcDateTime, nullable=False),
    Index("ix_shadow_judgements_comment_id", "comment_id"),
)

# Comments by the quarter of an hour since 1970, and how far they are counted; storage/tallies.py.
tallies = Table(
    "tallies",
    metadata,
    Column("quarter", BigInteger, primary_key=True, autoincrement=False),
    Column("body", JSON, nullable=False),
)

tallied = Table(
    "tallied",
    metadata,
    Column("site_id", _ID, ForeignKey("sites.id", ondelete="CASCADE"), primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("marks", BigInteger, nullable=False),
)

# How a week's comments look to a model, as counts that hold nothing anybody wrote.
drift_weeks = Table(
    "drift_weeks",
    metadata,
    Column("model_version", String(64), primary_key=True),
    Column("week", String(10), primary_key=True),  # its Monday, UTC
    Column("body", JSON, nullable=False),
    Column("measured_at", UtcDateTime, nullable=False),
)

# One row: the newest revision that a release must know at least to serve these tables.
served_since = Table("served_since", metadata, Column("revision", String(32), primary_key=True))
