"""textback against a real Asterisk, with real SIP calls."""
