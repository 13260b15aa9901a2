"""The inbox as a Flask application."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask, g, render_template, request
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException

from textback.store import inbox as store
from textback.store import links
from textback.store.changes import Changes
from textback.store.database import Database
from textback.web import (
    call_words,
    calls,
    doubts,
    guard,
    inbox,
    lines,
    live,
    people,
    settings,
    sign_in,
    status,
    words,
)
from textback.web.banners import banners
from textback.web.context import Context, WebConfig, context, office, office_or_default
from textback.web.ids import IdConverter
from textback.web.say import Say
from textback.web.seats import Seats

LARGEST_REQUEST = 64 * 1024  # octets; a long reply has a few thousand


def create_app(
    config: WebConfig, database: Database, changes: Changes, now: Callable[[], datetime]
) -> Flask:
    """The whole web. `changes` is started and stopped by the caller."""
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=config.secret_key,
        SESSION_COOKIE_NAME="textback_form",  # holds the CSRF token and messages, no sign-in
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.secure_cookies,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        WTF_CSRF_TIME_LIMIT=None,  # a form is good for as long as its browser is signed in
    )
    app.extensions["textback"] = Context(config, database, changes, now, Seats())
    app.url_map.converters["id"] = IdConverter
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    guard.install(app)  # before CSRFProtect: who is not signed in learns only that
    CSRFProtect(app)
    for room in (sign_in, inbox, doubts, live, calls, lines, settings, people, status):
        app.register_blueprint(room.bp)
    app.register_blueprint(status.health)
    app.context_processor(_for_every_page)
    app.jinja_env.globals.update(words=words, call_words=call_words)
    app.register_error_handler(HTTPException, _error_page)
    return app


def _for_every_page() -> dict[str, Any]:
    web = context()
    now = web.now()
    page = {
        "say": Say(now, office_or_default()),
        "office": office_or_default(),
        "person": g.get("person"),
        "extra_link": web.config.extra_link,
        "by_itself": guard.by_itself(),
        "version": g.get("version", 0),
    }
    return page | (_for_staff(now) if "person" in g else {})


def _for_staff(now: datetime) -> dict[str, Any]:
    with context().database.read() as db:
        return {
            "counts": store.counts(db, g.person.id),
            "banners": list(banners(links.links(db), office(), now)),
        }


_WORDS = {
    400: "The browser sent something this page does not understand.",
    403: "Only an admin may do this.",
    404: "There is no such page. It may have been an old link.",
    405: "This page cannot be opened this way.",
    409: "This cannot be done.",
    413: "That was too much at once.",
    500: "Something went wrong on our side. Please try again.",
}


def _error_page(error: HTTPException) -> tuple[str, int] | HTTPException:
    code = error.code or 500
    if code < 400:
        return error
    said = _WORDS.get(code, error.name)
    if isinstance(error, CSRFError):
        said = "This page was open for too long. Please go back, reload it and try again."
    if guard.by_itself():
        return said, code
    return render_template("error.html", said=said, path=request.path), code
