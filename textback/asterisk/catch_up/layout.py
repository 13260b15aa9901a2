"""Records of CEL and CDR: what their columns mean, whatever table or file they come from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from textback.core.errors import ConfigError, Problem

Record = Mapping[str, str]  # by our own names of columns; what is missing is ""


class Kind(Enum):
    """Which of Asterisk's two histories a record belongs to."""

    CEL = "cel"
    CDR = "cdr"


@dataclass(frozen=True, slots=True)
class Column:
    """A column by our name, the names others give it, and whether there is no judging without."""

    name: str
    aliases: Sequence[str]
    needed: bool = False


# Names as Asterisk's sample configurations, its database schemas and FreePBX's tables have them,
# in lower case and without underscores.
_COLUMNS: Mapping[Kind, Sequence[Column]] = {
    Kind.CEL: (
        Column("event", ("eventtype",), needed=True),
        Column("time", ("eventtime",), needed=True),
        Column("name", ("cidname",)),
        Column("number", ("cidnum",), needed=True),
        Column("exten", ("exten",), needed=True),
        Column("context", ("context",), needed=True),
        Column("channel", ("channame", "channel"), needed=True),
        Column("app", ("appname",), needed=True),
        Column("data", ("appdata",)),
        Column("uniqueid", ("uniqueid",), needed=True),
        Column("linkedid", ("linkedid",), needed=True),
        Column("extra", ("eventextra", "extra"), needed=True),
    ),
    Kind.CDR: (
        Column("time", ("start", "calldate"), needed=True),
        Column("clid", ("clid",), needed=True),
        Column("number", ("cnum", "src")),
        Column("exten", ("dst",)),
        Column("did", ("did",)),
        Column("context", ("dcontext",), needed=True),
        Column("channel", ("channel",), needed=True),
        Column("destination", ("dstchannel",), needed=True),
        Column("app", ("lastapp",), needed=True),
        Column("data", ("lastdata",)),
        Column("seconds", ("duration",), needed=True),
        Column("disposition", ("disposition",), needed=True),
        Column("uniqueid", ("uniqueid",), needed=True),
        Column("linkedid", ("linkedid",)),
    ),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the columns are: `found` maps our names to those of the source."""

    kind: Kind
    found: Mapping[str, str]

    def record(self, row: Mapping[str, object]) -> Record:
        """One row of the source by our names."""
        return {
            ours: "" if row[theirs] is None else str(row[theirs])
            for ours, theirs in self.found.items()
        }


def kind_of(columns: Iterable[str]) -> Kind:
    """Which of the two has such columns."""
    return Kind.CEL if "eventtype" in map(_plain, columns) else Kind.CDR


def layout_of(kind: Kind, columns: Iterable[str], where: str) -> Layout:
    """Find what is needed among a source's columns; ConfigError names all that is missing."""
    theirs = {_plain(column): column for column in columns}
    found: dict[str, str] = {}
    missing: list[str] = []
    for column in _COLUMNS[kind]:
        alias = next((alias for alias in column.aliases if alias in theirs), None)
        if alias is not None:
            found[column.name] = theirs[alias]
        elif column.needed:
            missing.append(column.aliases[0])
    if missing:
        told = f"the {kind.value} layout lacks {', '.join(missing)}: see deploy/asterisk/README.md"
        raise ConfigError([Problem(where, told)])
    return Layout(kind, found)


def _plain(column: str) -> str:
    return column.strip().lower().replace("_", "")
