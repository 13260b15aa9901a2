"""From an open port to a modem that can send and receive."""

import re
from dataclasses import dataclass, field, replace

from textback.core.errors import LinkDown
from textback.modem.asking import Asking
from textback.modem.dialogue import Dialogue
from textback.modem.model import ModemModel, model_of, models
from textback.modem.sim_lock import PinGuard, read_iccid, unlock

# Most answer with the bare name, some with the command's name before it.
_NAMED = r'(?:{}:\s*|(?!RING|RDY|Call Ready|SMS Ready|NO CARRIER|[+^*%$]))"?([^"]*)'
NUMERIC_IMEI = re.compile(r"(?:\+CGSN:\s*)?\"?(\d{14,17})")
_OWN_NUMBER = re.compile(r'\+CNUM:\s*(?:"[^"]*")?\s*,\s*"([^"]*)"')
_SERVICE_CENTRE = re.compile(r'\+CSCA:\s*"([^"]*)"')
_OPTIONAL = (
    "AT+CFUN=1",
    'AT+CSCS="GSM"',  # an earlier program may have left it at UCS2: names would come in hex
    "AT+CMMS=2",  # keep the link open between the parts of a text
    "AT+CLIP=1",
    "AT+CRC=0",
    "AT+CREG=0",
    "AT+CGREG=0",
    "AT+CEREG=0",
)


@dataclass(frozen=True, slots=True)
class ModemInfo:
    """Who the modem is, and what it can do; "" is what it does not tell."""

    data: ModemModel = field(repr=False)
    manufacturer: str
    model: str
    firmware: str
    imei: str
    iccid: str = field(repr=False)
    own_number: str = field(repr=False)
    service_centre: str
    storages: tuple[str, ...]
    writes_to: str  # the storage that AT+CMGW and AT+CMSS use, where we know it
    acknowledges: bool  # messages that it does not store wait for AT+CNMA
    indications: str  # the values that AT+CNMI took

    @property
    def status_reports(self) -> bool:
        """Whether status reports will come."""
        values = self.indications.split(",")
        return len(values) > 3 and values[3] != "0"


def bring_up(
    dialogue: Dialogue, pin: str | None, guard: PinGuard, timeout: float, usb_id: str = ""
) -> ModemInfo:
    """Raises LinkDown when the modem cannot serve, AccessRefused when its SIM is locked."""
    asking = Asking(dialogue, timeout)
    dialogue.resynchronise()
    for text in ("ATZ", "ATE0", "AT+CMEE=1"):
        asking.optional(text)
    info = _identified(asking, usb_id)
    unlock(asking, info.data, pin, info.iccid or info.imei, guard)
    info = replace(info, iccid=info.iccid or read_iccid(asking, info.data))
    for sim in {info.iccid, info.imei}:  # many tell the ICCID of an open SIM only
        guard.opened(sim)
    for text in (*_OPTIONAL, *info.data.init):
        asking.optional(text)
    asking.needed("AT+CMGF=0")
    storages, writes_to = _choose_storages(asking, info.data)
    return replace(
        info,
        storages=storages,
        writes_to=writes_to,
        own_number=asking.told("AT+CNUM", _OWN_NUMBER),
        service_centre=asking.told("AT+CSCA?", _SERVICE_CENTRE),
        # Phase 2+: the network keeps a message that is not stored here until AT+CNMA. It comes
        # first, because AT+CNMI says what it applies to (27.005, 3.2.1).
        acknowledges=asking.optional("AT+CSMS=1"),
        indications=_choose_indications(asking, info.data),
    )


def _identified(asking: Asking, usb_id: str) -> ModemInfo:
    """What can be told while the SIM is locked."""
    manufacturer, model, firmware = (
        asking.told(f"AT{name}", re.compile(_NAMED.format(re.escape(name)))).strip()
        for name in ("+CGMI", "+CGMM", "+CGMR")
    )
    data = model_of(manufacturer, model, usb_id, models())
    return ModemInfo(
        data=data,
        manufacturer=manufacturer,
        model=model,
        firmware=firmware,
        imei=asking.told("AT+CGSN", NUMERIC_IMEI),
        iccid=read_iccid(asking, data),
        own_number="",
        service_centre="",
        storages=(),
        writes_to="",
        acknowledges=False,
        indications="",
    )


def _choose_storages(asking: Asking, model: ModemModel) -> tuple[tuple[str, ...], str]:
    """Those that may hold texts from the network, and the one to write to, "" if none is sure."""
    answer = asking.ask("AT+CPMS=?", re.compile(r"\+CPMS:"))
    lists = re.findall(r"\(([^)]*)\)", answer.first)
    readable = re.findall(r'"(\w+)"', lists[0]) if lists else []
    known = tuple(name for name in model.storages if name in readable) or ("SM",)
    chosen = known[0]
    triple = f'AT+CPMS="{chosen}","{chosen}","{chosen}"'
    writes_to = chosen if asking.optional(triple) else ""
    if not writes_to:
        asking.needed(f'AT+CPMS="{chosen}"')
    # MT is SM and ME together: looking through it as well would see everything twice.
    several = known if known == ("MT",) else tuple(name for name in known if name != "MT")
    return several, writes_to


def _choose_indications(asking: Asking, model: ModemModel) -> str:
    """The first that the modem takes. Raises LinkDown when no texts would be announced."""
    for values in model.indications:
        if asking.optional(f"AT+CNMI={values}"):
            return values
    raise LinkDown("the modem refused every AT+CNMI: it would not tell of incoming texts")
