"""Master.csv and cel-custom: files without a head line that grow for years, read from their end."""

import csv
import gzip
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from textback.asterisk.catch_up.layout import Kind, Record, kind_of, layout_of
from textback.asterisk.catch_up.times import born_at
from textback.core.errors import ConfigError, LinkDown, Problem

_FIRST_BITE = 256 * 1024  # bytes; each further one reaches four times as far back

# Asterisk quotes every field but whole numbers, and doubles the quotes inside: whatever a caller
# calls himself, no line of his can look like a record.
_FIELD = r'(?:"(?:[^"]|"")*+"|\d*+)'

# cel_custom.conf as Asterisk's sample has it
_CEL_SAMPLE = (
    *("eventtype", "eventtime", "cidname", "cidnum", "cidani", "cidrdnis", "ciddnid", "exten"),
    *("context", "channame", "appname", "appdata", "amaflags", "accountcode", "uniqueid"),
    *("linkedid", "peer", "userfield", "userdeftype", "eventextra"),
)

# cdr_csv.c: loguniqueid, loguserfield and newcdrcolumns each append to these.
_CDR_BASE = (
    *("accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp"),
    *("lastdata", "start", "answer", "end", "duration", "billsec", "disposition", "amaflags"),
)
_NEW_COLUMNS = ("peeraccount", "linkedid", "sequence")
_LAYOUTS: Sequence[tuple[Kind, Sequence[str]]] = (
    (Kind.CEL, _CEL_SAMPLE),
    (Kind.CDR, (*_CDR_BASE, "uniqueid")),
    (Kind.CDR, (*_CDR_BASE, "uniqueid", "userfield")),
    (Kind.CDR, (*_CDR_BASE, "uniqueid", *_NEW_COLUMNS)),
    (Kind.CDR, (*_CDR_BASE, "uniqueid", "userfield", *_NEW_COLUMNS)),
)
_EVENT_NAME = re.compile(r"[A-Z_]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class CsvHistory:
    """One such file, with those that logrotate has put aside (Master.csv.1, Master.csv-20261123).

    `columns` are the names of its columns if the mapping is the office's own; without them the
    file must be as cdr_csv or Asterisk's sample cel_custom.conf writes it.
    """

    path: Path
    columns: Sequence[str] = ()

    def read(self, since: datetime) -> tuple[Kind, list[Record]]:
        """All whole records written since then, and perhaps older ones, in the order of writing.

        Raises LinkDown when the file cannot be read, ConfigError when its columns are not known.
        """
        found: tuple[Kind, list[Record]] = (Kind.CEL, [])
        for text in self._ever_further_back(since):
            found = self._parsed(text)
            if _reaches_back_to(since, *found):
                break
        return found

    def _ever_further_back(self, since: datetime) -> Iterator[str]:
        """The end of the file, then more of it, then also the files rotated away."""
        try:
            size = self.path.stat().st_size if self.path.exists() else 0
            bite = _FIRST_BITE
            while bite < size:
                yield _tail(self.path, bite)
                bite *= 4
            newer = _tail(self.path, size) if size else ""
            yield newer
            for older in self._rotated(since):
                newer = _whole(older) + newer
                yield newer
        except (OSError, EOFError) as error:
            told = error.strerror if isinstance(error, OSError) else None
            raise LinkDown(f"cannot read {self.path}: {told or error}") from error

    def _rotated(self, since: datetime) -> Sequence[Path]:
        """Files that were rotated away after `since`, the newest first."""
        like_us = (f"{self.path.name}.", f"{self.path.name}-")
        siblings = [path for path in self.path.parent.iterdir() if path.name.startswith(like_us)]
        if not siblings and not self.path.exists():
            raise LinkDown(f"cannot read {self.path}: No such file or directory")
        written = {path: path.stat().st_mtime for path in siblings}
        recent = [path for path in siblings if written[path] >= since.timestamp()]
        return sorted(recent, key=written.__getitem__, reverse=True)

    def _parsed(self, text: str) -> tuple[Kind, list[Record]]:
        layouts = [(kind_of(self.columns), self.columns)] if self.columns else _LAYOUTS
        for kind, columns in layouts:
            rows = [*_rows(text, columns)]
            if any(_fits(kind, row) for row in rows):
                layout = layout_of(kind, columns, str(self.path))
                return kind, [layout.record(row) for row in rows]
        if text[: text.rfind("\n") + 1].strip():
            raise ConfigError([Problem(str(self.path), self._unknown_columns(text))])
        return layouts[0][0], []

    def _unknown_columns(self, text: str) -> str:
        found = _ANY_RECORD.search(text)
        count = len(next(csv.reader([found[0]]))) if found else 0
        if self.columns:
            return f"its records have {count} columns, quoted; ?columns= names {len(self.columns)}"
        return (
            f"its {count} columns are neither cel_custom.conf's sample nor Master.csv with "
            "loguniqueid = yes: name them with ?columns=, or see deploy/asterisk/README.md"
        )


_ANY_RECORD = re.compile(rf"^{_FIELD}(?:,{_FIELD})++\r?$", re.MULTILINE)


def _rows(text: str, columns: Sequence[str]) -> Iterator[Mapping[str, str]]:
    """Records of exactly these columns; what stands between them was cut short, or is foreign."""
    record = re.compile(rf"^{_FIELD}(?:,{_FIELD}){{{len(columns) - 1}}}+\r?\n", re.MULTILINE)
    for found in record.finditer(text):
        with suppress(csv.Error):  # a field longer than any caller's name may be
            values = next(csv.reader([found[0].rstrip("\r\n")], strict=True))
            yield dict(zip(columns, values, strict=True))


def _fits(kind: Kind, row: Mapping[str, str]) -> bool:
    """Whether these columns make sense of a row."""
    if kind is Kind.CEL and not _EVENT_NAME.fullmatch(row.get("eventtype", "")):
        return False
    return born_at(row.get("uniqueid", "")) is not None


def _reaches_back_to(since: datetime, kind: Kind, records: Sequence[Record]) -> bool:
    """Whether what stands before these records was written before `since`."""
    if kind is Kind.CEL:
        # Asterisk writes it at the birth that the uniqueid dates.
        dated = ((row, 0.0) for row in records if row["event"] == "CHAN_START")
    else:
        dated = ((row, float(row["seconds"] or 0)) for row in records)
    row, lasted = next(dated, (None, 0.0))
    born = born_at(row["uniqueid"]) if row is not None else None
    return born is not None and born + timedelta(seconds=lasted) < since


def _tail(path: Path, size: int) -> str:
    with path.open("rb") as file:
        begin = max(0, file.seek(0, os.SEEK_END) - size)
        file.seek(begin)
        if begin:
            file.readline()  # we are in the middle of it
        return file.read().decode("utf-8", "replace")


def _whole(path: Path) -> str:
    data = path.read_bytes()
    packed = gzip.decompress(data) if path.suffix == ".gz" else data
    return packed.decode("utf-8", "replace")
