"""How the engine, the phone system and the modem are, and when nobody listened."""

from datetime import timedelta

from flask import Blueprint, render_template

from textback.store import calls, links, messages
from textback.web.banners import stand_in
from textback.web.context import context

GAPS_OF = timedelta(days=7)

bp = Blueprint("status", __name__)


@bp.get("/status")
def index() -> str:
    web = context()
    with web.database.read() as db:
        found, queued = links.links(db), messages.outbox_length(db)
        running = links.running_engines(found, web.now())
        known = {link: links.is_known(link, running) for link in found}
        notes = {link: stand_in(link, found, running, web.now()) for link in found if known[link]}
        gaps = calls.gaps_since(db, web.now() - GAPS_OF)
        return render_template("status.html", links=known, notes=notes, queued=queued, gaps=gaps)


health = Blueprint("health", __name__)


@health.get("/healthz")
def healthz() -> tuple[str, dict[str, str]]:
    """Whether the web answers and can read its database."""
    with context().database.read() as db:
        links.links(db)
    return "ok\n", {"Content-Type": "text/plain; charset=utf-8"}
