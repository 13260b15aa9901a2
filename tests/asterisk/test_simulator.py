"""The simulated PBX as a client on the wire sees it."""

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
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


def test_no_channel_is_left_after_any_scenario(client: Client, simulator: PbxSimulator) -> None:
    for name in scenarios():
        simulator.call("5550100", "2001", name)
    simulator.wait_idle()
    client.login()
    client.next()
    client.send(Action="CoreShowChannels")
    assert client.until("CoreShowChannelsComplete")[-1]["ListItems"] == "0"


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


def test_every_mistake_in_a_scenario_file_is_named() -> None:
    with pytest.raises(BadScenario, match=r"line 2.*'explode'"):
        parse_scenario("mine", "about: x\nexplode\ncaller-hangs-up")
    with pytest.raises(BadScenario, match="hang-up at its end"):
        parse_scenario("mine", "about: x\narrive")


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
            ('{"fault": "fire"}', "silent"),
        ],
    )
    def test_a_bad_line_gets_a_clear_error(
        self, simulator: PbxSimulator, order: str, hint: str
    ) -> None:
        assert hint in str(answer(simulator, order)["error"])

    def test_every_fault_can_be_asked_for(self, simulator: PbxSimulator) -> None:
        for name in FAULTS:
            assert answer(simulator, json.dumps({"fault": name})) == {"ok": True}

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
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.close()
            assert json.loads(process.stdout.readline())["ok"] is True
            assert Client(port).login()["Response"] == "Success"
            os.kill(process.pid, signal.SIGTERM)
            assert process.wait(10) == 0
