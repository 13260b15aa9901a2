"""An AMI user with too few rights on a real Asterisk: what is missing is named."""

import asyncio
from collections.abc import Awaitable, Callable

from tests.asterisk.listening import Ears, listening
from textback.asterisk.settings import AmiSettings, Timings
from textback.core.links import LinkState

from .pbx import RealAsterisk
from .sipp import answers

CALLER = "+12125550143"


def listen(asterisk: RealAsterisk, user: str, story: Callable[[Ears], Awaitable[str]]) -> str:
    """Run a story with the ears of this AMI user, from the moment it is connected."""
    timings = Timings(first_audit=0.5, audit=0.5)
    settings = AmiSettings("127.0.0.1", asterisk.ami_port, user, asterisk.secret, timings=timings)

    async def tell() -> str:
        async with listening(settings) as ears:
            return await story(ears)

    return asyncio.run(tell())


def test_who_may_not_read_calls_is_told_during_the_first_one(asterisk: RealAsterisk) -> None:
    async def story(ears: Ears) -> str:
        assert (await ears.link(LinkState.UP)).detail == ""
        with asterisk.phone("101", answers()):
            asterisk.place_call(CALLER, "2001")
            return (await ears.link(LinkState.REFUSED)).detail

    assert "lacks read class call" in listen(asterisk, "without-call", story)


def test_who_may_not_read_the_dialplan_is_told_at_the_first_message(
    asterisk: RealAsterisk,
) -> None:
    async def story(ears: Ears) -> str:
        assert (await ears.link(LinkState.UP)).detail == ""
        asterisk.place_call(CALLER, "2006", hangup_after=3)
        return (await ears.link(LinkState.UP)).detail

    assert "lacks read class dialplan" in listen(asterisk, "without-dialplan", story)


def test_who_may_not_ask_is_told_at_once(asterisk: RealAsterisk) -> None:
    async def story(ears: Ears) -> str:
        return (await ears.link(LinkState.UP)).detail

    assert "lacks write class reporting" in listen(asterisk, "without-reporting", story)


def test_who_has_the_rights_of_the_deployed_file_is_told_nothing(asterisk: RealAsterisk) -> None:
    async def story(ears: Ears) -> str:
        assert (await ears.link(LinkState.UP)).detail == ""
        asterisk.place_call(CALLER, "2006", hangup_after=3)
        await ears.call()
        return "" if ears.links.empty() else ears.links.get_nowait().detail

    assert listen(asterisk, asterisk.ami_user, story) == ""
