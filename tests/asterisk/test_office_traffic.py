"""Random office traffic is judged as those who made the calls know it to have been.

TEXTBACK_TRAFFIC sets the number of calls, TEXTBACK_SEED repeats a run.
"""

from random import Random

from tests.asterisk.ami import NOW
from tests.asterisk.office_call import Truth
from tests.asterisk.office_traffic import traffic
from tests.chance import amount, seed
from textback.asterisk.inbound import InboundRule
from textback.asterisk.reading import to_event
from textback.asterisk.tracker import CallTracker
from textback.core.calls import (
    CallEnded,
    Finding,
    LostIn,
    OutboundEnded,
    Voicemail,
    VoicemailReached,
)

CALLS = amount("TEXTBACK_TRAFFIC", 3_000)
SEED = seed()


class Judge:
    """Holds what the tracker found against the truth of each call."""

    def __init__(self) -> None:
        self.wrong: list[str] = []
        self.judged = 0
        self._ended: dict[str, CallEnded] = {}
        self._voicemail_entries: set[str] = set()
        self._outbound: dict[str, OutboundEnded] = {}

    def note(self, finding: Finding) -> None:
        match finding:
            case CallEnded():
                self._once(finding.uniqueid not in self._ended, finding)
                self._ended[finding.uniqueid] = finding
            case VoicemailReached(call):
                self._once(call.uniqueid not in self._voicemail_entries, finding)
                self._voicemail_entries.add(call.uniqueid)
            case OutboundEnded():
                self._once(finding.number not in self._outbound, finding)
                self._outbound[finding.number] = finding

    def compare(self, truth: Truth) -> None:
        self.judged += 1
        call = self._ended.pop(truth.inbound, None)
        outbound = self._outbound.pop(truth.outbound, None)
        entered = truth.inbound in self._voicemail_entries
        self._voicemail_entries.discard(truth.inbound)
        seen = {
            "inbound": call is not None,
            "spoke": call is not None and call.person_reached,
            "voicemail": call is not None and call.voicemail is not Voicemail.NONE,
            "voicemail at entry": entered,
            "withheld": call is not None and call.withheld,
            "lost": call is not None and call.lost_in in (LostIn.TRANSFER, LostIn.PARKING),
            "mobile": call is not None and call.forwarded,
            "outbound": outbound is not None,
            "outbound spoke": outbound is not None and outbound.answered_at is not None,
        }
        expected = {
            "inbound": bool(truth.inbound),
            "spoke": truth.spoke,
            "voicemail": truth.voicemail,
            "voicemail at entry": truth.voicemail,
            "withheld": bool(truth.inbound) and truth.withheld,
            "lost": truth.lost,
            "mobile": truth.mobile,
            "outbound": bool(truth.outbound),
            "outbound spoke": truth.outbound_spoke,
        }
        if seen != expected:
            differing = {name: seen[name] for name in seen if seen[name] != expected[name]}
            self.wrong.append(f"{truth}: the tracker says {differing}")

    def left_over(self) -> list[object]:
        return [*self._ended, *self._voicemail_entries, *self._outbound]

    def _once(self, is_first: bool, finding: Finding) -> None:
        if not is_first:
            self.wrong.append(f"found twice: {finding}")


def test_every_call_of_random_traffic_is_judged_rightly_and_nothing_is_kept() -> None:
    print(f"{CALLS} calls, TEXTBACK_SEED={SEED}")
    tracker, judge, most = CallTracker(InboundRule()), Judge(), 0
    for item in traffic(Random(SEED), CALLS):
        if isinstance(item, Truth):
            judge.compare(item)
            continue
        event = to_event(item)
        for finding in tracker.feed(event, NOW) if event else ():
            judge.note(finding)
        most = max(most, tracker.live_channels)
    assert judge.wrong == []
    assert judge.judged == CALLS
    assert judge.left_over() == []
    assert tracker.live_channels == 0
    assert tracker.remembers() == 0
    assert most < 30 * 10
