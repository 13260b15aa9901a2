"""Broken AMI frames, from a mangled stream to the tracker: no crash, and nothing grows.

TEXTBACK_FUZZ sets the number of frames, TEXTBACK_SEED repeats a run.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random

from tests.asterisk.ami import NOW
from tests.chance import amount, seed
from textback.asterisk.frames import FrameReader
from textback.asterisk.inbound import InboundRule
from textback.asterisk.reading import read_event
from textback.asterisk.tracker import CallTracker

FRAMES = amount("TEXTBACK_FUZZ", 20_000)
SEED = seed()
RECORDINGS = Path(__file__).parents[1] / "fixtures" / "ami"
LIMIT = 4096
CHANNELS = 200  # at most so many exist, since Uniqueids are drawn from that many
JUNK = (b"", b"\0", b"\xff\xfe", b": ", b"Event: ", b"\r", b"-1", b"9" * 40, "𝒵".encode(), b"<?>")


def broken_frames(random: Random) -> Iterator[bytes]:
    """Recorded frames for ever, each damaged, now and then with no end or far too long."""
    recorded = [
        frame
        for path in sorted(RECORDINGS.rglob("*.ami"))
        for frame in path.read_bytes().split(b"\r\n\r\n")
    ]
    while True:
        frame = _damaged(random.choice(recorded), random)
        yield frame + random.choice((b"\r\n\r\n",) * 20 + (b"\n\n", b"\r\n", b""))
        if random.random() < 0.001:
            yield b"x" * random.randrange(3 * LIMIT)


def _damaged(frame: bytes, random: Random) -> bytes:
    lines = frame.split(b"\r\n")
    for _ in range(random.randrange(4)):
        at = random.randrange(len(lines))
        match random.randrange(5):
            case 0:
                lines[at] = lines[at][: random.randrange(len(lines[at]) + 1)]
            case 1:
                lines[at] = lines[at].partition(b": ")[0] + b": " + random.choice(JUNK)
            case 2:
                lines.insert(at, random.choice(lines))
            case 3:
                random.shuffle(lines)
            case 4:
                lines[at] = bytes(random.randrange(256) for _ in range(random.randrange(30)))
    return b"\r\n".join(_renumbered(line, random) for line in lines)


def _renumbered(line: bytes, random: Random) -> bytes:
    """Uniqueids of few calls, so that broken frames meet live channels."""
    name, colon, _ = line.partition(b": ")
    if not name.endswith((b"Uniqueid", b"Linkedid")) or not colon:
        return line
    return name + b": 1700000000.%d" % random.randrange(CHANNELS)


def _reads(frames: Iterator[bytes], random: Random) -> Iterator[bytes]:
    """The stream in pieces that mind no frame's end."""
    rest = b""
    for frame in frames:
        rest += frame
        cut = random.randrange(len(rest) + 1)
        yield rest[:cut]
        rest = rest[cut:]
    yield rest


def test_broken_frames_crash_nothing_and_fill_no_memory() -> None:
    print(f"{FRAMES} frames, TEXTBACK_SEED={SEED}")
    random = Random(SEED)
    reader, tracker = FrameReader(limit=LIMIT), CallTracker(InboundRule())
    longest, most, events = 0, 0, 0
    for data in _reads(islice(broken_frames(random), FRAMES), random):
        for frame in reader.feed(data):
            event = read_event(frame)
            if event is not None:
                events += 1
                tracker.feed(event, NOW)
        longest = max(longest, reader.pending)
        most = max(most, tracker.live_channels)
    assert events > FRAMES / 3
    assert longest <= LIMIT + 3
    assert most <= CHANNELS + len(JUNK)
    assert tracker.remembers() <= 10 * CHANNELS
