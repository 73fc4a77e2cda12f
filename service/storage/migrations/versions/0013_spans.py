"""What people ruled in the last month is found without reading all that they ever ruled."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_rulings_created_at", "rulings", ["created_at"])
