import pytest

from textback.core.messages import (
    IllegalMove,
    MessageState,
    PartState,
    check_move,
    state_by_reports,
)

OUT, DELIVERED, UNDELIVERED = PartState.OUT, PartState.DELIVERED, PartState.UNDELIVERED


def test_a_text_that_may_have_gone_out_is_never_queued_by_the_program_from_sent() -> None:
    with pytest.raises(IllegalMove):
        check_move(MessageState.SENT, MessageState.QUEUED)


def test_what_is_settled_stays_settled() -> None:
    for state in (MessageState.DELIVERED, MessageState.FAILED, MessageState.CANCELLED):
        for after in MessageState:
            with pytest.raises(IllegalMove):
                check_move(state, after)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([DELIVERED], MessageState.DELIVERED),
        ([DELIVERED, DELIVERED], MessageState.DELIVERED),
        ([DELIVERED, OUT], None),
        ([OUT, OUT], None),
        ([DELIVERED, UNDELIVERED], MessageState.UNDELIVERED),
        ([UNDELIVERED, OUT], MessageState.UNDELIVERED),
        ([], None),
    ],
)
def test_a_text_is_delivered_when_all_its_parts_are(
    parts: list[PartState], expected: MessageState | None
) -> None:
    assert state_by_reports(parts) is expected
