"""textback: a missed call becomes a text and a conversation, wholly inside the office."""
