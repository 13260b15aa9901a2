"""What every page needs: the application's parts, and whoever is signed in."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from threading import Semaphore
from typing import ParamSpec, TypeVar

from flask import abort, current_app, g

from textback.core.errors import ConfigError
from textback.core.office import Office
from textback.store.changes import Changes
from textback.store.database import Database
from textback.store.office import load_office
from textback.store.staff import Person
from textback.web.seats import Seats

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class WebConfig:
    """How the web is set up.

    `secret_key` signs cookies; `secure_cookies` says that browsers come by HTTPS; `extra_link` is
    one more (title, URL) in the header.
    """

    secret_key: str
    secure_cookies: bool = False
    extra_link: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """The parts that the pages work with."""

    config: WebConfig
    database: Database
    changes: Changes
    now: Callable[[], datetime]
    seats: Seats
    # A check takes 32 MB (scrypt's N and r); a flood of sign-ins must not take all memory.
    checking: Semaphore = field(default_factory=lambda: Semaphore(2))


def context() -> Context:
    found: Context = current_app.extensions["textback"]
    return found


def person() -> Person:
    """Who is signed in; only for pages that let nobody else in."""
    signed_in: Person = g.person
    return signed_in


def office() -> Office | None:
    """The office's settings, None while it is not set up; read once per request."""
    if "office" not in g:
        with context().database.read() as session:
            try:
                g.office = load_office(session)
            except ConfigError:  # kept by a program with other rules: to be set up again
                g.office = None
    found: Office | None = g.office
    return found


def office_or_default() -> Office:
    return office() or Office()


def admins_only(view: Callable[P, R]) -> Callable[P, R]:
    """Answer 403 to whoever is no admin."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not person().admin:
            abort(403)
        return view(*args, **kwargs)

    return guarded
