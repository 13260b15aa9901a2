"""Messages in the simulated modem: text mode, stored ones, storages (3GPP TS 27.005)."""

import pytest

from tests.modem.terminal import Line
from textback.modem.pdu import encode_submit
from textback.modem.simulator import ModemSimulator

TO, FROM = "+15551234567", "+15557654321"
[PDU] = encode_submit(TO, "stored", reference=0, status_report=False)


def write(line: Line, stat: str = "") -> list[str]:
    assert line.ask(f"AT+CMGW={PDU.length}{stat}") == [">"]
    return line.enter(PDU.hex)


class TestTextMode:
    @pytest.fixture
    def line(self, line: Line) -> Line:
        line.ask("AT+CMGF=1")
        return line

    def test_a_text_is_typed_and_sent(self, line: Line, simulator: ModemSimulator) -> None:
        assert line.ask(f'AT+CMGS="{TO}"') == [">"]
        assert line.enter("hello @ all") == ["+CMGS: 0", "OK"]
        assert [(sms.to, sms.text) for sms in simulator.sent] == [(TO, "hello @ all")]

    def test_emoji_go_as_ucs2(self, line: Line, simulator: ModemSimulator) -> None:
        line.ask('AT+CSMP=17,167,0,8;+CSCS="UCS2"')
        assert line.ask(f'AT+CMGS="{TO.encode("utf-16-be").hex()}"') == [">"]
        assert line.enter("hi 👍".encode("utf-16-be").hex()) == ["+CMGS: 0", "OK"]
        assert simulator.sent[0].text == "hi 👍"

    def test_a_text_too_long_for_one_part_is_refused(
        self, line: Line, simulator: ModemSimulator
    ) -> None:
        assert line.ask(f'AT+CMGS="{TO}"') == [">"]
        assert line.enter("x" * 161) == ["+CMS ERROR: 305"]
        assert simulator.taken == []

    def test_a_text_is_listed_with_sender_and_time(
        self, line: Line, simulator: ModemSimulator
    ) -> None:
        simulator.receive_sms(FROM, "call me")
        header, text, _ = line.ask('AT+CMGL="REC UNREAD"')
        assert header.startswith(f'+CMGL: 1,"REC UNREAD","{FROM}",,"')
        assert text == "call me"
        assert line.ask('AT+CMGL="REC UNREAD"') == ["OK"]
        assert len(line.ask('AT+CMGL="ALL"')) == 3

    def test_csdh_shows_more(self, line: Line, simulator: ModemSimulator) -> None:
        simulator.receive_sms(FROM, "call me")
        line.ask("AT+CSDH=1")
        header, _, _ = line.ask("AT+CMGR=1")
        assert header.endswith(',145,4,0,0,"+15550000000",145,7')

    def test_a_sender_with_a_name_is_told_as_one(
        self, line: Line, simulator: ModemSimulator
    ) -> None:
        simulator.receive_sms("Bank", "hi")
        line.ask("AT+CSDH=1")
        assert ',"Bank",' in (header := line.ask("AT+CMGR=1")[0])
        assert ",208,4,0,0," in header

    @pytest.mark.parametrize(
        ("characters", "shown"),
        [
            ("GSM", "\x00\x03"),
            ("8859-1", "@¥"),
            ("IRA", "@?"),
            ("HEX", "0003"),
            ("UCS2", "004000A5"),
        ],
    )
    def test_a_text_is_shown_in_the_chosen_characters(
        self, line: Line, simulator: ModemSimulator, characters: str, shown: str
    ) -> None:
        simulator.receive_sms(FROM, "@¥")
        line.ask(f'AT+CSCS="{characters}"')
        assert line.ask("AT+CMGR=1")[1] == shown

    def test_a_report_is_one_line(self, line: Line, simulator: ModemSimulator) -> None:
        line.ask("AT+CNMI=2,1,0,2")
        simulator.report(TO, 17, 0)
        assert line.next_line() == '+CDSI: "SM",1'
        assert line.ask("AT+CMGR=1")[0].startswith(f'+CMGR: "REC UNREAD",6,17,"{TO}",145,"')

    def test_what_waits_to_be_sent_shows_its_recipient(self, line: Line) -> None:
        line.ask(f'AT+CMGW="{TO}"')
        assert line.enter("later") == ["+CMGW: 1", "OK"]
        assert line.ask('AT+CMGL="STO UNSENT"') == [
            f'+CMGL: 1,"STO UNSENT","{TO}",,',
            "later",
            "OK",
        ]

    def test_a_corrupt_message_hides_no_other(self, line: Line, simulator: ModemSimulator) -> None:
        simulator.fault("corrupt-pdu")
        simulator.receive_sms(FROM, "damaged")
        simulator.receive_sms(FROM, "sound")
        assert line.ask("AT+CMGR=2")[1] == "sound"
        line.ask("AT+CMGF=0")
        assert len(line.ask("AT+CMGL=4")) == 5


class TestStored:
    def test_a_sent_one_is_sto_sent_once_the_network_took_it(
        self, line: Line, simulator: ModemSimulator
    ) -> None:
        simulator.fault("cms-error", code=38)
        assert write(line) == ["+CMGW: 1", "OK"]
        assert line.ask("AT+CMSS=1") == ["+CMS ERROR: 38"]
        assert line.ask("AT+CMGL=2")[0].startswith("+CMGL: 1,2,")
        assert line.ask("AT+CMSS=1") == ["+CMSS: 0", "OK"]
        assert line.ask("AT+CMGL=3")[0].startswith("+CMGL: 1,3,")
        assert len(simulator.taken) == 1

    def test_two_are_sent_by_one_line(self, line: Line, simulator: ModemSimulator) -> None:
        write(line)
        write(line)
        assert line.ask("AT+CMSS=1;+CMSS=2") == ["+CMSS: 0", "+CMSS: 1", "OK"]
        assert len(simulator.taken) == 2

    def test_it_goes_to_somebody_else_when_told_so(
        self, line: Line, simulator: ModemSimulator
    ) -> None:
        write(line)
        assert line.ask(f'AT+CMSS=1,"{FROM}"') == ["+CMSS: 0", "OK"]
        assert [(sms.to, sms.text) for sms in simulator.sent] == [(FROM, "stored")]

    def test_an_incoming_message_can_be_written(
        self, line: Line, simulator: ModemSimulator
    ) -> None:
        simulator.receive_sms(FROM, "one")
        header, pdu, _ = line.ask("AT+CMGR=1")
        length = header.rpartition(",")[2]
        assert line.ask(f"AT+CMGW={length},0") == [">"]
        assert line.enter(pdu) == ["+CMGW: 2", "OK"]
        assert line.ask("AT+CMGL=0") == [f"+CMGL: 2,0,,{length}", pdu, "OK"]
        assert line.ask("AT+CMSS=2") == ["+CMS ERROR: 302"]

    @pytest.mark.parametrize("place", ["7", "0", "-1"])
    def test_what_is_not_there_cannot_be_sent(self, line: Line, place: str) -> None:
        assert line.ask(f"AT+CMSS={place}") == ["+CMS ERROR: 321"]

    def test_a_full_storage_takes_no_more(self) -> None:
        with ModemSimulator(capacity=1) as simulator, Line(simulator.path) as line:
            line.ask("ATE0")
            write(line)
            assert line.ask(f"AT+CMGW={PDU.length}") == ["+CMS ERROR: 322"]

    @pytest.mark.parametrize(("flag", "left"), [(1, [0, 2, 3]), (2, [0, 2]), (3, [0]), (4, [])])
    def test_flags_delete_by_state(
        self, line: Line, simulator: ModemSimulator, flag: int, left: list[int]
    ) -> None:
        simulator.receive_sms(FROM, "read")
        line.ask("AT+CMGR=1")
        simulator.receive_sms(FROM, "unread")
        write(line)
        write(line, ",3")
        assert line.ask(f"AT+CMGD=1,{flag}") == ["OK"]
        listed = [row for row in line.ask("AT+CMGL=4") if row.startswith("+CMGL")]
        assert [int(row.split(",")[1]) for row in listed] == left


class TestStorages:
    def test_counts_are_true_and_mt_holds_both(self, line: Line, simulator: ModemSimulator) -> None:
        simulator.receive_sms(FROM, "on the SIM")
        line.ask('AT+CPMS="SM","ME","ME"')
        simulator.receive_sms(FROM, "in the modem")
        assert line.ask('AT+CPMS="MT"')[0] == "+CPMS: 2,60,1,30,1,30"
        assert line.ask("AT+CPMS?")[0] == '+CPMS: "MT",2,60,"ME",1,30,"ME",1,30'
        assert line.ask("AT+CMGD=31") == ["OK"]
        assert simulator.stored == {"SM": 1, "ME": 0}

    def test_a_storage_that_is_not_there_is_refused(self, line: Line) -> None:
        assert line.ask('AT+CPMS="XX"') == ["+CMS ERROR: 305"]
        assert line.ask("AT+CPMS?")[0].startswith('+CPMS: "SM"')
