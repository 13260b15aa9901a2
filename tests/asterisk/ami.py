"""Short ways to write AMI events in tests."""

from collections.abc import Iterable
from datetime import UTC, datetime

from textback.asterisk.events import Event
from textback.asterisk.inbound import InboundRule
from textback.asterisk.reading import to_event
from textback.asterisk.tracker import CallTracker
from textback.core.calls import CallEnded, Finding

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CALLER = {"Channel": "PJSIP/provider-01", "Uniqueid": "1.1", "Linkedid": "1.1"}
PHONE = {"Channel": "PJSIP/101-02", "Uniqueid": "1.2", "Linkedid": "1.1"}
PHONE_2 = {"Channel": "PJSIP/102-03", "Uniqueid": "1.3", "Linkedid": "1.1"}
HALF_1 = {"Channel": "Local/101@ext-0a;1", "Uniqueid": "1.4", "Linkedid": "1.1"}
HALF_2 = {"Channel": "Local/101@ext-0a;2", "Uniqueid": "1.5", "Linkedid": "1.1"}

Headers = dict[str, str]


def event(name: str, channel: Headers | None = None, **more: str) -> Event:
    headers = {name.replace("_", "-"): value for name, value in more.items()}
    made = to_event({"Event": name, **(channel or {}), **headers})
    assert made is not None, f"the tracker does not listen to {name}"
    return made


def arrival(channel: Headers = CALLER, number: str = "5550100", did: str = "2001") -> Event:
    place = {"ChannelState": "4", "Context": "from-trunk", "Exten": did}
    return event("Newchannel", channel, CallerIDNum=number, **place)


def born(channel: Headers, state: str = "0") -> Event:
    return event("Newchannel", channel, ChannelState=state, Context="from-internal")


def state(channel: Headers, number: int) -> Event:
    return event("Newstate", channel, ChannelState=str(number))


def enters(channel: Headers, bridge: str, technology: str = "simple_bridge") -> Event:
    return event("BridgeEnter", channel, BridgeUniqueid=bridge, BridgeTechnology=technology)


def leaves(channel: Headers, bridge: str) -> Event:
    return event("BridgeLeave", channel, BridgeUniqueid=bridge)


def rings(channel: Headers) -> Event:
    destination = {f"Dest{name}": value for name, value in channel.items()}
    return event("DialBegin", CALLER, **destination)


def stops_ringing(channel: Headers, status: str) -> Event:
    destination = {f"Dest{name}": value for name, value in channel.items()}
    return event("DialEnd", CALLER, DialStatus=status, **destination)


def hangup(channel: Headers = CALLER, cause: int = 16) -> Event:
    return event("Hangup", channel, Cause=str(cause))


def voicemail(channel: Headers = CALLER) -> Event:
    return event("Newexten", channel, Application="VoiceMail", AppData="101@default,u")


def findings(tracker: CallTracker, events: Iterable[Event]) -> list[Finding]:
    return [found for each in events for found in tracker.feed(each, NOW)]


def feed(tracker: CallTracker, events: Iterable[Event]) -> list[CallEnded]:
    return [found for found in findings(tracker, events) if isinstance(found, CallEnded)]


def track(*events: Event, rule: InboundRule | None = None) -> list[CallEnded]:
    return feed(CallTracker(rule or InboundRule()), events)


def only(calls: list[CallEnded]) -> CallEnded:
    assert len(calls) == 1
    return calls[0]
