"""The simulated modem itself: all that its ports share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from textback.modem.pdu.address import encode_smsc, parse_number
from textback.modem.simulator.calls import Calls
from textback.modem.simulator.grammar import Call
from textback.modem.simulator.outcomes import Later, Outcome
from textback.modem.simulator.personality import Personality
from textback.modem.simulator.results import CommandError
from textback.modem.simulator.routing import Patience, Routing
from textback.modem.simulator.session import Session
from textback.modem.simulator.settings import Settings
from textback.modem.simulator.sim import Sim
from textback.modem.simulator.subscriber import Subscriber
from textback.modem.simulator.trouble import Trouble
from textback.modem.simulator.uplink import Pace, Uplink

_FULL, _DEREGISTERED = 1, "2"
REGISTRATIONS = ("+CREG", "+CGREG", "+CEREG")
_NOT_REGISTERED, _REGISTERED, _SEARCHING = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Identity:
    """What the SIM and its network say of themselves."""

    number: str
    imsi: str = "001010000000001"
    operator: str = "Simulated network"
    operator_code: str = "00101"
    smsc: str = "+15550000000"


Handler = Callable[["Firmware", Call], Outcome]


class Firmware:
    """Not thread-safe: everything happens in the loop's thread."""

    def __init__(
        self,
        identity: Identity,
        model: Personality,
        commands: Mapping[str, Handler],
        subscriber: Subscriber,
        submit: Callable[[bytes, int], None],
        later: Later,
        *,
        pin: str | None,
        pace: Pace,
        patience: Patience,
    ) -> None:
        self.identity = identity
        self.model = model
        self.smsc = identity.smsc
        self.subscriber = subscriber
        self.later = later
        self.trouble = Trouble()
        self.settings = Settings(model.settings)
        self.sim = Sim(identity.imsi, pin)
        self.functionality = _FULL
        self.powered = True
        self.sessions: list[Session] = []
        self.on_restart: Callable[[], None] = self.power_cycle
        self.calls = Calls(self.settings, self.trouble, self.announce, later)
        self.routing = Routing(
            model, subscriber, self.settings, self.trouble, self.announce, later, patience
        )
        self.uplink = Uplink(
            submit, lambda: self.registered, self.settings, self.trouble, later, pace
        )
        self._commands = {name: commands[name] for name in commands if name not in model.refuses}
        self._noisy = False
        self._noise_runs = 0
        subscriber.on_waiting = self.idle

    @property
    def registered(self) -> bool:
        """Whether texts can go out and come in."""
        usable = self.powered and self.functionality == _FULL and not self.sim.locked
        return usable and self.subscriber.covered and self.settings["+COPS"][:1] != _DEREGISTERED

    @property
    def command_names(self) -> list[str]:
        """All commands, in order."""
        return sorted(self._commands)

    def execute(self, call: Call) -> Outcome:
        """Raises CommandError."""
        handler = self._commands.get(call.name)
        if handler is None:
            raise CommandError
        self._maybe_silence(call)
        return handler(self, call)

    def idle(self) -> None:
        """Takes from the network what there is room for."""
        if self.registered:
            self.routing.receive(encode_smsc(parse_number(self.identity.smsc)))

    def reset(self) -> None:
        """ATZ and AT&F: settings as from the factory, messages kept."""
        self.settings.reset()
        self.routing.reset()

    def power_cycle(self) -> None:
        """Off and on again."""
        self.power_off()
        self.power_on()

    def power_off(self) -> None:
        """Everything volatile is gone, and the SIM will want its PIN again."""
        self.powered = False
        self.reset()
        self.trouble.hung = False
        self.functionality = _FULL
        self.calls.power_cycle()
        self.uplink.power_cycle()
        self.sim.power_cycle()
        for session in self.sessions:
            session.power_cycle()

    def power_on(self) -> None:
        """The modem says what it says when it starts, and its noise begins."""
        self.powered = True
        for line in self.model.boot:
            self.announce(line)
        self._noisy = self.model.noise is not None
        self._noise_runs += 1
        self._make_noise(self._noise_runs)
        self.idle()

    def announce(self, *lines: str) -> None:
        """Shows unsolicited lines that belong together, where the modem shows such."""
        for session in self.sessions:
            if session.announces:
                session.announce(list(lines))

    def registration(self, name: str, verbosity: int) -> str:
        """What +CREG, +CGREG or +CEREG tell after their mode (3GPP TS 27.007, clause 7.2)."""
        if not self.registered:
            return str(_SEARCHING)
        if name not in self.model.registers_by:
            return str(_NOT_REGISTERED)
        if verbosity < 2:
            return str(_REGISTERED)
        area = '"00C3","0001A2B4"' if self.model.area_quoted else "00C3,0001A2B4"
        return f"{_REGISTERED},{area},{self.model.access_technology}"

    def registration_changed(self) -> None:
        """Tells those who asked to be told, and takes what waited."""
        for name in REGISTRATIONS:
            if name in self._commands and (verbosity := int(self.settings[name])):
                self.announce(f"{name}: {self.registration(name, verbosity)}")
        self.idle()

    def _maybe_silence(self, call: Call) -> None:
        noise = self.model.noise
        typed = f"{call.name}{call.kind}{','.join(call.args)}"
        if noise and typed == noise.silenced_by.replace('"', ""):
            self._noisy = False

    def _make_noise(self, run: int) -> None:
        noise = self.model.noise
        if noise is None or not self._noisy or run != self._noise_runs:
            return
        for line in noise.lines:
            self.announce(line)
        self.later(noise.seconds, lambda: self._make_noise(run))
