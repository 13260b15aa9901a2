"""what a modem tells of itself, and the PINs that were spent on a SIM"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "spent_pin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sim", sa.String(length=32), nullable=False),
        sa.Column("pin_hash", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spent_pin")),
    )
    with op.batch_alter_table("spent_pin", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_spent_pin_sim"), ["sim"], unique=False)
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("facts", sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
        )


def downgrade() -> None:
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.drop_column("facts")
    with op.batch_alter_table("spent_pin", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_spent_pin_sim"))
    op.drop_table("spent_pin")
