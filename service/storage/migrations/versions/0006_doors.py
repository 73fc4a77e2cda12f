"""The doors: Coral's own secret, and a number by which a permalink is found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.storage.facets import permalink_key

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_PAGE = 1_000


def upgrade() -> None:
    with op.batch_alter_table("sites") as sites:
        sites.add_column(sa.Column("coral_secret", sa.LargeBinary))
    with op.batch_alter_table("comments") as comments:
        comments.add_column(
            sa.Column("permalink_key", sa.BigInteger, nullable=False, server_default="0")
        )
    _fill_in()
    found = sa.text("permalink_key <> 0")
    op.create_index(
        "ix_comments_permalink_key",
        "comments",
        ["permalink_key"],
        sqlite_where=found,
        postgresql_where=found,
    )


def _fill_in() -> None:
    """Number the permalinks that are there already, a page at a time."""
    comments = sa.table(
        "comments", *(sa.column(name) for name in ("id", "permalink", "permalink_key"))
    )
    page = sa.select(comments.c.id, comments.c.permalink).order_by(comments.c.id).limit(_PAGE)
    number = (
        sa.update(comments)
        .where(comments.c.id == sa.bindparam("comment"))
        .values(permalink_key=sa.bindparam("key"))
    )
    after = ""
    while rows := op.get_bind().execute(page.where(comments.c.id > after)).all():
        values = [{"comment": row.id, "key": permalink_key(row.permalink)} for row in rows]
        op.get_bind().execute(number, values)
        after = rows[-1].id
