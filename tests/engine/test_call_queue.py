"""A finding that cannot be dealt with costs no other, and no call."""

from dataclasses import replace
from datetime import datetime

import pytest

from tests.core.test_policy import MISSED, OFFICE
from tests.waiting import wait_until
from textback.core import policy
from textback.core.calls import CallEnded
from textback.engine.call_queue import CallQueue
from textback.engine.calls import CallBook
from textback.store.calls import calls_since
from textback.store.database import Database
from textback.store.models import Call
from textback.store.office import save_office


def test_a_call_that_meets_a_bug_is_set_aside_and_the_next_one_is_texted(
    database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide = policy.decide

    def with_a_bug(call: CallEnded, known: policy.Known) -> policy.Send | policy.Skip:
        if call.uniqueid == MISSED.uniqueid:
            raise RuntimeError("a bug")
        return decide(call, known)

    monkeypatch.setattr(policy, "decide", with_a_bug)
    with database.write() as session:
        save_office(session, OFFICE)
    calls = CallQueue(CallBook(database, lambda: now), lambda: None)
    calls.start()
    calls.put("office", MISSED)
    calls.put("office", replace(MISSED, uniqueid="2.2", caller="+12125550177"))
    wait_until(lambda: len(kept(database)) == 2, "both calls")
    calls.stop()
    assert [(call.texted, call.decision) for call in kept(database)] == [
        (False, "not_decided"),
        (True, "no_answer"),
    ]


def kept(database: Database) -> list[Call]:
    with database.read() as session:
        return calls_since(session, None)
