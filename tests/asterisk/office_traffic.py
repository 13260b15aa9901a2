"""Random office traffic as AMI tells it, with a record of its own of who spoke with whom.

Each shape is one call, played by people (see `office_call`); `traffic` interleaves many calls.
"""

from collections.abc import Callable, Iterator
from itertools import count
from random import Random

from tests.asterisk import office_arrivals as arrivals
from tests.asterisk import office_handovers as handovers
from tests.asterisk import office_outbound as outbound
from tests.asterisk.office_call import Call, Headers, Truth

Shape = Callable[[Call], None]

SHAPES: tuple[Shape, ...] = (
    arrivals.answered,
    arrivals.nobody_answers,
    arrivals.unregistered,
    arrivals.menu_or_announcement,
    arrivals.voicemail,
    arrivals.group_over_local,
    arrivals.local_that_optimises_itself_away,
    arrivals.members_own_voicemail,
    arrivals.voicemail_the_caller_never_heard,
    arrivals.queue_abandoned,
    arrivals.queue_with_local_members,
    handovers.blind_transfer,
    handovers.attended_transfer,
    handovers.blonde_transfer,
    handovers.picked_up,
    handovers.parked,
    handovers.conference,
    arrivals.follow_me,
    arrivals.forwarded_twice,
    outbound.outbound,
    outbound.originated,
    outbound.internal,
)


def play(random: Random, serial: Iterator[int]) -> Call:
    """One random call, played to its end."""
    shape = random.choice(SHAPES)
    truth = Truth(shape.__name__, withheld=random.random() < 0.1)
    call = Call(random, serial, truth)
    shape(call)
    return call


def traffic(random: Random, calls: int, at_once: int = 30) -> Iterator[Headers | Truth]:
    """The events of that many calls, up to `at_once` of them going on at any time, interleaved.

    Each call's truth follows its last event.
    """
    serial = count(1)
    waiting = (play(random, serial) for _ in range(calls))
    live: list[tuple[Truth, Iterator[Headers]]] = []
    while True:
        while len(live) < at_once and (call := next(waiting, None)) is not None:
            live.append((call.truth, iter(call.events)))
        if not live:
            return
        turn = random.randrange(len(live))
        truth, events = live[turn]
        event = next(events, None)
        if event is None:
            del live[turn]
            yield truth
        else:
            yield event
