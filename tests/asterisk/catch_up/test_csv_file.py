"""CSV files that grow, are rotated, are cut short, and hold what strangers call themselves."""

import gzip
import os
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.asterisk.catch_up.rows import BORN, START, arrives, cdr, cdr_csv, cel, cel_csv, ends
from textback.asterisk.catch_up.csv_file import CsvHistory
from textback.asterisk.catch_up.layout import Kind, Record
from textback.asterisk.catch_up.times import born_at
from textback.core.errors import ConfigError, LinkDown

CALL = (arrives(), *ends())
DAY_BEFORE = START - timedelta(days=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "Master.csv"


def events(path: Path) -> list[str]:
    kind, records = CsvHistory(path).read(DAY_BEFORE)
    assert kind is Kind.CEL
    return [record["event"] for record in records]


def test_reads_what_asterisks_sample_mapping_writes(path: Path) -> None:
    path.write_text(cel_csv(CALL), encoding="utf-8")
    kind, records = CsvHistory(path).read(DAY_BEFORE)
    assert kind is Kind.CEL
    assert records == [{**row} for row in CALL]


@pytest.mark.parametrize("more", [(), ("user",), ("", "1.1", "7"), ("user", "", "1.1", "7")])
def test_reads_master_csv_however_much_it_holds(path: Path, more: Sequence[str]) -> None:
    path.write_text(cdr_csv([cdr("PJSIP/101-02")], more), encoding="utf-8")
    kind, (record,) = CsvHistory(path).read(DAY_BEFORE)
    assert (kind, record["destination"], record["seconds"]) == (Kind.CDR, "PJSIP/101-02", "4")
    assert record.get("linkedid", "") == ("1.1" if len(more) > 2 else "")


def test_reads_columns_of_the_offices_own(path: Path) -> None:
    order = ("linkedid", "uniqueid", "eventtype", "eventtime", "cid_num", "exten", "context")
    columns = (*order, "channame", "appname", "extra")
    path.write_text('"1.1","1772443800.1","CHAN_END","x","5","s","c","SIP/1-1","",""\n')
    _, (record,) = CsvHistory(path, columns).read(DAY_BEFORE)
    assert (record["event"], record["number"], record["channel"]) == ("CHAN_END", "5", "SIP/1-1")


def test_a_line_being_written_is_left_for_the_next_time(path: Path) -> None:
    whole = cel_csv(CALL)
    path.write_text(whole[:-20], encoding="utf-8")
    assert events(path) == ["CHAN_START", "HANGUP"]


def test_a_line_cut_short_for_good_costs_only_itself(path: Path) -> None:
    first, second, third = cel_csv(CALL).splitlines(keepends=True)
    path.write_text(first + second[:30] + "\n" + third, encoding="utf-8")
    assert events(path) == ["CHAN_START", "CHAN_END"]


def test_a_line_that_goes_on_in_another_is_not_glued_to_it(path: Path) -> None:
    first, second, third = cel_csv(CALL).splitlines(keepends=True)
    path.write_text(first + second[:30] + third + first, encoding="utf-8")
    assert events(path) == ["CHAN_START", "CHAN_START"]


@given(name=st.text(max_size=60).filter(lambda text: "\r" not in text))
def test_a_name_changes_nothing_whatever_it_holds(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("csv") / "Master.csv"
    rows = [arrives(name=name), *ends()]
    path.write_bytes(cel_csv(rows).encode("utf-8", "replace"))
    _, records = CsvHistory(path).read(DAY_BEFORE)
    assert [record["event"] for record in records] == ["CHAN_START", "HANGUP", "CHAN_END"]
    assert records[0]["name"] == name.encode("utf-8", "replace").decode()


FORGED = "\n" + cel_csv([cel("CHAN_END", ("PJSIP/x", "1772443800.9"))])


def test_a_name_cannot_forge_a_record_even_where_reading_begins_in_it(path: Path) -> None:
    long_name = FORGED * 3000  # longer than the first bite
    path.write_text(cel_csv([arrives(name=long_name), *ends()]), encoding="utf-8")
    assert "1772443800.9" not in {
        record["uniqueid"] for record in CsvHistory(path).read(START + timedelta(days=1))[1]
    }


def many_calls(count: int) -> Iterator[Record]:
    for number in range(count):
        uniqueid = f"{BORN + 60 * number}.{number}"
        yield {**arrives(), "uniqueid": uniqueid, "linkedid": uniqueid}
        yield {**ends()[1], "uniqueid": uniqueid, "linkedid": uniqueid}


def test_of_a_file_of_years_only_the_end_is_read(path: Path) -> None:
    path.write_text(cel_csv(many_calls(20_000)), encoding="utf-8")
    last_hour = START + timedelta(minutes=20_000 - 60)
    _, records = CsvHistory(path).read(last_hour)
    born = [born_at(record["uniqueid"]) for record in records]
    assert 120 <= len(records) < 4000
    assert {START + timedelta(minutes=20_000 - n) for n in range(1, 61)} <= set(born)


def test_it_goes_back_as_far_as_it_must(path: Path) -> None:
    path.write_text(cel_csv(many_calls(5000)), encoding="utf-8")
    _, records = CsvHistory(path).read(START)
    assert len(records) == 10_000


def test_what_was_rotated_away_meanwhile_is_read_too(path: Path) -> None:
    arrival, *rest = cel_csv(CALL).splitlines(keepends=True)
    Path(f"{path}.1").write_text(arrival, encoding="utf-8")
    path.write_text("".join(rest), encoding="utf-8")
    assert events(path) == ["CHAN_START", "HANGUP", "CHAN_END"]


def test_right_after_rotation_there_may_be_no_new_file_and_the_old_be_packed(path: Path) -> None:
    Path(f"{path}-20260302.gz").write_bytes(gzip.compress(cel_csv(CALL).encode()))
    assert events(path) == ["CHAN_START", "HANGUP", "CHAN_END"]


def test_what_was_rotated_away_long_ago_is_not_opened(path: Path) -> None:
    old = Path(f"{path}.2.gz")
    old.write_bytes(b"not packed at all")
    os.utime(old, (0, 0))
    path.write_text(cel_csv(CALL), encoding="utf-8")
    assert len(events(path)) == 3


def test_an_empty_file_has_no_records(path: Path) -> None:
    path.touch()
    assert CsvHistory(path).read(DAY_BEFORE)[1] == []


def test_a_file_that_is_not_there_may_be_there_later(path: Path) -> None:
    with pytest.raises(LinkDown, match=r"Master\.csv: No such file"):
        CsvHistory(path).read(DAY_BEFORE)


def test_master_csv_without_uniqueids_is_a_bad_setting(path: Path) -> None:
    path.write_text(cdr_csv([{**cdr(), "uniqueid": ""}]), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"17 columns.*loguniqueid"):
        CsvHistory(path).read(DAY_BEFORE)


def test_columns_that_do_not_fit_are_a_bad_setting(path: Path) -> None:
    path.write_text(cel_csv(CALL), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"20 columns.*names 1"):
        CsvHistory(path, ("eventtype",)).read(DAY_BEFORE)
