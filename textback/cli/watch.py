"""`textback watch`: see the program think, on live calls or on a recording."""

import asyncio
import json
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from textback import wiring
from textback.asterisk.client import PbxListener
from textback.asterisk.connection import Connection
from textback.asterisk.events import Event
from textback.asterisk.frames import FrameReader, event_name, parse, recorded
from textback.asterisk.inbound import rule_for
from textback.asterisk.inquiry import answer
from textback.asterisk.reading import listened_to, to_event
from textback.asterisk.settings import AmiSettings
from textback.asterisk.tracker import CallTracker
from textback.cli.failing import fail
from textback.cli.options import json_option
from textback.cli.pbx_choice import chosen_pbx, link_faults, pbx_option
from textback.cli.watching import Line, Watcher
from textback.core.calls import Finding
from textback.core.errors import AccessRefused, LinkDown
from textback.core.links import LinkReport, LinkState

_CHUNK = 64 * 1024

Show = Callable[[Line, datetime | None], None]


@click.command()
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The box's settings (TOML).",
)
@pbx_option
@click.option(
    "--replay",
    "recording",
    type=click.Path(path_type=Path),
    metavar="FILE.ami",
    help="Watch a recording instead; --config then only tells which calls are inbound.",
)
@click.option("--mask", is_flag=True, help="Show the last two digits of phone numbers only.")
@json_option
def watch(
    config_file: Path | None,
    pbx_name: str | None,
    recording: Path | None,
    mask: bool,
    as_json: bool,
) -> None:
    """Follow calls: a line for each step, and at the end the verdict with its reason.

    It has a connection of its own and changes nothing. Only the calls themselves are judged: who
    was texted before, opening hours and the rules of a line do not enter. Ctrl-C ends it; a link
    that was lost is tried again.

    \b
    Example:  textback watch --config /etc/textback.toml
              textback watch --replay monday.ami
    Exit codes: 69 no connection, 77 login refused, 78 bad configuration
    """
    show = _show_json if as_json else _show
    if recording is not None:
        inbound = chosen_pbx(config_file, pbx_name).inbound if config_file else rule_for()
        _watch_recording(recording, Watcher(inbound, mask), show)
    elif config_file is not None:
        settings = chosen_pbx(config_file, pbx_name)
        with link_faults(settings):
            asyncio.run(_watch_live(settings, Watcher(settings.inbound, mask), show))
    else:
        fail("give --config FILE to follow live calls, or --replay FILE.ami", os.EX_USAGE)


class _Listener(PbxListener):
    """The service's own listener, looked over its shoulder."""

    def __init__(
        self,
        settings: AmiSettings,
        on_event: Callable[[Event], None],
        on_finding: Callable[[Finding], None],
        on_link: Callable[[LinkReport], None],
    ) -> None:
        super().__init__(settings, on_finding, on_link, wiring.utc_now)
        self._on_event = on_event

    def _take(self, connection: Connection, event: Event) -> None:
        self._on_event(event)
        super()._take(connection, event)


@dataclass(slots=True)
class _Link:
    """Tells of the link, and when to give up: once it was up, only if a login is refused."""

    address: str
    ended: "asyncio.Future[None]"
    was_up: bool = False

    def report(self, report: LinkReport) -> None:
        why = report.detail.rpartition(": ")[2]
        match report.state:
            case LinkState.REFUSED if not self.ended.done():
                self.ended.set_exception(AccessRefused(report.detail))
            case LinkState.DOWN if self.was_up:
                click.echo(f"lost {self.address}: {why}; trying again", err=True)
            case LinkState.DOWN if not self.ended.done():
                self.ended.set_exception(LinkDown(why))
            case LinkState.UP:
                self.was_up = True
                click.echo(report.detail or f"watching {self.address}; Ctrl-C ends it", err=True)


async def _watch_live(settings: AmiSettings, watcher: Watcher, show: Show) -> None:
    link = _Link(settings.address, asyncio.get_running_loop().create_future())

    def shown(lines: list[Line]) -> None:
        for line in lines:
            show(line, wiring.utc_now())

    logging.getLogger("textback.asterisk").setLevel(logging.ERROR)  # told by link, once
    listener = _Listener(
        settings,
        lambda event: shown(watcher.event(event)),
        lambda finding: shown(watcher.finding(finding)),
        link.report,
    )
    listening = asyncio.create_task(listener.run())
    try:
        await link.ended
    finally:
        listening.cancel()


def _watch_recording(file: Path, watcher: Watcher, show: Show) -> None:
    tracker = CallTracker(watcher.inbound)
    try:
        for event in _recorded(file):
            at = _time_of(event)
            lines = watcher.event(event)
            for finding in tracker.feed(event, at or wiring.utc_now()):
                lines += watcher.finding(finding)
            for line in lines:
                show(line, at)
    except OSError as error:
        fail(f"cannot read {file}: {error.strerror or error}", os.EX_NOINPUT)


def _recorded(file: Path) -> Iterator[Event]:
    reader = FrameReader()
    with file.open("rb") as stream:
        for chunk in [*iter(lambda: stream.read(_CHUNK), b""), b"\n\n"]:
            for frame in reader.feed(recorded(chunk)):
                event = _event_in(frame)
                if event is not None:
                    yield event


def _event_in(frame: bytes) -> Event | None:
    name = event_name(frame)
    if not name:
        return answer(parse(frame))
    return to_event(parse(frame)) if listened_to(name, frame) else None


def _time_of(event: Event) -> datetime | None:
    try:
        # Only with timestampevents=yes in manager.conf.
        return datetime.fromtimestamp(float(event.headers["Timestamp"]), UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return None


def _show(line: Line, at: datetime | None) -> None:
    clock = f"{at.astimezone():%H:%M:%S}  " if at else ""
    words = click.style(line.words, bold=True) if line.is_verdict else line.words
    click.echo(f"{clock}#{line.number:<4} {'=> ' if line.is_verdict else ''}{words}")


def _show_json(line: Line, at: datetime | None) -> None:
    when = at.isoformat() if at else None
    told = {"at": when, "call": line.uniqueid, "number": line.number, **line.more}
    click.echo(json.dumps({**told, "words": line.words}))
