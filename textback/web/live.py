"""How an open page learns that something changed, without asking all the time."""

from collections.abc import Callable

from flask import Blueprint, abort, request

from textback.web.context import context
from textback.web.guard import TOPICS, by_itself, token

SLICE, SLICES = 0.5, 50  # seconds, and how many of them one request is held
AGAIN_IN = 2  # seconds until a page may ask again that could not be held


bp = Blueprint("live", __name__)


@bp.get("/live")
def wait() -> dict[str, int]:
    since = request.args.get("since", type=int)
    if since is None or not by_itself():
        abort(400)
    with context().seats.seat(token()) as free:
        version = _wait(since) if free else context().changes.version(*TOPICS)
    return {"version": version, "again_in": 0 if free else AGAIN_IN}


def _wait(since: int) -> int:
    """The version as soon as it is not `since`, or after a while.

    In slices, because only in between can a browser that went away be noticed. When the server
    stops, each slice ends at once.
    """
    gone: Callable[[], bool] = request.environ.get("waitress.client_disconnected", lambda: False)
    version = since
    for _ in range(SLICES):
        version = context().changes.wait(since, SLICE, *TOPICS)
        if version != since or gone():
            break
    return version
