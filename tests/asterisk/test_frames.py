"""Bytes become frames, however they arrive."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from textback.asterisk.frames import FrameReader, event_name, parse, recorded
from textback.asterisk.reading import to_event

STREAM = (
    "Asterisk Call Manager/11.0.0\r\nResponse: Success\r\nMessage: Authentication accepted\r\n\r\n"
    "Event: Newchannel\r\nCallerIDName: Zoë Ünal\r\nAccountCode: \r\n\r\n"
    "Event: Hangup\r\nCause: 16\r\n\r\n"
).encode()


def test_a_character_split_across_two_reads_is_not_lost() -> None:
    cut = STREAM.index("ë".encode()) + 1
    reader = FrameReader()
    frames = [*reader.feed(STREAM[:cut]), *reader.feed(STREAM[cut:])]
    assert parse(frames[1])["CallerIDName"] == "Zoë Ünal"


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_any_split_of_the_bytes_gives_the_same_frames(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]
    reader = FrameReader()
    frames = [
        frame
        for start, end in itertools.pairwise(edges)
        for frame in reader.feed(STREAM[start:end])
    ]
    assert frames == FrameReader().feed(STREAM)
    assert len(frames) == 3


@given(st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"Event: Hangup", b": ", b"\xff"])))
def test_one_byte_at_a_time_is_the_same_as_all_at_once_with_a_tiny_limit(
    parts: list[bytes],
) -> None:
    data = b"".join(parts)
    whole, single = FrameReader(limit=16), FrameReader(limit=16)
    expected = whole.feed(data)
    frames = [frame for byte in data for frame in single.feed(bytes([byte]))]
    assert (frames, single.dropped) == (expected, whole.dropped)


@given(st.binary(max_size=400))
def test_broken_frames_never_raise(data: bytes) -> None:
    for frame in FrameReader().feed(data + b"\n\n"):
        event_name(frame)
        to_event(parse(frame))


@given(
    st.dictionaries(st.sampled_from(["Uniqueid", "ChannelState", "Cause", "Duration"]), st.text())
)
def test_odd_headers_never_raise(headers: dict[str, str]) -> None:
    for name in ("Newchannel", "Hangup", "CoreShowChannel", "MessageWaiting", "NewCallerid"):
        assert to_event({"Event": name, **headers}) is not None


def test_a_frame_over_the_limit_is_dropped_and_the_stream_goes_on() -> None:
    reader = FrameReader(limit=100)
    frames = reader.feed(b"Event: Flood\r\nX: " + b"x" * 1000)
    frames += reader.feed(b"x" * 1000 + b"\r\n\r\nEvent: Hangup\r\n\r\n")
    assert frames == [b"Event: Hangup"]
    assert reader.dropped == 1


def test_an_endless_frame_does_not_fill_the_memory() -> None:
    reader = FrameReader(limit=100)
    for _ in range(1000):
        reader.feed(b"x" * 100)
    assert reader.pending <= 103


def test_line_ends_of_recordings_are_understood() -> None:
    frames = FrameReader().feed(b"Event: Hangup\nCause: 16\n\n")
    assert parse(frames[0]) == {"Event": "Hangup", "Cause": "16"}


def test_a_recording_with_two_kinds_of_line_ends_is_read_whole() -> None:
    frames = FrameReader().feed(recorded(b"Event: Hangup\nCause: 16\n\n" + STREAM))
    assert [event_name(frame) for frame in frames] == [b"Hangup", b"", b"Newchannel", b"Hangup"]


def test_the_event_name_is_seen_without_parsing() -> None:
    assert event_name(b"Event: Hangup\nCause: 16") == b"Hangup"
    assert event_name(b"Event: Shutdown") == b"Shutdown"
    assert event_name(b"Asterisk Call Manager/5\nEvent: Hangup\nCause: 16") == b"Hangup"
    assert event_name(b"Response: Success\nMessage: no Event: here") == b""


def test_a_header_that_comes_twice_keeps_both_values() -> None:
    assert parse(b"ChanVariable: a=1\nChanVariable: b=2")["ChanVariable"] == "a=1\nb=2"
