"""How the engine, the phone system and the modem are."""

from flask import Blueprint, render_template

from textback.store import links, messages
from textback.web.banners import is_alive
from textback.web.context import context

bp = Blueprint("status", __name__)


@bp.get("/status")
def index() -> str:
    web = context()
    with web.database.read() as db:
        found, queued = links.links(db), messages.outbox_length(db)
        alive = any(is_alive(link, web.now()) for link in found if link.kind == "engine")
        return render_template("status.html", links=found, queued=queued, alive=alive)


health = Blueprint("health", __name__)


@health.get("/healthz")
def healthz() -> tuple[str, dict[str, str]]:
    return "ok\n", {"Content-Type": "text/plain; charset=utf-8"}
