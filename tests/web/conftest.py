from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.make import PASSWORD, Make
from tests.web.pages import Browser
from textback.store.changes import Changes
from textback.store.database import Database
from textback.web.app import create_app
from textback.web.context import WebConfig


@pytest.fixture
def make(database: Database) -> Make:
    return Make(database)


@pytest.fixture
def changes(make: Make) -> Iterator[Changes]:
    running = Changes(make.database)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def app(make: Make, changes: Changes) -> Flask:
    config = WebConfig(secret_key="for tests only")
    return create_app(config, make.database, changes, make.clock)


@pytest.fixture
def anybody(app: Flask) -> FlaskClient:
    """A browser in which nobody is signed in."""
    return app.test_client()


@pytest.fixture
def rosa(app: Flask, make: Make) -> Browser:
    """The browser of a receptionist, who is an admin too."""
    make.all_well()
    person = make.person("rosa", "Rosa Ortiz", admin=True)
    return Browser(app.test_client(), person).signed_in(PASSWORD)


@pytest.fixture
def ben(app: Flask, make: Make) -> Browser:
    """The browser of a colleague, who is no admin."""
    make.all_well()
    person = make.person("ben", "Ben Carter")
    return Browser(app.test_client(), person).signed_in(PASSWORD)
