"""What strangers chose, made fit to be shown on one line."""

import unicodedata


def shortened(text: str, limit: int) -> str:
    """One line of at most `limit` visible characters; strangers' control characters are gone."""
    line = " ".join("".join(c for c in text if _harmless(c)).split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def _harmless(char: str) -> bool:
    # Cf has the marks that turn the direction of the text around; ZWJ is needed by emoji.
    category = unicodedata.category(char)
    return char in "\n\t\u200d" or category not in ("Cc", "Cf", "Co", "Cs")
