"""Events per second from socket bytes to verdict, beside panoramisk and cacofonisk.

    python -m benchmarks.calls [FOLDER]

FOLDER holds recorded AMI streams (*.ami) of a user with all read classes and no filters. Without
one, the trimmed recordings of the tests are used, with the noise put back that an office's PBX
sends at the rates that were measured there. All contenders read the same bytes in the same run, in
turns; the best turn counts. cacofonisk is left out where it is not installed (extra `benchmark`).
"""

import asyncio
import logging
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from panoramisk.ami_protocol import AMIProtocol
from panoramisk.manager import Manager

from textback.asterisk.frames import FrameReader, event_name
from textback.asterisk.inbound import InboundRule
from textback.asterisk.reading import read_event
from textback.asterisk.tracker import CallTracker
from textback.core.calls import CallEnded

FIXTURES = Path(__file__).parents[1] / "tests" / "fixtures" / "ami"
STREAM_BYTES = 40_000_000
READ_BYTES = 64 * 1024
TURNS = 3
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
FIVE_EVENTS = ("Newchannel", "Newstate", "BridgeEnter", "DialEnd", "Hangup")

# Events of full recordings for each one that is kept in the trimmed ones: see noise().
NOISE = (("VarSet", 2), ("CEL", 1), ("Newexten", 1))

Contender = Callable[[list[bytes]], int]


def main(arguments: list[str]) -> None:
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore", RuntimeWarning)  # panoramisk begins a coroutine it never needs
    stream = repeated(full_stream(Path(arguments[0]) if arguments else None))
    reads = [stream[at : at + READ_BYTES] for at in range(0, len(stream), READ_BYTES)]
    events = sum(1 for frame in FrameReader().feed(stream) if event_name(frame))
    print(f"{events:,} events, {len(stream) / 1e6:.0f} MB")
    best = compare(contenders(), reads)
    for name, (seconds, found) in best.items():
        rate = events / seconds
        print(
            f"{name:12} {rate:>11,.0f} events/s {len(stream) / seconds / 1e6:6.0f} MB/s"
            f"   {best['panoramisk'][0] / seconds:5.2f} x panoramisk   {found:,} found"
        )


def compare(by_name: dict[str, Contender], reads: list[bytes]) -> dict[str, tuple[float, int]]:
    """The best time of each in seconds, and what it found."""
    best: dict[str, tuple[float, int]] = {}
    for _ in range(TURNS):
        for name, contender in by_name.items():
            began = time.perf_counter()
            found = contender(reads)
            seconds = time.perf_counter() - began
            best[name] = min(best.get(name, (seconds, found)), (seconds, found))
    return best


def contenders() -> dict[str, Contender]:
    by_name: dict[str, Contender] = {"textback": textback, "panoramisk": panoramisk}
    try:
        import cacofonisk  # type: ignore[import-not-found] # noqa: F401
    except ImportError:
        print("cacofonisk is not installed and left out")
    else:
        by_name["cacofonisk"] = cacofonisk_runner
    return by_name


def textback(reads: list[bytes]) -> int:
    """To finished calls."""
    reader, tracker, found = FrameReader(), CallTracker(InboundRule()), 0
    for data in reads:
        for frame in reader.feed(data):
            event = read_event(frame)
            if event is not None:
                found += sum(isinstance(each, CallEnded) for each in tracker.feed(event, NOW))
    return found


def panoramisk(reads: list[bytes]) -> int:
    """To five registered events, which are counted only."""
    found = 0

    def count(_manager: Manager, _event: Any) -> None:
        nonlocal found
        found += 1

    _read_by_panoramisk(reads, FIVE_EVENTS, count)
    return found


def cacofonisk_runner(reads: list[bytes]) -> int:
    """As its AmiRunner does it, to its reports; events on which it raises are passed over."""
    from cacofonisk.handlers import EventHandler  # type: ignore[import-not-found]
    from cacofonisk.reporters import BaseReporter  # type: ignore[import-not-found]

    found = 0

    def report(*_: Any, **__: Any) -> None:
        nonlocal found
        found += 1

    reports = [name for name in dir(BaseReporter) if name.startswith("on_") and name != "on_event"]
    reporter = type("Reporter", (BaseReporter,), dict.fromkeys(reports, report))()
    handler = EventHandler(reporter, "pbx", logging.getLogger("cacofonisk"))

    def handle(_manager: Manager, event: Any) -> None:
        try:
            handler.on_event(event)
        except Exception:
            return

    _read_by_panoramisk(reads, tuple(handler.event_handlers()), handle)
    return found


def _read_by_panoramisk(
    reads: list[bytes], names: tuple[str, ...], callback: Callable[[Manager, Any], None]
) -> None:
    loop = asyncio.new_event_loop()
    manager = Manager(loop=loop, encoding="utf8")
    for name in names:
        manager.register_event(name, callback)
    protocol = AMIProtocol()
    protocol.connection_made(None)
    protocol.factory = manager
    protocol.encoding = "utf8"
    protocol.close = lambda: None  # a recorded Shutdown must not end the run
    manager.connection_lost = lambda _exc: None
    for data in reads:
        protocol.data_received(data)
    loop.close()


def full_stream(folder: Path | None) -> bytes:
    recordings = sorted((folder or FIXTURES).rglob("*.ami"))
    streams = [path.read_bytes().rstrip() + b"\r\n\r\n" for path in recordings]
    return b"".join(streams if folder else map(noisy, streams))


def repeated(stream: bytes) -> bytes:
    return stream * max(1, STREAM_BYTES // len(stream))


def noisy(stream: bytes) -> bytes:
    """A trimmed stream with what an unfiltered AMI user receives besides."""
    return b"".join(piece for frame in stream.split(b"\r\n\r\n") for piece in _with_noise(frame))


def _with_noise(frame: bytes) -> Iterator[bytes]:
    if not frame.strip():
        return
    yield frame + b"\r\n\r\n"
    channel = [line for line in frame.split(b"\r\n") if not line.startswith((b"Event", b"Dest"))]
    for name, times in NOISE:
        noise = [b"Event: " + name.encode(), *channel, b"Variable: RTPAUDIOQOS", b"Value: x=1;y=2"]
        for _ in range(times):
            yield b"\r\n".join(noise) + b"\r\n\r\n"


if __name__ == "__main__":
    main(sys.argv[1:])
