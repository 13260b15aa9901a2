"""Which channels are calls from outside."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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

    def covers_context(self, context: str) -> bool:
        return any(_matches(pattern, context) for pattern in self.contexts)

    def is_new_call(self, leg: Leg) -> bool:
        """A channel that begins a call of its own, rings at us, and stands in such a context."""
        return (
            leg.state == ChannelState.RING
            and leg.uniqueid == leg.linkedid
            and not leg.channel.startswith("Local/")
            and self.covers_context(leg.context)
        )

    def is_call_under_way(self, item: CoreShowChannel) -> bool:
        """The same for a channel of a snapshot, whose context has usually moved on by then."""
        leg = item.leg
        if leg.channel.startswith("Local/") or item.application in _OUTGOING_LEGS:
            return False
        if leg.uniqueid != leg.linkedid or leg.state not in (ChannelState.RING, ChannelState.UP):
            return False
        return self.covers_context(leg.context) or self._is_trunk(leg)

    def _is_trunk(self, leg: Leg) -> bool:
        if self.trunks:
            return leg.channel.startswith(tuple(self.trunks))
        endpoint = endpoint_of(leg.channel)
        named_as_phone = endpoint.isdigit() or endpoint == leg.number
        return bool(endpoint) and not named_as_phone and not leg.context.startswith("from-internal")


def endpoint_of(channel: str) -> str:
    """ "PJSIP/101-0000002a" -> "101"; "" for a name of another shape."""
    return channel.partition("/")[2].rpartition("-")[0]


def rule_for(contexts: Iterable[str] = (), trunks: Iterable[str] = ()) -> InboundRule:
    """The rule with these contexts, the built-in ones when there are none."""
    return InboundRule(tuple(contexts) or BUILT_IN_CONTEXTS, tuple(trunks))


def _matches(pattern: str, context: str) -> bool:
    if pattern.endswith("*"):
        return context.startswith(pattern[:-1])
    return context == pattern
