"""Row ids in addresses and forms."""

from typing import Any

from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**31 - 1  # what every database's integer holds


class IdConverter(IntegerConverter):
    """`<id:name>` in a route: an integer that a row can have."""

    def __init__(self, map: Map, **options: Any) -> None:
        super().__init__(map, max=LARGEST, **options)


def row_id(text: str) -> int:
    """An id from a form or a query. Raises ValueError where no row can have it."""
    value = int(text)
    if not 0 <= value <= LARGEST:
        raise ValueError("no row has this id")
    return value
