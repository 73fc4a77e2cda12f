"""The tables say which releases may serve them, so that an earlier one need not guess.

Each migration from here on has a ``served_since``: the newest revision that a release must know at
least. One that only adds (tables, indexes, columns that may be null or have a default of the
server's) repeats the value of the one before it; any other names itself.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None
served_since = "0017"


def upgrade() -> None:
    op.create_table("served_since", sa.Column("revision", sa.String(32), primary_key=True))
