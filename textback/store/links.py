"""What the engine says of itself, the PBXs and the modems, for pages and commands to show."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, true, tuple_
from sqlalchemy.orm import Session

from textback.core.links import ENGINE, STALE_AFTER, LinkReport, LinkState, engine_of
from textback.store.changes import Topic, bump
from textback.store.models import Link

# A box that was switched off for longer is taken for one that is no more.
GONE_AFTER = timedelta(days=30)


def report(
    session: Session,
    kind: str,
    name: str,
    state: LinkReport,
    now: datetime,
    binds_for: timedelta | None = None,
) -> None:
    """Note a link's state; `since` moves only when the state does.

    `binds_for`: how long the texts of a modem wait for it when it stops working, from the moment
    when it was last up or began to be tried.
    """
    link = session.get(Link, (kind, name))
    if link is None:
        link = Link(kind=kind, name=name, state=state.state, detail="", since=now, seen_at=now)
        session.add(link)
    lost_now = link.state is LinkState.UP and state.state in (LinkState.DOWN, LinkState.REFUSED)
    if state.state is LinkState.UP or lost_now:
        link.up_at = now  # CONNECTING after UP is a new start: when it was last up is long ago
    if state.deaf_since is not None and link.up_at is not None:
        link.up_at = min(link.up_at, state.deaf_since)
    begins = state.state is LinkState.CONNECTING and link.state is not LinkState.CONNECTING
    if binds_for and (state.state is LinkState.UP or begins or link in session.new):
        link.binds_until = now + binds_for
    if link.state is not state.state:
        link.since = now
    before = (link.state, link.detail, link.warning, link.facts)
    link.state, link.detail, link.seen_at = state.state, state.detail[:255], now
    link.warning, link.facts = state.warning[:255], dict(state.facts)
    if before != (link.state, link.detail, link.warning, link.facts) or link in session.new:
        bump(session, Topic.LINKS)


def running_engines(rows: Iterable[Link], now: datetime) -> frozenset[str]:
    """The names of the engines that run, so that what they said of their links is worth something.

    Each box has one; the clocks of boxes that share a database must agree within seconds.
    """
    engines = (link for link in rows if link.kind == ENGINE)
    return frozenset(
        e.name for e in engines if e.state is LinkState.UP and abs(now - e.seen_at) <= STALE_AFTER
    )


def is_known(link: Link, running: frozenset[str]) -> bool:
    """Whether the state of this link is worth something, by the engines that run."""
    return engine_of(link.kind, link.name) in running


def last_up(session: Session, kind: str, name: str) -> datetime | None:
    """When this link was last known to be up; None when it never was."""
    link = session.get(Link, (kind, name))
    return link.up_at if link else None


def forget_others(session: Session, kept: set[tuple[str, str]], box: str, now: datetime) -> None:
    """Drop the links, named by (kind, name), that are no longer in this box's configuration.

    Those of other boxes stay, but for boxes that are gone. A box without a name is the only one.
    """
    ours = Link.name.startswith(f"{box}/", autoescape=True) if box else true()
    session.execute(
        delete(Link).where(
            tuple_(Link.kind, Link.name).not_in(kept), or_(ours, Link.seen_at < now - GONE_AFTER)
        )
    )


def names(session: Session, kind: str) -> list[str]:
    return list(session.scalars(select(Link.name).where(Link.kind == kind).order_by(Link.name)))


def links(session: Session) -> list[Link]:
    return list(session.scalars(select(Link).order_by(Link.kind, Link.name)))
