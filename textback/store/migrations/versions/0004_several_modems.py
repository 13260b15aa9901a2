"""which modem a conversation is known by, and for how long a modem's texts wait for it"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# What was sent or received last says by which SIM's number a person knows the office.
_LAST_MODEM = """
UPDATE conversation SET modem = coalesce((
    SELECT message.modem FROM message
    WHERE message.conversation_id = conversation.id AND message.modem <> ''
    ORDER BY message.at DESC, message.id DESC LIMIT 1), '')
"""
# Only a text of which a part is out already must wait for the modem that had it in hand.
_FREE = """
UPDATE message SET modem = '' WHERE state = 'queued' AND NOT EXISTS (
    SELECT 1 FROM part WHERE part.message_id = message.id AND part.state <> 'planned')
"""


def _name(column: str) -> sa.Column[str]:
    return sa.Column(column, sa.String(length=64), nullable=False, server_default="")


def upgrade() -> None:
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.add_column(_name("modem"))
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.add_column(_name("instead_of"))
    with op.batch_alter_table("part", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_part_modem_sent_at"), ["modem", "sent_at"], unique=False
        )
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("warning", sa.String(length=255), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("binds_until", sa.DateTime(timezone=True), nullable=True))
    op.execute(_LAST_MODEM)
    op.execute(_FREE)


def downgrade() -> None:
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.drop_column("binds_until")
        batch_op.drop_column("warning")
    with op.batch_alter_table("part", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_part_modem_sent_at"))
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_column("instead_of")
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.drop_column("modem")
