"""The simulated PBX's live channels, kept by watching the events it sends."""

from collections.abc import Callable, Iterable, Mapping

Headers = Mapping[str, str]

_CHANNEL_HEADERS = (
    "Channel",
    "ChannelState",
    "ChannelStateDesc",
    "CallerIDNum",
    "CallerIDName",
    "ConnectedLineNum",
    "ConnectedLineName",
    "Language",
    "AccountCode",
    "Context",
    "Exten",
    "Priority",
    "Uniqueid",
    "Linkedid",
)


class LiveChannels:
    """What CoreShowChannels, Status, BridgeList and Getvar answer from."""

    def __init__(self) -> None:
        self._channels: dict[str, dict[str, str]] = {}
        self._applications: dict[str, str] = {}
        self._bridges: dict[str, str] = {}
        self._holding: set[str] = set()
        self._dnids: dict[str, str] = {}
        self._prohibited: dict[str, str] = {}

    def observe(self, headers: Headers) -> None:
        """Take an event into account that is about to be sent."""
        uniqueid, event = headers.get("Uniqueid", ""), headers.get("Event", "")
        if event == "Newchannel":
            self._channels[uniqueid] = {}
            self._dnids[uniqueid] = headers.get("Exten", "")
        if uniqueid in self._channels:
            self._refresh(uniqueid, event, headers)
        if event == "Hangup":
            self._forget(uniqueid)

    def _refresh(self, uniqueid: str, event: str, headers: Headers) -> None:
        shown = {name: headers[name] for name in _CHANNEL_HEADERS if name in headers}
        self._channels[uniqueid].update(shown)
        if event == "BridgeEnter":
            self._bridges[uniqueid] = headers.get("BridgeUniqueid", "")
            if headers.get("BridgeTechnology") == "holding_bridge":
                self._holding.add(self._bridges[uniqueid])
        elif event == "BridgeLeave":
            self._bridges.pop(uniqueid, None)
        elif event == "Newexten":
            self._applications[uniqueid] = headers.get("Application", "")

    def _forget(self, uniqueid: str) -> None:
        name = self._channels.get(uniqueid, {}).get("Channel", "")
        self._prohibited.pop(name, None)
        for table in (self._channels, self._applications, self._bridges, self._dnids):
            table.pop(uniqueid, None)

    def core_show_channels(self) -> Iterable[Headers]:
        for uniqueid, channel in self._channels.items():
            yield {
                "Event": "CoreShowChannel",
                **channel,
                "Application": self._application(uniqueid),
                "ApplicationData": "",
                "Duration": "00:00:00",
                "BridgeId": self._bridges.get(uniqueid, ""),
            }

    def status(self) -> Iterable[Headers]:
        for uniqueid, channel in self._channels.items():
            own_call = channel.get("Linkedid") == uniqueid
            dnid = self._dnids.get(uniqueid, "") if own_call else ""
            yield {"Event": "Status", **channel, "Type": "PJSIP", "DNID": dnid}

    def bridge_list(self) -> Iterable[Headers]:
        for bridge in sorted(set(self._bridges.values())):
            holding = bridge in self._holding
            yield {
                "Event": "BridgeListItem",
                "BridgeUniqueid": bridge,
                "BridgeType": "parking" if holding else "basic",
                "BridgeTechnology": "holding_bridge" if holding else "simple_bridge",
                "BridgeNumChannels": str(list(self._bridges.values()).count(bridge)),
            }

    def hide(self, channel: str, variable: str) -> None:
        """From now on `variable` of this channel tells that its number must not be shown."""
        self._prohibited[channel] = variable

    def variable(self, channel: str, name: str) -> str:
        """What Getvar answers; "" for a variable that is not set."""
        if self._prohibited.get(channel) == name:
            return "prohib_not_screened"
        return "allowed_not_screened" if name == "CALLERID(num-pres)" else ""

    def hangups(self) -> Iterable[Headers]:
        """The Hangup of every live channel, for when the PBX stops."""
        for channel in tuple(self._channels.values()):
            yield {
                "Event": "Hangup",
                "Privilege": "call,all",
                **channel,
                "Cause": "0",
                "Cause-txt": "Unknown",
            }

    def has_channel(self, name: str) -> bool:
        return any(channel.get("Channel") == name for channel in self._channels.values())

    def _application(self, uniqueid: str) -> str:
        own_call = self._channels[uniqueid].get("Linkedid") == uniqueid
        return self._applications.get(uniqueid, "Dial" if own_call else "AppDial")


Emit = Callable[[Headers], None]
