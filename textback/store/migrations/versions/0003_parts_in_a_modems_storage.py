"""parts that a modem has in its own storage, and since when a part may have left"""

import sqlalchemy as sa
from alembic import op

from textback.store.database import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("part", schema=None) as batch_op:
        batch_op.add_column(sa.Column("handed_at", UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("by_storage", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(
            sa.Column("storage", sa.String(length=8), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("storage_index", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("part", schema=None) as batch_op:
        for name in ("storage_index", "storage", "by_storage", "handed_at"):
            batch_op.drop_column(name)
