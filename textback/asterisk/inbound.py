"""Which channels are calls from outside."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from textback.asterisk.events import ChannelState, CoreShowChannel, Leg

# FreePBX's names and what plain dialplans commonly use.
BUILT_IN_CONTEXTS = (
    "from-pstn*",
    "from-trunk*",
    "from-external*",
    "from-outside*",
    "from-did*",
    "from-sip-external*",
    "from-analog*",
    "from-dahdi*",
    "from-zaptel*",
    "from-isdn*",
    "from-pri*",
    "from-gsm*",
    "from-gateway*",
    "from-provider*",
    "ext-did*",
    "inbound*",
    "incoming*",
)

_OUTGOING_LEGS = ("AppDial", "AppDial2", "AppQueue")
# A Local half, or what Asterisk makes for itself to hold another channel's place.
_NO_CALLERS = ("Local/", "AsyncGoto/", "Surrogate/")


@dataclass(frozen=True, slots=True)
class InboundRule:
    """How to tell a call from outside.

    `contexts` are names of dialplan contexts; one that ends with "*" is a prefix. `trunks` are
    prefixes of channel names ("PJSIP/provider-"), needed only for calls that were already under
    way when we connected; without any, a channel counts as a trunk when it is not named after an
    extension.
    """

    contexts: Sequence[str] = BUILT_IN_CONTEXTS
    trunks: Sequence[str] = ()
    _prefixes: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _names: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        prefixes = tuple(context[:-1] for context in self.contexts if context.endswith("*"))
        object.__setattr__(self, "_prefixes", prefixes)
        object.__setattr__(self, "_names", frozenset(self.contexts))

    def covers_context(self, context: str) -> bool:
        return context.startswith(self._prefixes) or context in self._names

    def is_new_call(self, leg: Leg) -> bool:
        """A channel that begins a call of its own, rings at us, and stands in such a context."""
        return (
            leg.state == ChannelState.RING
            and leg.uniqueid == leg.linkedid
            and not leg.channel.startswith(_NO_CALLERS)
            and self.covers_context(leg.context)
        )

    def is_call_under_way(self, item: CoreShowChannel) -> bool:
        """The same for a channel of a snapshot, whose context has usually moved on by then."""
        leg = item.leg
        if leg.channel.startswith(_NO_CALLERS) or is_outgoing_leg(item):
            return False
        if leg.uniqueid != leg.linkedid or leg.state not in (ChannelState.RING, ChannelState.UP):
            return False
        return self.covers_context(leg.context) or self._is_trunk(leg)

    def is_trunk(self, channel: str, context: str) -> bool:
        """Whether a channel born in this context leads outside."""
        return self.covers_context(context) or channel.startswith(tuple(self.trunks))

    def _is_trunk(self, leg: Leg) -> bool:
        if self.trunks:
            return leg.channel.startswith(tuple(self.trunks))
        endpoint = endpoint_of(leg.channel)
        named_as_phone = endpoint.isdigit() or endpoint == leg.number
        return bool(endpoint) and not named_as_phone and not leg.context.startswith("from-internal")


def is_outgoing_leg(item: CoreShowChannel) -> bool:
    """Whether a channel of a snapshot was dialled by another."""
    return item.application in _OUTGOING_LEGS


def device_of(channel: str) -> str:
    """ "PJSIP/101-0000002a" -> "PJSIP/101"."""
    return channel.rpartition("-")[0] or channel


def endpoint_of(channel: str) -> str:
    """ "PJSIP/101-0000002a" -> "101"; "" for a name of another shape."""
    return channel.partition("/")[2].rpartition("-")[0]


def rule_for(contexts: Iterable[str] = (), trunks: Iterable[str] = ()) -> InboundRule:
    """The rule with these contexts, the built-in ones when there are none."""
    return InboundRule(tuple(contexts) or BUILT_IN_CONTEXTS, tuple(trunks))
