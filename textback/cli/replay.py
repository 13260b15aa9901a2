"""`textback replay`: judge the calls of recorded AMI streams."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import click

from textback.asterisk.frames import FrameReader, event_name, parse, recorded
from textback.asterisk.inbound import InboundRule, rule_for
from textback.asterisk.inquiry import answer
from textback.asterisk.reading import read_event
from textback.asterisk.tracker import CallTracker
from textback.cli.failing import fail
from textback.core.calls import CallEnded
from textback.core.verdict import judge

_BANNER = b"Asterisk Call Manager/"
_CHUNK = 64 * 1024
_EX_DATAERR = 65
_EX_NOINPUT = 66


class NotAmi(Exception):
    """A stream without a single AMI event."""


@click.command(
    "replay",
    epilog="Example: textback replay monday.ami --inbound from-voip-provider",
)
@click.argument("files", nargs=-1, required=True, metavar="FILE.ami...")
@click.option(
    "--inbound",
    "contexts",
    multiple=True,
    metavar="CONTEXT",
    help='Dialplan context in which calls from outside begin, "*" at its end for a prefix. May be '
    "given several times; without it the usual names are used (from-pstn*, from-trunk*, ...).",
)
@click.option(
    "--trunk",
    "trunks",
    multiple=True,
    metavar="PREFIX",
    help="Channel names of the trunk, such as PJSIP/provider-; matters only for calls that were "
    "under way when the recording began.",
)
def replay(files: tuple[str, ...], contexts: tuple[str, ...], trunks: tuple[str, ...]) -> None:
    """Judge recorded calls: one JSON object a line per finished inbound call.

    FILE.ami is what an AMI connection received, byte for byte; - reads standard input. Only the
    call itself is judged: office hours, history and numbering plan do not enter.
    """
    inbound = rule_for(contexts, trunks)
    for name in files:
        try:
            with _opened(name) as stream:
                for call in judged_calls(_chunks(stream), inbound):
                    click.echo(json.dumps(line(call), ensure_ascii=False))
        except OSError as error:
            fail(f"cannot read {name}: {error.strerror or error}", _EX_NOINPUT)
        except NotAmi:
            fail(f"{name} holds no AMI events: is it a recorded AMI stream?", _EX_DATAERR)


def judged_calls(chunks: Iterable[bytes], inbound: InboundRule) -> Iterator[CallEnded]:
    """The finished inbound calls of a recorded stream. Raises NotAmi when it holds no event."""
    reader, tracker = FrameReader(), CallTracker(inbound)
    seen_any = False
    for chunk in chunks:
        for frame in reader.feed(recorded(chunk)):
            name = event_name(frame)
            seen_any = seen_any or bool(name)
            if frame.startswith(_BANNER):
                tracker.link_lost()  # a new connection: what comes next begins with a snapshot
            event = read_event(frame) if name else answer(parse(frame))
            if event is not None:
                findings = tracker.feed(event, datetime.now(UTC))
                yield from (found for found in findings if isinstance(found, CallEnded))
    if not seen_any:
        raise NotAmi


def line(call: CallEnded) -> dict[str, object]:
    """One judged call as replay prints it."""
    verdict = judge(call)
    return {
        "uniqueid": call.uniqueid,
        "linkedid": call.linkedid,
        "caller": call.caller,
        "did": call.did,
        "outcome": call.outcome.value,
        "person_reached": call.person_reached,
        "voicemail": call.voicemail.value,
        "would_text": verdict.would_text,
        "reason": verdict.reason.value,
    }


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    if name == "-":
        yield sys.stdin.buffer
        return
    with Path(name).open("rb") as stream:
        yield stream


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk
    yield b"\n\n"  # a recording may lack its last blank line
