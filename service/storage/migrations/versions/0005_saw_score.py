"""Whether a moderator saw the machine's view before ruling."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("rulings") as rulings:
        rulings.add_column(sa.Column("saw_score", sa.Boolean))
