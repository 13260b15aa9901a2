"""The whole program, put together: which part gets which."""

import logging
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, ProgrammingError

from textback.asterisk.catch_up.cel import Restart
from textback.asterisk.catch_up.source import HistorySource, open_source
from textback.asterisk.inbound import BUILT_IN_CONTEXTS, InboundRule
from textback.asterisk.settings import AmiSettings
from textback.config import LOG_OFF, Config, ModemSection, PbxSection
from textback.core.calls import CallEnded, OutboundEnded
from textback.core.errors import ConfigError, LinkDown, Problem
from textback.core.links import full_name
from textback.core.sim_rules import SimRules
from textback.engine.service import Engine, Pbx
from textback.modem.driver import ModemSettings
from textback.store.changes import Changes
from textback.store.database import Database
from textback.store.migrate import upgrade
from textback.store.office import web_secret
from textback.supervisor import stop_on_signals, supervise
from textback.web.app import create_app
from textback.web.context import WebConfig
from textback.web.serve import serve

log = logging.getLogger(__name__)

_LISTEN_AGAIN = 2.0  # seconds


def utc_now() -> datetime:
    return datetime.now(UTC)


def open_database(config: Config) -> Database:
    """The database, with its tables brought up to date.

    Raises ConfigError if it cannot be had, LinkDown if it is a server that cannot be had now.
    """
    database = Database(config.database.whole_url())
    try:
        upgrade(database)
    except (OperationalError, ProgrammingError) as error:
        what = " ".join(str(error.orig).split())
        if database.shared and isinstance(error, OperationalError):
            raise LinkDown(f"database.url: {what}") from None
        raise ConfigError([Problem("database.url", what)]) from None
    return database


def run_engine(config: Config, now: Callable[[], datetime]) -> None:
    """Listen to the PBXs and work the modems until SIGTERM or SIGINT."""
    stop = stop_on_signals()
    database = open_database(config)
    box = config.database.box
    pbxes = {full_name(box, pbx.name): _pbx(pbx) for pbx in config.pbxes}
    modems = {full_name(box, modem.name): modem_settings(config, modem) for modem in config.modems}
    sims = {full_name(box, modem.name): sim_rules(modem) for modem in config.modems}
    Engine(database, pbxes, modems, now, box, sims).run(stop)
    database.close()


def run_web(config: Config, now: Callable[[], datetime]) -> None:
    """Serve the inbox until SIGTERM or SIGINT."""
    database = open_database(config)
    with database.write() as session:
        secret = web_secret(session)
    changes = Changes(database)
    web = WebConfig(secret_key=secret, secure_cookies=config.web.https, extra_link=config.web.link)
    host, port = config.web.listen
    app = create_app(web, database, changes, now)
    stop, told = stop_on_signals(), False
    while not stop.is_set():
        try:
            serve(app, changes, host, port, stop, config.web.proxy)
        except OSError as error:
            # Another program may only be slow to let go of the port.
            log.log(
                logging.DEBUG if told else logging.ERROR,
                "web.listen: cannot listen on %s:%d: %s",
                *(host, port, error.strerror),
            )
            told = True
            stop.wait(_LISTEN_AGAIN)
    database.close()


def run_both(config_file: Path) -> int:
    """Engine and web as two processes, each started again if it dies; the exit code."""
    run = [sys.executable, "-m", "textback", "run", "--config", str(config_file), "--only"]
    return supervise({only: [*run, only] for only in ("engine", "web")})


@dataclass(frozen=True, slots=True)
class _Records:
    """A PBX's own records, and which of the calls in them come from outside."""

    source: HistorySource
    inbound: InboundRule

    def calls(
        self, since: datetime, until: datetime, restart: Restart | None
    ) -> Sequence[CallEnded | OutboundEnded]:
        return self.source.calls(since, until, self.inbound, restart)


def _pbx(pbx: PbxSection) -> Pbx:
    ami = ami_settings(pbx)
    if pbx.history is None:
        return Pbx(ami)
    try:
        source = open_source(pbx.history, pbx.history_password or "")
    except ValueError as error:
        raise ConfigError([Problem(f"pbx '{pbx.name}'.history", str(error))]) from None
    return Pbx(ami, _Records(source, ami.inbound), pbx.text_recovered)


def check_histories(config: Config) -> None:
    """Raises ConfigError with every PBX's records that could not be opened as they are named."""
    problems: list[Problem] = []
    for pbx in config.pbxes:
        try:
            _pbx(pbx)
        except ConfigError as error:
            problems.extend(error.problems)
    if problems:
        raise ConfigError(problems)


def ami_settings(pbx: PbxSection) -> AmiSettings:
    return AmiSettings(
        host=pbx.host,
        port=pbx.port,
        username=pbx.username,
        secret=pbx.secret,
        inbound_contexts=pbx.inbound or BUILT_IN_CONTEXTS,
        trunks=pbx.trunks,
    )


def sim_rules(modem: ModemSection) -> SimRules:
    return SimRules(
        interval=timedelta(seconds=modem.interval),
        per_hour=modem.per_hour,
        per_day=modem.per_day,
        failover_after=timedelta(seconds=modem.failover_after),
    )


def modem_settings(config: Config, modem: ModemSection) -> ModemSettings:
    return ModemSettings(
        port=modem.port or "",
        imei=modem.imei or "",
        number=modem.number or "",
        pin=modem.pin,
        reset_command=modem.reset_command,
        log=modem_log(config, modem),
    )


def modem_log(config: Config, modem: ModemSection) -> Path | None:
    """Where the exchanges with a modem are kept: beside the database unless it is said otherwise.

    None when they are kept nowhere.
    """
    if modem.log is not None:
        return None if modem.log == LOG_OFF else Path(modem.log)
    database = make_url(config.database.url)
    if database.get_backend_name() != "sqlite" or not database.database:
        return None
    name = re.sub(r"[^\w.-]", "_", modem.name)
    return Path(database.database).parent / f"modem-{name}.log"
