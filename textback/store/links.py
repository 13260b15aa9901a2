"""What the engine says of itself, the PBXs and the modems, for pages and commands to show."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from textback.core.links import STALE_AFTER, LinkReport, LinkState
from textback.store.changes import Topic, bump
from textback.store.models import Link


def report(session: Session, kind: str, name: str, state: LinkReport, now: datetime) -> None:
    """Note a link's state; `since` moves only when the state does."""
    link = session.get(Link, (kind, name))
    if link is None:
        link = Link(kind=kind, name=name, state=state.state, detail="", since=now, seen_at=now)
        session.add(link)
    lost_now = link.state is LinkState.UP and state.state in (LinkState.DOWN, LinkState.REFUSED)
    if state.state is LinkState.UP or lost_now:
        link.up_at = now  # CONNECTING after UP is a new start: when it was last up is long ago
    if state.deaf_since is not None and link.up_at is not None:
        link.up_at = min(link.up_at, state.deaf_since)
    if link.state is not state.state:
        link.since = now
    before = (link.state, link.detail, link.facts)
    link.state, link.detail, link.seen_at = state.state, state.detail[:255], now
    link.facts = dict(state.facts)
    if before != (link.state, link.detail, link.facts) or link in session.new:
        bump(session, Topic.LINKS)


def engine_is_alive(rows: Iterable[Link], now: datetime) -> bool:
    """Whether the engine runs, so that what it said of its links is worth something."""
    engines = (link for link in rows if link.kind == "engine")
    return any(e.state is LinkState.UP and abs(now - e.seen_at) <= STALE_AFTER for e in engines)


def last_up(session: Session, kind: str, name: str) -> datetime | None:
    """When this link was last known to be up; None when it never was."""
    link = session.get(Link, (kind, name))
    return link.up_at if link else None


def forget_others(session: Session, kept: set[tuple[str, str]]) -> None:
    """Drop the links, named by (kind, name), that are no longer in the configuration."""
    session.execute(delete(Link).where(tuple_(Link.kind, Link.name).not_in(kept)))


def links(session: Session) -> list[Link]:
    return list(session.scalars(select(Link).order_by(Link.kind, Link.name)))
