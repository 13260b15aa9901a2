"""The line of configuration that names a PBX's history."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.asterisk.catch_up.rows import START, arrives, cel_csv, ends
from textback.asterisk.catch_up.source import check, open_source
from textback.asterisk.catch_up.times import born_at, shown_time
from textback.asterisk.inbound import InboundRule
from textback.core.errors import ConfigError

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    "spec",
    [
        "csv:/var/log/asterisk/cel-custom/Master.csv",
        "csv:/var/log/asterisk/cdr-csv/Master.csv?zone=Europe/Berlin",
        "sqlite:////var/log/asterisk/master.db",
        "sqlite:////var/log/asterisk/master.db?table=channel_events",
    ],
)
def test_specs_that_may_be_right(spec: str) -> None:
    check(spec)


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        ("", "must begin with csv:/"),
        ("/var/log/asterisk/Master.csv", "must begin with csv:/"),
        ("postgresql://host/cdr", "must begin with csv:/"),
        ("csv:Master.csv", "whole path"),
        ("sqlite:///master.db", "whole path"),
        ("mysql+pymysql://user@host", "names no database"),
        ("csv:/a?zone=Moon/Crater", "Moon/Crater is not a time zone"),
        ("csv:/a?zone=../../etc/passwd", "is not a time zone"),
        ("csv:/a?columns=eventtype,eventtime", "lacks cidnum"),
        ("csv:/a?table=cel", "unknown option table"),
        ("sqlite:////a?mode=rw", "unknown option mode"),
    ],
)
def test_specs_that_cannot_be(spec: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        check(spec)


def test_a_complaint_never_shows_the_password() -> None:
    with pytest.raises(ValueError, match="names no database") as raised:
        check("mysql+pymysql://user:hunter2@host")
    assert "hunter2" not in str(raised.value)


@pytest.fixture
def history(tmp_path: Path) -> str:
    path = tmp_path / "Master.csv"
    path.write_text(cel_csv([arrives(), *ends(after=90)]), encoding="utf-8")
    return f"csv:{path}"


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [(0, 2, 1), (1, 2, 1), (1.5, 1.5, 1), (0, 1, 0), (2, 3, 0)],
)
def test_a_call_counts_when_it_ended_within_the_span(
    history: str, since: float, until: float, found: int
) -> None:
    span = (START + since * MINUTE, START + until * MINUTE)
    assert len(open_source(history).calls(*span, InboundRule())) == found


def test_only_calls_from_outside_count(history: str) -> None:
    rule = InboundRule(contexts=("from-elsewhere",))
    assert open_source(history).calls(START, START + 2 * MINUTE, rule) == []


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_a_named_zone_is_held_against_the_uniqueids(tmp_path: Path, zone: str) -> None:
    path = tmp_path / "Master.csv"
    shown = "2026-03-02 10:30:00"  # in Berlin
    path.write_text(cel_csv([arrives(time=shown)]), encoding="utf-8")
    source = open_source(f"csv:{path}?zone={zone}")
    if zone == "Europe/Berlin":
        assert source.calls(START, START + MINUTE, InboundRule()) == []
        return
    with pytest.raises(ConfigError, match=r"not in the zone America/New_York.*09:30 UTC.*10:30"):
        source.calls(START, START + MINUTE, InboundRule())


@pytest.mark.parametrize(
    ("uniqueid", "born"),
    [
        ("1772443800.17", START),
        ("pbx-1-1772443800.17", START),
        ("1772443800", None),
        ("ari-made-this", None),
        ("", None),
        ("9" * 40 + ".1", None),
    ],
)
def test_a_uniqueid_tells_when_its_channel_was_born(uniqueid: str, born: datetime | None) -> None:
    assert born_at(uniqueid) == born


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1772443800.250000", START + timedelta(seconds=0.25)),
        ("2026-03-02 09:30:00", START.replace(tzinfo=None)),
        ("2026-03-02 09:30:00.250000", (START + timedelta(seconds=0.25)).replace(tzinfo=None)),
        ("2026-03-02T10:30:00+0100", START),
    ],
)
def test_times_are_read_in_the_shapes_asterisk_writes(text: str, shown: datetime) -> None:
    assert shown_time(text) == shown
