"""`textback status`, `calls` and `messages`: straight from the database, for admins and scripts."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from textback import wiring
from textback.cli.options import (
    config_errors,
    config_option,
    json_option,
    load_or_exit,
    since_option,
)
from textback.core.links import LinkState
from textback.core.policy import words
from textback.store import calls as call_store
from textback.store import links as link_store
from textback.store import messages as message_store
from textback.store.database import Database
from textback.store.models import Call, Link, Message


@click.command()
@config_option
@json_option
def status(config_file: Path, as_json: bool) -> None:
    """The links to the PBX and the modem, and how many texts wait.

    \b
    Example:  textback status --config /etc/textback.toml || mail -s "textback is down" me
    Exit codes: 0 all is up, 1 something is not, 78 bad configuration
    """
    now = wiring.utc_now()
    with _database(config_file).read() as session:
        rows = link_store.links(session)
        running = link_store.running_engines(rows, now)
        links = [_link(link, link_store.is_known(link, running)) for link in rows]
        queued = message_store.outbox_length(session)
    if as_json:
        click.echo(json.dumps({"links": links, "queued": queued}))
    else:
        for link in links:
            told = " ".join(filter(None, (link["detail"], link["warning"])))
            click.echo(_line(link["kind"], link["name"], link["state"], told))
        click.echo(f"{queued} text(s) waiting to be sent")
    if not links or any(link["state"] != LinkState.UP for link in links):
        raise click.exceptions.Exit(1)


@click.command()
@config_option
@since_option
@json_option
def calls(config_file: Path, since: datetime | None, as_json: bool) -> None:
    """The judged calls, and what was decided about each.

    \b
    Example:  textback calls --config /etc/textback.toml --since 24h --json
    """
    with _database(config_file).read() as session:
        rows = [_call(call) for call in call_store.calls_since(session, since)]
    _show(rows, as_json, ("ended_at", "caller", "did", "outcome", "texted", "decision_in_words"))


@click.command()
@config_option
@since_option
@json_option
def messages(config_file: Path, since: datetime | None, as_json: bool) -> None:
    """The texts, in and out, with their state.

    \b
    Example:  textback messages --config /etc/textback.toml --since 24h
    """
    with _database(config_file).read() as session:
        rows = [_message(m) for m in message_store.messages_since(session, since)]
    _show(rows, as_json, ("at", "direction", "number", "state", "kind", "text"))


def _database(config_file: Path) -> Database:
    with config_errors(config_file):
        return wiring.open_database(load_or_exit(config_file))


def _show(rows: Iterable[Mapping[str, Any]], as_json: bool, columns: tuple[str, ...]) -> None:
    """JSON is one object a line; people get tab-separated columns."""
    for row in rows:
        click.echo(json.dumps(row) if as_json else _line(*(row[c] for c in columns)))


def _line(*cells: object) -> str:
    # Texts and names come from strangers: nothing of them may steer the terminal.
    return "\t".join("".join(c if c.isprintable() else "�" for c in str(cell)) for cell in cells)


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _link(link: Link, known: bool) -> dict[str, Any]:
    return {
        "kind": link.kind,
        "name": link.name,
        "state": link.state.value if known else LinkState.DOWN.value,
        "detail": link.detail if known else "the engine is not running",
        "warning": link.warning if known else "",
        "facts": link.facts,
        "since": _time(link.since),
        "seen_at": _time(link.seen_at),
    }


def _call(call: Call) -> dict[str, Any]:
    return {
        "pbx": call.pbx,
        "uniqueid": call.uniqueid,
        "linkedid": call.linkedid,
        "caller": call.caller,
        "did": call.did,
        "outcome": call.outcome.value,
        "person_reached": call.person_reached,
        "voicemail": call.voicemail.value,
        "would_text": call.would_text,
        "reason": call.reason,
        "texted": call.texted,
        "decision": call.decision,
        "decision_in_words": words(call.decision),
        "started_at": _time(call.started_at),
        "ended_at": _time(call.ended_at),
    }


def _message(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "direction": message.direction.value,
        "number": message.conversation.number,
        "kind": message.kind.value,
        "state": message.state.value,
        "detail": message.detail,
        "text": message.body,
        "at": _time(message.at),
        "sent_at": _time(message.sent_at),
        "settled_at": _time(message.settled_at),
        "attempts": message.attempts,
        "references": [p.reference for p in message.parts if p.reference is not None],
    }
