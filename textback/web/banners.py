"""What is wrong right now, in words that tell a receptionist what it means for them."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from textback.core.links import ENGINE, LinkState
from textback.core.office import Office
from textback.store.links import is_known, running_engines
from textback.store.models import Link

NOT_RUNNING = "The textback engine is not running: no texts go out, and no calls are seen."
NOT_RUNNING_AT = (
    "The textback engine at {} is not running: its modem sends no texts, its calls are not seen."
)
NOT_SET_UP = (
    "The office is not set up yet: callers get no texts. An admin can do it under Settings."
)
_BROKEN = {
    ("pbx", LinkState.DOWN): "No connection to the phone system: missed calls are not seen.",
    ("pbx", LinkState.REFUSED): "The phone system refuses the connection: calls are not seen.",
    ("modem", LinkState.DOWN): "No connection to the modem: no texts go out or come in.",
    ("modem", LinkState.REFUSED): "The modem or its SIM refuses to work: no texts go out.",
}
_MEANING = ": no texts "


def banners(links: Iterable[Link], office: Office | None, now: datetime) -> Iterator[str]:
    """One line for each thing that is wrong, the widest first."""
    if office is None:
        yield NOT_SET_UP
    links = list(links)
    running = running_engines(links, now)
    if not running:
        yield NOT_RUNNING
    for link in links:
        if not is_known(link, running):
            # What a stopped engine last said of its links means nothing now.
            if running and link.kind == ENGINE:
                yield NOT_RUNNING_AT.format(link.name)
            continue
        if stands_in := stand_in(link, links, running, now):
            yield f"{stands_in} {link.detail}".strip()
        elif words := _BROKEN.get((link.kind, link.state)):
            yield _broken(link, words)
        else:
            yield from _reservations(link)


def _reservations(link: Link) -> Iterator[str]:
    """What staff should know of a link although it works."""
    if link.warning:
        yield f"{link.name}: {link.warning}"
    elif link.kind == "pbx" and link.state is LinkState.UP and link.detail:
        yield link.detail  # it is heard, but does not tell all that it should


def stand_in(link: Link, links: Iterable[Link], running: frozenset[str], now: datetime) -> str:
    """What becomes of the texts of a modem that does not work while others do; "" otherwise."""
    others = (other for other in links if other.kind == "modem" and other is not link)
    fails = link.kind == "modem" and link.state in (LinkState.DOWN, LinkState.REFUSED)
    if not fails or not any(o.state is LinkState.UP and is_known(o, running) for o in others):
        return ""
    if link.binds_until is not None and now < link.binds_until:
        return f"The modem {link.name} does not work. Its conversations wait for it for now."
    return (
        f"The modem {link.name} does not work. Texts of its conversations go out through another, "
        "from that one's number."
    )


def _broken(link: Link, words: str) -> str:
    if link.kind == "modem" and _MEANING in link.detail:
        return link.detail  # it is connected, and says itself what does not work
    return f"{words} {link.detail}".strip()
