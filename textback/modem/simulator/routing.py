"""Where what comes in goes: a storage, the port, or both (AT+CNMI, AT+CSMS and AT+CNMA)."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from textback.modem.pdu import PduError, decode_incoming
from textback.modem.pdu.deliver import Deliver
from textback.modem.simulator import presentation
from textback.modem.simulator.outcomes import Later
from textback.modem.simulator.personality import Personality
from textback.modem.simulator.results import NO_ACKNOWLEDGEMENT_EXPECTED, CmsError
from textback.modem.simulator.settings import Settings
from textback.modem.simulator.storage import Memory, Stat, Storage, Together
from textback.modem.simulator.subscriber import Downlink, Subscriber
from textback.modem.simulator.trouble import Trouble

_BUFFERED = 20
_NO_INDICATIONS = (0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds that the modem waits for AT+CNMA, and until the network tries again."""

    acknowledge: float = 15.0
    retry: float = 5.0


class Routing:
    """`settings` say how messages are shown; `announce` shows unsolicited lines."""

    def __init__(
        self,
        model: Personality,
        subscriber: Subscriber,
        settings: Settings,
        trouble: Trouble,
        announce: Callable[..., None],
        later: Later,
        patience: Patience,
    ) -> None:
        self.storages = {
            name: Storage(capacity, model.first_index) for name, capacity in model.storages.items()
        }
        self.memories: dict[str, Memory] = {
            **self.storages,
            "MT": Together(tuple(self.storages.values())),
        }
        self._first = model.memories[2][0]
        self._subscriber = subscriber
        self._settings = settings
        self._trouble = trouble
        self._announce = announce
        self._later = later
        self._patience = patience
        self._buffer: deque[tuple[str, ...]] = deque(maxlen=_BUFFERED)
        self._handed_over: Downlink | None = None
        self._hand_overs = 0
        self.reset()

    def reset(self) -> None:
        """As from the factory; messages stay."""
        self.chosen = [self._first] * 3
        self.indications = _NO_INDICATIONS
        self.service = 0
        self._buffer.clear()
        if self._handed_over:
            self._subscriber.waiting.appendleft(self._handed_over)
            self._handed_over = None

    def memory(self, purpose: int) -> Memory:
        """The memory chosen for reading (0), writing and sending (1) or receiving (2)."""
        return self.memories[self.chosen[purpose]]

    def receive(self, smsc: bytes) -> None:
        """Takes from the network what it can; `smsc` stands before each TPDU."""
        waiting = self._subscriber.waiting
        while waiting and not self._handed_over and not self._trouble.deaf:
            if not self._take(waiting.popleft(), smsc):
                return

    def indicate(self, indications: tuple[int, int, int, int, int]) -> None:
        """AT+CNMI: lines that were kept in mode 0 come out, or are dropped when <bfr> is 1."""
        self.indications = indications
        if not indications[0]:
            return
        kept = [] if indications[4] else list(self._buffer)
        self._buffer.clear()
        for lines in kept:
            self._announce(*lines)

    def acknowledge(self, accepted: bool) -> None:
        """AT+CNMA. Raises CmsError when nothing waits for it."""
        downlink, self._handed_over = self._handed_over, None
        if downlink is None:
            raise CmsError(NO_ACKNOWLEDGEMENT_EXPECTED)
        if not accepted:
            self._try_again(downlink)

    def _take(self, downlink: Downlink, smsc: bytes) -> bool:
        pdu = smsc + downlink.tpdu
        _, texts, _, reports, _ = self.indications
        if downlink.is_report and reports == 0:
            return True
        if reports == 1 if downlink.is_report else self._is_direct(texts, pdu):
            self._hand_over(downlink, pdu)
            return True
        memory = self.memory(2)
        if memory.full:
            self._subscriber.waiting.appendleft(downlink)
            return False
        index = memory.add(pdu, Stat.UNREAD)
        if (downlink.is_report or texts) and not self._trouble.unannounced:
            name = "+CDSI" if downlink.is_report else "+CMTI"
            self._tell(f'{name}: "{self.chosen[2]}",{index}')
        return True

    def _is_direct(self, texts: int, pdu: bytes) -> bool:
        message_class = _class_of(pdu)
        return (texts == 2 and message_class != 2) or (texts == 3 and message_class == 3)

    def _hand_over(self, downlink: Downlink, pdu: bytes) -> None:
        name = "+CDS" if downlink.is_report else "+CMT"
        self._tell(*presentation.direct(name, pdu, self._settings))
        if self.service != 1:
            return
        self._handed_over = downlink
        self._hand_overs += 1
        hand_over = self._hand_overs
        self._later(self._patience.acknowledge, lambda: self._give_up(hand_over))

    def _give_up(self, hand_over: int) -> None:
        """Nobody acknowledged: 27.005, clause 3.4.4, has the modem switch its routing off."""
        if self._handed_over is None or hand_over != self._hand_overs:
            return
        mode, _, broadcasts, _, buffer = self.indications
        self.indications = (mode, 0, broadcasts, 0, buffer)
        downlink, self._handed_over = self._handed_over, None
        self._try_again(downlink)

    def _try_again(self, downlink: Downlink) -> None:
        self._later(self._patience.retry, lambda: self._subscriber.queue(downlink))

    def _tell(self, *lines: str) -> None:
        if self.indications[0]:
            self._announce(*lines)
        else:
            self._buffer.append(lines)


def _class_of(pdu: bytes) -> int | None:
    try:
        message = decode_incoming(pdu.hex())
    except PduError:
        return None
    return message.coding.message_class if isinstance(message, Deliver) else None
