"""How many random cases a test tries, and which: TEXTBACK_FUZZ and its like set the number,
TEXTBACK_SEED repeats a run."""

import os
import secrets


def amount(variable: str, default: int) -> int:
    return int(os.environ.get(variable, default))


def seed() -> int:
    return int(os.environ.get("TEXTBACK_SEED", secrets.randbelow(2**32)))
