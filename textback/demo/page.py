"""The page on which one is the caller: place a call, read the phone, text back."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask import Flask, Response, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect

from textback.demo.phones import Phones

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

_FIRST = "no-answer"  # what the page offers before anything was chosen


@dataclass(frozen=True, slots=True)
class World:
    """What a caller can do, and with whom. `whats` and `lines` map a value to its description;
    `sim` is the line where nothing can happen but a hang-up.
    """

    callers: tuple[str, ...]
    lines: Mapping[str, str]
    sim: str
    whats: Mapping[str, str]
    place_call: Callable[[str, str, str], object]  # from, line, what happens
    send_text: Callable[[str, str], object]  # from, text
    phones: Phones
    inbox_url: str
    zone: ZoneInfo  # the callers are where the office is


def create_page(world: World) -> Flask:
    """The page as a WSGI application of its own: the inbox knows nothing of it."""
    app = Flask(__name__)
    app.secret_key = secrets.token_hex()
    app.config["SESSION_COOKIE_NAME"] = "demo"
    CSRFProtect(app)
    _add_views(app, world)

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["Cache-Control"] = "no-store"
        return response

    return app


def _add_views(app: Flask, world: World) -> None:
    @app.get("/")
    def phone() -> ResponseReturnValue:
        what = session.get("what", _FIRST)
        return render_template("demo.html", world=world, number=_number(world), chosen=what)

    @app.get("/screen")
    def screen() -> ResponseReturnValue:
        return render_template("screen.html", world=world, number=_number(world))

    @app.post("/phone")
    def take_phone() -> ResponseReturnValue:
        session["number"] = request.form["from"].strip()
        return redirect(url_for("phone"))

    @app.post("/call")
    def call() -> ResponseReturnValue:
        session["number"] = number = request.form["from"].strip()
        line, what = request.form["line"], request.form["what"]
        if not number or line not in world.lines or what not in world.whats:
            return "No such number, line or way for a call to go.", 400
        session["what"] = what
        return _called(world, number, line, what)

    @app.post("/text")
    def text() -> ResponseReturnValue:
        number, body = _number(world), request.form["text"].strip()
        if body:
            world.phones.wrote(number, body)
            world.send_text(number, body)
        return redirect(url_for("phone"))


def _called(world: World, number: str, line: str, what: str) -> ResponseReturnValue:
    try:
        world.place_call(number, line, what)
    except ValueError as error:
        return str(error), 400
    how = "" if line == world.sim else f": {world.whats[what]}"
    flash(f"Calling {world.lines[line]}{how}")
    return redirect(url_for("phone"))


def _number(world: World) -> str:
    """The phone in hand. It is kept in the cookie: no number stands in an address."""
    return str(session.get("number") or world.callers[0])
