from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.office import SimulatedOffice, simulated_office
from textback.store.database import Database


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Iterator[SimulatedOffice]:
    """An office whose modem gives up early on an answer that does not come."""
    with simulated_office(database, tmp_path, send_timeout=1.0) as office:
        yield office
