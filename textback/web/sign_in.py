"""Signing in and out."""

import math
from datetime import timedelta

from flask import Blueprint, g, make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from textback.store import audit, staff
from textback.store import sign_in as store
from textback.web.context import context
from textback.web.guard import cookie_name, local_path, token

bp = Blueprint("sign_in", __name__)


@bp.get("/sign-in")
def form() -> str:
    return _form()


@bp.post("/sign-in")
def submit() -> str | Response | tuple[str, int]:
    username = request.form.get("username", "")
    wait = _begin(username)
    if wait:
        return _form(f"Too many tries. Please wait {_in_words(wait)} and try again."), 429
    with context().checking:
        person = _check(username, request.form.get("password", ""))
    if person is None:
        return _form("That user name and password do not go together."), 401
    return _signed_in(person)


@bp.post("/sign-out")
def sign_out() -> Response:
    web = context()
    with web.database.write() as db:
        store.sign_out(db, token())
        audit.add(db, web.now(), g.person.id, "signed out", f"staff {g.person.id}")
    session.clear()
    answer = make_response(redirect(url_for("sign_in.form")))
    answer.delete_cookie(cookie_name(web.config), secure=web.config.secure_cookies)
    return answer


def _form(problem: str = "") -> str:
    target = request.values.get("next", "")
    return render_template("sign_in.html", problem=problem, next=local_path(target))


def _begin(username: str) -> timedelta:
    web = context()
    with web.database.write() as db:
        wait = store.begin_attempt(db, username, request.remote_addr or "", web.now())
        if wait:
            audit.add(db, web.now(), None, "sign-in slowed down", "", request.remote_addr or "")
        return wait


def _check(username: str, password: str) -> staff.Person | None:
    with context().database.read() as db:
        return staff.check_password(db, username, password)


def _signed_in(person: staff.Person) -> Response:
    web = context()
    with web.database.write() as db:
        store.sign_out(db, token())
        fresh = store.sign_in(db, person, web.now())
        audit.add(db, web.now(), person.id, "signed in", f"staff {person.id}")
    session.clear()
    answer = make_response(redirect(local_path(request.form.get("next", ""))))
    answer.set_cookie(
        cookie_name(web.config),
        fresh,
        httponly=True,
        samesite="Lax",
        secure=web.config.secure_cookies,
    )
    return answer


def _in_words(wait: timedelta) -> str:
    seconds = math.ceil(wait.total_seconds())
    return f"{seconds} s" if seconds < 60 else f"{math.ceil(seconds / 60)} min"
