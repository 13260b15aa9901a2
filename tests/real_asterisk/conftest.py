"""Fixtures: a real Asterisk of each version, started once for all tests."""

import os
from collections.abc import Iterator

import pytest

from .pbx import VERSIONS, AsteriskUnavailableError, RealAsterisk


@pytest.fixture(
    scope="session",
    params=[pytest.param(version, marks=pytest.mark.asterisk) for version in VERSIONS],
    ids=[f"asterisk-{version}" for version in VERSIONS],
)
def asterisk(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RealAsterisk]:
    """A running Asterisk; skips where none can be had, unless TEXTBACK_INSIST=1."""
    folder = tmp_path_factory.mktemp(f"asterisk-{request.param}-")
    try:
        with RealAsterisk(request.param, folder) as running:
            yield running
    except AsteriskUnavailableError as error:
        if os.environ.get("TEXTBACK_INSIST") == "1":
            raise
        pytest.skip(str(error))


@pytest.fixture(autouse=True)
def _no_call_left_behind(asterisk: RealAsterisk) -> Iterator[None]:
    yield
    asterisk.end_calls()
