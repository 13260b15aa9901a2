"""The simulated PBX as a client on the wire sees it."""

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from textback.asterisk.frames import FrameReader, parse
from textback.asterisk.simulator import FAULTS, PbxSimulator, UnknownScenario, scenarios
from textback.asterisk.simulator.script import BadScenario, parse_scenario
from textback.cli.simulate_pbx import answer

RECORDINGS = Path(__file__).parents[1] / "fixtures" / "ami"


class Client:
    """A plain AMI client."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.frames = FrameReader()
        self.waiting: list[dict[str, str]] = []
        self.raw = b""

    def send(self, **headers: str) -> None:
        lines = [f"{name}: {value}\r\n" for name, value in headers.items()]
        self.socket.sendall("".join([*lines, "\r\n"]).encode())

    def next(self) -> dict[str, str]:
        while not self.waiting:
            data = self.socket.recv(4096)
            assert data, "the simulator closed the connection"
            self.raw += data
            self.waiting = [parse(frame) for frame in self.frames.feed(data)]
        return self.waiting.pop(0)

    def until(self, name: str) -> list[dict[str, str]]:
        seen = [self.next()]
        while seen[-1].get("Event") != name:
            seen.append(self.next())
        return seen

    def login(self, secret: str = "s3cret") -> dict[str, str]:
        self.send(Action="Login", Username="anybody", Secret=secret)
        return self.next()


@pytest.fixture
def simulator() -> Iterator[PbxSimulator]:
    with PbxSimulator(secret="s3cret", speed=1000) as simulator:
        yield simulator


@pytest.fixture
def client(simulator: PbxSimulator) -> Iterator[Client]:
    client = Client(simulator.port)
    yield client
    client.socket.close()


def test_it_greets_as_asterisk_does(client: Client) -> None:
    client.login()
    assert client.raw.startswith(b"Asterisk Call Manager/")


def test_a_login_with_the_secret_is_taken(client: Client) -> None:
    assert client.login()["Response"] == "Success"
    assert client.next()["Event"] == "FullyBooted"


def test_a_wrong_secret_is_refused(client: Client) -> None:
    assert client.login("wrong") == {"Response": "Error", "Message": "Authentication failed"}


def test_a_login_by_md5_challenge_is_taken(client: Client) -> None:
    client.send(Action="Challenge", AuthType="MD5")
    challenge = client.next()["Challenge"]
    key = hashlib.md5(f"{challenge}s3cret".encode()).hexdigest()
    client.send(Action="Login", Username="anybody", AuthType="MD5", Key=key)
    assert client.next()["Response"] == "Success"


def test_nothing_is_told_before_the_login(client: Client, simulator: PbxSimulator) -> None:
    simulator.call("5550100", "2001", "busy")
    simulator.wait_idle()
    client.send(Action="Ping")
    assert client.next()["Message"] == "Permission denied"


@pytest.mark.parametrize(
    ("action", "response"), [("Ping", "Success"), ("Logoff", "Goodbye"), ("Fly", "Error")]
)
def test_actions_are_answered_with_their_id(client: Client, action: str, response: str) -> None:
    client.login()
    client.next()
    client.send(Action=action, ActionID="7")
    answered = client.next()
    assert (answered["Response"], answered["ActionID"]) == (response, "7")


def test_a_client_may_turn_events_off(client: Client, simulator: PbxSimulator) -> None:
    client.login()
    client.next()
    client.send(Action="Events", EventMask="off")
    assert client.next()["Events"] == "Off"
    simulator.call("5550100", "2001", "busy")
    simulator.wait_idle()
    client.send(Action="Ping")
    assert client.next()["Response"] == "Success"


def test_live_channels_are_listed(client: Client) -> None:
    with PbxSimulator(secret="s3cret", speed=0.001) as slow:
        uniqueid = slow.call("5550100", "2001", "no-answer")
        client = Client(slow.port)
        client.login()
        client.next()
        client.send(Action="CoreShowChannels", ActionID="1")
        listed = client.until("CoreShowChannelsComplete")
        assert [item["Uniqueid"] for item in listed[1:2]] == [uniqueid]
        assert listed[-1]["ListItems"] == "2"
        client.socket.close()


def test_no_channel_is_left_after_any_scenario(simulator: PbxSimulator) -> None:
    for name in scenarios():
        simulator.call("5550100", "2001", name)
        simulator.wait_idle()
    client = Client(simulator.port)  # one of the scenarios has sent all clients away
    client.login()
    client.next()
    client.send(Action="CoreShowChannels")
    assert client.until("CoreShowChannelsComplete")[-1]["ListItems"] == "0"
    client.socket.close()


def test_no_number_can_smuggle_in_a_header(simulator: PbxSimulator) -> None:
    with pytest.raises(ValueError, match="control characters"):
        simulator.call("5550100\r\nEvent: Shutdown", "2001", "busy")


def test_an_unknown_scenario_is_refused_with_the_list(simulator: PbxSimulator) -> None:
    with pytest.raises(UnknownScenario, match="no-answer"):
        simulator.call("5550100", "2001", "explode")


def test_a_second_play_of_a_recording_is_a_new_call(
    client: Client, simulator: PbxSimulator
) -> None:
    client.login()
    heard = []
    for _ in range(2):
        simulator.play(RECORDINGS / "22" / "ring_noanswer_hangup.ami")
        heard.append(client.until("Newchannel")[-1]["Uniqueid"])
    assert heard[0] != heard[1]


def test_of_two_callers_at_once_each_has_a_call(client: Client, simulator: PbxSimulator) -> None:
    client.login()
    simulator.call("+12125550123", "2001", "two-at-once")
    callers = [client.until("Newchannel")[-1] for _ in range(4)]
    numbers = {event["CallerIDNum"] for event in callers if event["Context"] == "from-trunk"}
    assert numbers == {"+12125550123", "+12125550199"}


def test_after_a_restart_clients_may_come_back_and_no_call_is_left(
    client: Client, simulator: PbxSimulator
) -> None:
    client.login()
    simulator.call("5550100", "2001", "restart")
    last = client.until("Shutdown")
    assert "Hangup" in {event.get("Event") for event in last}
    assert client.socket.recv(1) == b""
    again = Client(simulator.port)
    again.login()
    again.next()
    again.send(Action="CoreShowChannels")
    assert again.until("CoreShowChannelsComplete")[-1]["ListItems"] == "0"
    again.socket.close()


def test_a_restart_ends_all_other_calls(client: Client) -> None:
    with PbxSimulator(secret="s3cret", speed=0.001) as slow:
        client = Client(slow.port)
        client.login()
        first = slow.call("5550100", "2001", "no-answer")
        slow.call("5550200", "2001", "restart")
        slow.hurry()
        ended = [e["Uniqueid"] for e in client.until("Shutdown") if e.get("Event") == "Hangup"]
        assert first in ended
        client.socket.close()


def test_a_flood_buries_the_calls_and_ends(client: Client, simulator: PbxSimulator) -> None:
    client.login()
    simulator.fault("flood")
    client.until("VarSet")
    simulator.call("5550100", "2001", "busy")
    simulator.wait_idle()
    simulator.fault("none")
    heard = [event.get("Event") for event in client.until("Newchannel")]
    assert heard.count("VarSet") >= 50
    client.send(Action="Ping", ActionID="7")
    while client.next().get("ActionID") != "7":
        pass


@pytest.mark.parametrize(
    ("scenario", "variable"),
    [
        ("withheld-unmarked", "CALLERID(num-pres)"),
        ("withheld-freepbx", "CALLINGNUMPRES_SV"),
    ],
)
def test_a_hidden_mark_is_told_to_who_asks(client: Client, scenario: str, variable: str) -> None:
    with PbxSimulator(secret="s3cret", speed=0.001) as slow:
        client = Client(slow.port)
        client.login()
        slow.call("5550100", "2001", scenario)
        channel = client.until("Newchannel")[-1]["Channel"]
        client.send(Action="Getvar", ActionID="7", Channel=channel, Variable=variable)
        while (answered := client.next()).get("ActionID") != "7":
            pass
        assert answered["Value"].startswith("prohib")
        client.socket.close()


def test_every_mistake_in_a_scenario_file_is_named() -> None:
    with pytest.raises(BadScenario, match=r"line 2.*'explode'"):
        parse_scenario("mine", "about: x\nexplode\ncaller-hangs-up")
    with pytest.raises(BadScenario, match="hang-up at its end"):
        parse_scenario("mine", "about: x\narrive")


class TestAScenarioOfOnesOwn:
    @pytest.fixture
    def ask(self, simulator: PbxSimulator, tmp_path: Path) -> Callable[[str], Mapping[str, object]]:
        def ask(text: str) -> Mapping[str, object]:
            file = tmp_path / "mine.scenario"
            file.write_text(text, encoding="latin-1")
            call = {"from": "5550100", "did": "2001", "what": str(file)}
            return answer(simulator, json.dumps({"call": call}).encode())

        return ask

    def test_is_played(
        self, ask: Callable[[str], Mapping[str, object]], client: Client, simulator: PbxSimulator
    ) -> None:
        client.login()
        asked = ask("about: x\narrive\ndial 107\nwait 3\ntake 107\noffice-hangs-up")
        assert asked["ok"] is True
        simulator.wait_idle()
        bridged = client.until("BridgeEnter")[-1]
        assert bridged["Channel"].startswith("PJSIP/107-")

    @pytest.mark.parametrize(
        ("text", "hint"),
        [
            ("about: x\nexplode\noffice-hangs-up", "mine, line 2: unknown step 'explode'"),
            ("about: x\narrive\ntake 101\noffice-hangs-up", "'take 101' cannot be done"),
            ("about: x\narrive\nalso 1 nope\noffice-hangs-up", "no scenario 'nope'"),
            ("about: Zo\xeb\narrive\noffice-hangs-up", "not UTF-8"),
        ],
    )
    def test_with_a_mistake_is_not_begun(
        self, ask: Callable[[str], Mapping[str, object]], text: str, hint: str
    ) -> None:
        assert hint in str(ask(text)["error"])


class TestTheCommand:
    @pytest.mark.parametrize(
        ("order", "hint"),
        [
            ("{", "not JSON"),
            ("[]", '"call", "play" or "fault"'),
            ('{"call": {"from": "1"}}', '"from", "did" and "what"'),
            ('{"call": {"from": "1", "did": "2", "what": "x"}}', "no-answer"),
            ('{"call": {"from": "1\\n2", "did": "2", "what": "busy"}}', "control characters"),
            ('{"play": "/nowhere.ami"}', "nowhere.ami"),
            ('{"play": 3}', "name of a file"),
            ('{"call": {"from": "1", "did": "2", "what": "/nowhere.scenario"}}', "nowhere"),
            ('{"play": "/dev/null"}', "no AMI events"),
            ('{"play": "\\u0000"}', "null byte"),
            ('{"call": {"from": "\\ud800", "did": "2", "what": "busy"}}', "control characters"),
            ("[" * 100_000, "not JSON"),
            ("9" * 10_000, "not JSON"),
            ('{"fault": "fire"}', "silent"),
        ],
    )
    def test_a_bad_line_gets_a_clear_error(
        self, simulator: PbxSimulator, order: str, hint: str
    ) -> None:
        assert hint in str(answer(simulator, order.encode())["error"])

    def test_a_line_that_is_no_text_gets_a_clear_error(self, simulator: PbxSimulator) -> None:
        assert answer(simulator, b'{"fault": "\xff"}') == {"error": "not UTF-8"}

    def test_every_fault_can_be_asked_for(self, simulator: PbxSimulator) -> None:
        for name in FAULTS:
            assert answer(simulator, json.dumps({"fault": name}).encode()) == {"ok": True}

    def test_it_serves_until_it_is_told_to_end(self) -> None:
        command = [sys.executable, "-c", "from textback.cli.simulate_pbx import pbx; pbx()"]
        arguments = ["--port", "0", "--secret", "s3cret", "--speed", "1000"]
        with subprocess.Popen(
            [*command, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            port = json.loads(process.stdout.readline())["listening"]
            order = {"call": {"from": "5550100", "did": "2001", "what": "busy"}}
            process.stdin.write("{bad\n" + json.dumps(order) + "\n")
            process.stdin.close()
            assert "not JSON" in json.loads(process.stdout.readline())["error"]
            assert json.loads(process.stdout.readline())["ok"] is True
            assert Client(port).login()["Response"] == "Success"
            os.kill(process.pid, signal.SIGTERM)
            assert process.wait(10) == 0
