"""An office that had one modem before conversations had one: they stay with it."""

from sqlalchemy import text

from textback.store.database import Database
from textback.store.migrate import upgrade

BEFORE = """
INSERT INTO conversation (id, number, name, open, created_at, last_at) VALUES
    (1, '+12125550143', '', true, '2026-11-23', '2026-11-23'),
    (2, '+12125550177', '', true, '2026-11-23', '2026-11-23');
INSERT INTO message (id, conversation_id, direction, kind, body, state, detail, at, priority,
                     attempts, modem) VALUES
    (1, 1, 'out', 'greeting', 'x', 'sent', '', '2026-11-23', 0, 1, 'north'),
    (2, 1, 'in', 'incoming', 'x', 'received', '', '2026-11-24', 0, 0, 'south'),
    (3, 1, 'out', 'reply', 'x', 'queued', '', '2026-11-25', 0, 0, ''),
    (4, 2, 'out', 'reply', 'x', 'queued', 'busy', '2026-11-25', 0, 1, 'north'),
    (5, 2, 'out', 'reply', 'x', 'queued', 'busy', '2026-11-25', 0, 1, 'north');
INSERT INTO part (id, message_id, position, pdu, length, state, modem) VALUES
    (1, 4, 1, '00', 1, 'planned', ''),
    (2, 5, 1, '00', 1, 'out', 'north'),
    (3, 5, 2, '00', 1, 'planned', '')
"""


def test_conversations_stay_with_the_modem_they_had_last(no_tables: Database) -> None:
    upgrade(no_tables, "0001")
    with no_tables.connection() as connection:
        for statement in BEFORE.split(";"):
            connection.execute(text(statement))
    upgrade(no_tables)
    with no_tables.connection() as connection:
        modems = connection.execute(text("SELECT modem FROM conversation ORDER BY id")).scalars()
        assert list(modems) == ["south", "north"]
        texts = connection.execute(text("SELECT modem FROM message ORDER BY id")).scalars()
        assert list(texts) == ["north", "south", "", "", "north"]
