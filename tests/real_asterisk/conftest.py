"""Fixtures: a real Asterisk of each version, started once for all tests."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
    """A running Asterisk of each version."""
    with running(request.param, tmp_path_factory.mktemp(f"asterisk-{request.param}-")) as asterisk:
        yield asterisk


@contextmanager
def running(version: str, folder: Path, technology: str = "PJSIP") -> Iterator[RealAsterisk]:
    """A running Asterisk; skips where none can be had, unless TEXTBACK_INSIST=1."""
    try:
        with RealAsterisk(version, folder, technology) as asterisk:
            yield asterisk
    except AsteriskUnavailableError as error:
        if os.environ.get("TEXTBACK_INSIST") == "1":
            raise
        pytest.skip(str(error))


@pytest.fixture(autouse=True)
def _no_call_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    shared = "asterisk" in request.fixturenames
    asterisk: RealAsterisk | None = request.getfixturevalue("asterisk") if shared else None
    yield
    if asterisk is not None:
        asterisk.end_calls()
