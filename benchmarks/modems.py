"""How much of its modems' pace the engine uses, and what four modems send beside one.

    python -m benchmarks.modems [--seconds-per-part 2.5] [--texts 12]

Simulated modems on one simulated network, which takes so many seconds for each SMS. `--texts` is
for each modem, all of them queued before the first goes out; SIM limits are off. The modem's own
pace is one SMS in each `--seconds-per-part`; what is measured runs from the first SMS that the
network took to the last. Targets: 99 % of the pace of one modem, and 3.95 times that of four.
"""

import argparse
import logging
import tempfile
import threading
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from textback.core.messages import Kind
from textback.engine.service import Engine
from textback.modem.driver import ModemSettings
from textback.modem.simulator import ModemSimulator, Network, Taken
from textback.store import conversations
from textback.store.database import Database
from textback.store.migrate import upgrade

TARGET_USE, TARGET_RATIO = 0.99, 3.95


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds-per-part", type=float, default=2.5)
    parser.add_argument("--texts", type=int, default=12, help="for each modem")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    seconds, texts = options.seconds_per_part, options.texts
    one, four = (sms_per_second(modems, texts, seconds) for modems in (1, 4))
    print(f"{texts} texts for each modem, {seconds:g} s for each SMS")
    print(
        f"one modem:   {one:.3f} SMS/s, {one * seconds:.2%} of its pace (target {TARGET_USE:.0%})"
    )
    print(f"four modems: {four:.3f} SMS/s, {four / one:.3f} times one (target {TARGET_RATIO})")


def sms_per_second(modems: int, texts: int, seconds_per_part: float) -> float:
    """What an engine with so many modems sends, each text to a number of its own."""
    wanted, all_taken = modems * texts, threading.Event()
    network = Network()

    def on_taken(_: Taken) -> None:
        if len(network.taken) == wanted:
            all_taken.set()

    network.on_taken = on_taken
    with tempfile.TemporaryDirectory(prefix="textback-benchmark-") as name, ExitStack() as stack:
        folder = Path(name)
        simulated = [
            ModemSimulator(
                folder / f"modem{n}",
                network=network,
                number=f"+1555000111{n}",
                seconds_per_part=seconds_per_part,
            )
            for n in range(modems)
        ]
        for modem in simulated:
            stack.enter_context(modem)
        _send(folder, {f"modem{n}": sim.path for n, sim in enumerate(simulated)}, wanted, all_taken)
    times = sorted(taken.at for taken in network.taken)
    # What the first SMS of each modem took lies before the first that is counted from.
    return (wanted - modems) / (times[-1] - times[0]).total_seconds()


def _send(folder: Path, ports: dict[str, str], texts: int, done: threading.Event) -> None:
    database = Database(f"sqlite:///{folder}/textback.db")
    upgrade(database)
    now = datetime.now(UTC)
    with database.write() as session:
        for n in range(texts):
            conversation = conversations.conversation_with(session, f"+121255{n:05}", now)
            conversations.queue_text(session, conversation.id, Kind.GREETING, f"text {n}", now)
    settings = {name: ModemSettings(port) for name, port in ports.items()}
    stop = threading.Event()
    engine = Engine(database, {}, settings, lambda: datetime.now(UTC))
    running = threading.Thread(target=engine.run, args=(stop,))
    running.start()
    done.wait()
    stop.set()
    running.join()
    database.close()


if __name__ == "__main__":
    main()
