"""The box's settings: one TOML file, checked whole, with every problem named at once."""

import importlib
import re
import shlex
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from textback.core.errors import ConfigError, Problem

T = TypeVar("T")

LOG_OFF = "off"
_POSTGRESQL = "postgresql+psycopg"
_STANDS_IN = "0000"  # for a secret that was not read, so that its key is not called missing


def _setting(
    check: Callable[[Any], Any], help: str, default: Any = MISSING, *, shown: bool = True
) -> Any:
    """A key of a section: `check` turns the TOML value into ours or raises ValueError."""
    return field(default=default, repr=shown, metadata={"check": check, "help": help})


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be a text in quotes, and not empty")
    if any(ord(char) < 32 for char in value):
        raise ValueError("must be one line without control characters")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError('must be a list such as ["from-pstn*", "from-trunk"]')
    return tuple(_text(item) for item in value)


def _port(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 65535:
        raise ValueError("must be a port number from 1 to 65535")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _address(value: object) -> tuple[str, int]:
    host, separator, port = _text(value).rpartition(":")
    if not separator or not host or not port.isdigit():
        raise ValueError('must be an address and a port, such as "127.0.0.1:8080"')
    return host.strip("[]"), _port(int(port))


def _url(value: object) -> str:
    try:
        driver = make_url(_text(value)).drivername
    except ArgumentError:
        raise ValueError(
            'must be a database URL such as "sqlite:////var/lib/textback.db"'
        ) from None
    if driver == _POSTGRESQL:
        _require_psycopg()
    elif driver != "sqlite":
        raise ValueError(f"'{driver}' is not supported; use sqlite or {_POSTGRESQL}")
    return _text(value)


def _require_psycopg() -> None:
    try:
        importlib.import_module("psycopg")
    except ImportError as error:
        what = "PostgreSQL needs one more package: pip install 'psycopg[binary]'"
        raise ValueError(f"{what} ({str(error).splitlines()[0]})") from None


def _name(value: object) -> str:
    name = _text(value)
    if "/" in name or len(name) > 30:
        raise ValueError('must have at most 30 characters, none of them a "/"')
    return name


def _history(value: object) -> str:
    spec = _text(value)
    if spec.partition(":")[0] not in ("sqlite", "csv", "mysql+pymysql", "mariadb+pymysql"):
        raise ValueError("must begin with sqlite:, csv: or mysql+pymysql:")
    return spec


def _pin(value: object) -> str:
    pin = _text(value)
    if not (pin.isascii() and pin.isdigit() and 4 <= len(pin) <= 8):
        raise ValueError("must be 4 to 8 digits in quotes")
    return pin


def _imei(value: object) -> str:
    imei = _text(value).replace("-", "").replace(" ", "")
    if not re.fullmatch(r"[0-9]{14,16}", imei):
        raise ValueError('must be the 15 digits that AT+CGSN tells, in quotes: "350000000000006"')
    return imei


def _number(value: object) -> str:
    number = re.sub(r"[ ().-]", "", _text(value))
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", number):
        raise ValueError('must be a number with its country code, such as "+12125550143"')
    return number


def _command(value: object) -> tuple[str, ...]:
    try:
        words = shlex.split(_text(value))
    except ValueError as error:
        raise ValueError(f"cannot be read as a command: {error}") from None
    if not words or not words[0].startswith("/"):
        raise ValueError("must begin with the whole path of a program: it is run without a shell")
    return tuple(words)


def _log_file(value: object) -> str:
    name = _text(value)
    if name != LOG_OFF and not name.startswith("/"):
        raise ValueError(f'must be the whole path of a file, or "{LOG_OFF}"')
    return name


def _link(value: object) -> tuple[str, str]:
    title, separator, url = _text(value).partition("=")
    if not separator or not url.startswith(("http://", "https://")):
        raise ValueError('must be a title and an address, such as "Handbook=http://…"')
    return title, url


@dataclass(frozen=True, slots=True)
class DatabaseSection:
    """Where everything is kept, and this box's name where several boxes keep it together."""

    # Not shown: some write the password into it.
    url: str = _setting(
        _url, "SQLAlchemy URL", "sqlite:////var/lib/textback/textback.db", shown=False
    )
    password: str | None = _setting(_text, "or password_file", None, shown=False)
    box: str = _setting(_name, "this box's name, for PostgreSQL only", "")

    def whole_url(self) -> URL:
        url = make_url(self.url)
        return url if self.password is None else url.set(password=self.password)


@dataclass(frozen=True, slots=True)
class WebSection:
    """The inbox."""

    listen: tuple[str, int] = _setting(_address, "address and port", ("127.0.0.1", 8080))
    https: bool = _setting(_flag, "true behind a proxy that speaks HTTPS: secure cookies", False)
    proxy: str | None = _setting(_text, "address of the one proxy in front, if any", None)
    link: tuple[str, str] | None = _setting(_link, "one more link in the header", None)


@dataclass(frozen=True, slots=True)
class PbxSection:
    """An Asterisk or FreePBX, by its manager interface (AMI)."""

    host: str = _setting(_text, "host name or address")
    username: str = _setting(_text, "AMI user")
    secret: str = _setting(_text, "its secret; or secret_file", shown=False)
    name: str = _setting(_name, "what the status page calls it", "pbx")
    port: int = _setting(_port, "AMI port", 5038)
    inbound: tuple[str, ...] = _setting(_texts, "inbound contexts, * at an end for any", ())
    history: str | None = _setting(_history, "its own call records: sqlite:, csv: or mysql:", None)
    history_password: str | None = _setting(_text, "or history_password_file", None, shown=False)
    text_recovered: bool = _setting(_flag, "text callers found in those records", True)
    trunks: tuple[str, ...] = _setting(_texts, "prefixes of trunk channels: PJSIP/provider", ())


def _limit(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 100_000:
        raise ValueError("must be a number of SMS, 0 for no limit")
    return value


def _seconds(least: float, most: float) -> Callable[[object], float]:
    def check(value: object) -> float:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not least <= float(str(value)) <= most:
            raise ValueError(f"must be a number of seconds from {least:g} to {most:g}")
        return float(str(value))

    return check


@dataclass(frozen=True, slots=True)
class ModemSection:
    """A GSM modem on a serial port; at least one of `port` and `imei` says which.

    `interval` to `failover_after` are the rules of its SIM (core.sim_rules), spans in seconds.
    """

    port: str | None = _setting(_text, "serial port, best a /dev/serial/by-id name", None)
    imei: str | None = _setting(_imei, "find it by its IMEI", None)
    name: str = _setting(_name, "what the status page calls it", "modem")
    pin: str | None = _setting(_pin, "the SIM's PIN; or pin_file", None, shown=False)
    number: str | None = _setting(_number, "the SIM's own number", None, shown=False)
    reset_command: tuple[str, ...] = _setting(_command, "gets a hung modem back", ())
    log: str | None = _setting(_log_file, 'file for the exchanges with it, or "off"', None)
    interval: float = _setting(_seconds(0, 3600), "least seconds from SMS to SMS", 4.0)
    per_hour: int = _setting(_limit, "SMS an hour until automatic texts wait", 0)
    per_day: int = _setting(_limit, "SMS a day until automatic texts wait", 200)
    failover_after: float = _setting(
        _seconds(60, 86400), "seconds a dead modem's texts wait for it", 300.0
    )


@dataclass(frozen=True, slots=True)
class Config:
    """Everything the box needs to know."""

    database: DatabaseSection
    web: WebSection
    pbxes: tuple[PbxSection, ...]
    modems: tuple[ModemSection, ...]


def load(path: Path, *, with_secrets: bool = True) -> Config:
    """Read and check a configuration file; secrets may stand in files of their own (`secret_file`).

    Without secrets those files are not opened, but for the database's password: the web has no
    need to be able to read the others.
    Raises ConfigError with every problem, each with its section and key.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError([Problem(str(path), error.strerror or str(error))]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError([Problem(str(path), f"is not TOML: {error}")]) from None
    return _Reader(document, path.parent, with_secrets).config()


class _Reader:
    """Turns a TOML document into a Config, and gathers what is wrong with it."""

    def __init__(self, document: Mapping[str, Any], folder: Path, with_secrets: bool) -> None:
        self._with_secrets = with_secrets
        self._document = document
        self._folder = folder
        self._problems: list[Problem] = []

    def config(self) -> Config:
        for key in self._document.keys() - {"database", "web", "pbx", "modem"}:
            self._problem(key, "there is no such section; there are database, web, pbx, modem")
        database = self._section("database", DatabaseSection, self._document.get("database", {}))
        web = self._section("web", WebSection, self._document.get("web", {}))
        self._check_box(database)
        pbxes = self._sections("pbx", PbxSection)
        modems = self._sections("modem", ModemSection)
        self._check_modems()
        if self._problems or database is None or web is None:
            raise ConfigError(self._problems)
        return Config(database, web, pbxes, modems)

    def _check_box(self, database: DatabaseSection | None) -> None:
        if database is None:
            return
        shared = database.url.startswith(_POSTGRESQL)
        if shared and not database.box:
            why = "several boxes may share this database, each under a name of its own"
            self._problem("database.box", f'is missing, such as "main-street": {why}')
        elif database.box and not shared:
            self._problem("database.box", "is for PostgreSQL only; leave it out")

    def _sections(self, name: str, kind: type[T]) -> tuple[T, ...]:
        tables = self._document.get(name, [])
        if not isinstance(tables, list) or not tables:
            self._problem(name, f"at least one [[{name}]] section is needed")
            return ()
        read = [self._section(f"{name}[{n}]", kind, t) for n, t in enumerate(tables, start=1)]
        self._check_names(name, read)
        return tuple(section for section in read if section is not None)

    def _check_modems(self) -> None:
        tables = self._document.get("modem", [])
        for n, table in enumerate(tables if isinstance(tables, list) else [], start=1):
            if isinstance(table, dict) and not {"port", "imei"} & table.keys():
                self._problem(f"modem[{n}].port", "is missing: give the serial port, or an imei")

    def _check_names(self, name: str, sections: list[Any]) -> None:
        names = [section.name for section in sections if section is not None]
        for twice in sorted({n for n in names if names.count(n) > 1}):
            self._problem(name, f"two sections are named '{twice}'; give each a name of its own")

    def _section(self, where: str, kind: type[T], table: Any) -> T | None:
        if not isinstance(table, dict):
            self._problem(where, "must be a section")
            return None
        before = len(self._problems)
        table = self._with_files(where, table)
        known = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]  # always a dataclass
        for key in table.keys() - known.keys():
            self._problem(f"{where}.{key}", f"no such key; there are {', '.join(sorted(known))}")
        values = dict(self._values(where, known, table))
        return kind(**values) if len(self._problems) == before else None

    def _values(
        self, where: str, known: Mapping[str, Any], table: Mapping[str, Any]
    ) -> Iterator[tuple[str, Any]]:
        for key, spec in known.items():
            if key not in table:
                if spec.default is MISSING:
                    self._problem(f"{where}.{key}", f"is missing ({spec.metadata['help']})")
                continue
            try:
                yield key, spec.metadata["check"](table[key])
            except ValueError as error:
                self._problem(f"{where}.{key}", str(error))

    def _with_files(self, where: str, table: Mapping[str, Any]) -> dict[str, Any]:
        """Replace `secret_file = "x"` by `secret = <what stands in x>`, and so for `pin_file`."""
        whole = dict(table)
        for key in ("secret", "pin", "history_password", "password"):
            name = whole.pop(f"{key}_file", None)
            if name is None:
                continue
            if key in whole:
                self._problem(f"{where}.{key}_file", f"{key} is given as well; keep one of them")
                continue
            whole[key] = _STANDS_IN
            if not self._with_secrets and key != "password":
                continue
            try:
                whole[key] = (self._folder / str(name)).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                self._problem(f"{where}.{key}_file", f"cannot be read: {error}")
        return whole

    def _problem(self, where: str, what: str) -> None:
        self._problems.append(Problem(where, what))
