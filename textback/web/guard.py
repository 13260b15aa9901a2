"""Nobody gets in but by signing in; and what every answer tells the browser."""

from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from textback.store import sign_in
from textback.store.changes import Topic
from textback.web.context import WebConfig, context

# Everything else is for people who are signed in, also what somebody adds tomorrow.
FOR_EVERYBODY = frozenset({"static", "health.healthz", "sign_in.form", "sign_in.submit"})

# A page that keeps itself up to date says so: that is no sign that a person is there.
BY_ITSELF = "X-By-Itself"

TOPICS = (Topic.INBOX, Topic.LINKS)

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not 'no-referrer': Flask-WTF compares the referrer of forms sent by HTTPS.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def install(app: Flask) -> None:
    """Guard every request of `app`, and add the headers to every answer."""
    app.before_request(_require_sign_in)
    app.after_request(_add_headers)


def cookie_name(config: WebConfig) -> str:
    # With __Host- a browser refuses the cookie from any other host, also a subdomain.
    return "__Host-textback" if config.secure_cookies else "textback"


def token() -> str:
    """The token of the asking browser, "" where it has none."""
    return request.cookies.get(cookie_name(context().config), "")


def by_itself() -> bool:
    """Whether the page asks by itself, not a person."""
    return BY_ITSELF in request.headers


def local_path(target: str) -> str:
    """`target` if it is a path of this site, else the inbox: nobody is led elsewhere."""
    parts = urlsplit(target)
    ours = target.startswith("/") and not target.startswith(("//", "/\\"))
    clean = target.isprintable() and "\\" not in target
    return target if ours and clean and not (parts.scheme or parts.netloc) else "/"


def _require_sign_in() -> AnyResponse | None:
    # Before anything is read: a change that comes while the page is made is not missed.
    g.version = context().changes.version(*TOPICS)
    if request.endpoint in FOR_EVERYBODY:
        return None
    if _knows_browser():
        return None
    if by_itself():
        abort(401)
    back = request.full_path.rstrip("?") if request.method == "GET" else ""
    return redirect(url_for("sign_in.form", next=back if len(back) > 1 else None))


def _knows_browser() -> bool:
    web, now = context(), context().now()
    with web.database.read() as session:
        found = sign_in.signed_in(session, token(), now)
    if found is None:
        return False
    g.person, last_seen_at = found
    if not by_itself() and now - last_seen_at >= sign_in.SEEN_EVERY:
        with web.database.write() as session:
            sign_in.seen(session, token(), now)
    return True


def _add_headers(response: Response) -> Response:
    response.headers.update(HEADERS)
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    if context().config.secure_cookies:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response
