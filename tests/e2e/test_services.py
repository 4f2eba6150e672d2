"""All that a gateway runs beside its web, on a whole rig: a program for satellites, mission control, the log."""

import json
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import httpx2
import pytest
from openai import OpenAI

from testbed.serving import EVENTS
from tests.ground.hamlib.support import free_port

TEXT = "What is beside the web?"
ANSWER = f"You asked: {TEXT} That is all I have been told to say."
END_S = 20.0
TUNED_BY_HZ = 3000.0
MOVE = (90.0, 40.0)

needs_hamlib = pytest.mark.skipif(shutil.which("rigctl") is None, reason="needs rigctl (package libhamlib-utils)")


class ServedChain:
    """`testbed serve` with services, as an operator runs it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = {name: free_port() for name in ("rigctld", "rotctld", "telemetry")}
        self._write("services.toml", self._services())
        loopback = resources.files("testbed").joinpath("scenarios", "loopback.toml").read_text(encoding="utf-8")
        slow = loopback.replace("tokens_per_s = 25.0", "tokens_per_s = 5.0").replace('"fast"', '"realtime"')
        self._write("slow.toml", slow)
        options = ["--rig", "zmq", "--scenario", "slow.toml", "--services", "services.toml", "--out", "run"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "testbed", "serve", *options, "--http", "127.0.0.1:0"],
            cwd=folder,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(
                signal.SIGINT, signal.SIG_DFL
            ),  # ignored where tests run in the background
        )
        assert self.process.stderr is not None
        words = (word for line in self.process.stderr for word in line.split())
        self.url = next(word for word in words if word.startswith("http://"))
        self.telemetry = Listener(self.ports["telemetry"])

    def end(self) -> str:
        """Interrupt it; return what it said last."""
        self.process.send_signal(signal.SIGINT)
        _, said = self.process.communicate(timeout=END_S)
        self.telemetry.end()
        return said

    def events(self, name: str) -> list[dict[str, Any]]:
        lines = (self.folder / "run" / EVENTS).read_bytes().split(b"\n")[:-1]
        return [event for event in map(json.loads, lines) if event["event"] == name]

    def hamlib(self, program: str, *words: str) -> list[str]:
        """Return what hamlib's own client prints, connected to the server of its kind."""
        place = f"127.0.0.1:{self.ports[program + 'd']}"
        told = subprocess.run([program, "-m", "2", "-r", place, *words], capture_output=True, text=True, timeout=20)
        assert (told.returncode, told.stderr) == (0, "")
        return told.stdout.split()

    def _services(self) -> str:
        at = {name: f'{name} = "127.0.0.1:{port}"\n' for name, port in self.ports.items()}
        mission_control = f'{at["telemetry"]}log = "log.jsonl"\n'
        return f"[hamlib]\n{at['rigctld']}{at['rotctld']}[mission_control]\n{mission_control}"

    def _write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")


class Listener:
    """Mission control: keeps what comes over TCP."""

    def __init__(self, port: int) -> None:
        self.octets = b""
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=END_S)
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def end(self) -> None:
        self._thread.join(END_S)
        self._socket.close()

    def _listen(self) -> None:
        try:
            while octets := self._socket.recv(65536):
                self.octets += octets
        except ConnectionError:  # the server ended
            pass


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[ServedChain]:
    chain = ServedChain(tmp_path)
    yield chain
    if chain.process.poll() is None:
        chain.end()


@needs_hamlib
def test_an_answer_with_everything_running(chain: ServedChain) -> None:
    spp = pytest.importorskip("space_packet_parser", reason="needs the Python package space-packet-parser")
    (station,) = chain.events("station")
    tuned_hz = (station["downlink"]["carrier_hz"] + TUNED_BY_HZ, station["uplink"]["carrier_hz"] - TUNED_BY_HZ / 3)
    chain.hamlib("rotctl", "P", *map(str, MOVE))
    words: list[str] = []
    client = OpenAI(base_url=f"{chain.url}/v1", api_key="none", max_retries=0, timeout=30)
    stream = client.chat.completions.create(
        model="flatsat", messages=[{"role": "user", "content": TEXT}], max_tokens=100, stream=True
    )
    for chunk in stream:
        words.append(chunk.choices[0].delta.content or "")
        if len(words) == 3:
            chain.hamlib("rigctl", "F", f"{tuned_hz[0]:.0f}", "I", f"{tuned_hz[1]:.0f}")
            tuned_at = len(words)
    assert "".join(words) == ANSWER
    assert tuned_at < len(words), "words came after it"
    prompt_id = chunk.model_extra["link"]["prompt_id"] if chunk.model_extra else ""

    last = chain.events("tuned")[-1]
    assert (last["receive_hz"], last["transmit_hz"]) == pytest.approx(tuned_hz, abs=1)
    counted = chain.events("view")[-1]["channels"]
    assert all(each["rejected"] == each["repeated"] == 0 for each in counted["down"].values())
    assert sum(each["resent"] for each in counted["up"].values()) == 0

    turned = [float(angle) for angle in chain.hamlib("rotctl", "p")]
    assert turned[0] > 10.0
    assert turned[1] > 5.0
    assert chain.events("rotator")[-1]["azimuth_deg"] > 10.0, "a replay shows the antenna, too"

    metrics = httpx2.get(f"{chain.url}/metrics").text
    assert "flatsat_time_to_first_token_seconds_count 1.0" in metrics
    assert 'flatsat_prompts_answered_total{finish_reason="stop"} 1.0' in metrics
    (done,) = (event for event in chain.events("milestone") if event["name"] == "done")
    time.sleep(0.5)
    said = chain.end()
    assert chain.process.returncode == 130, said
    assert "Traceback" not in said

    logged = [json.loads(line) for line in (chain.folder / "log.jsonl").read_text().splitlines()]
    of_prompt = [line["name"] for line in logged if line["prompt_id"] == prompt_id]
    assert (of_prompt[0], of_prompt[-1]) == ("queued", "done")
    assert "tuned" in [line["event"] for line in logged]
    assert "beside the web" not in json.dumps(logged)

    database = chain.folder / "flatsat.xml"
    database.write_bytes(subprocess.run([sys.executable, "-m", "ground", "xtce"], capture_output=True).stdout)
    definition = spp.load_xtce(database)
    packets = [dict(definition.parse_bytes(packet)) for packet in spp.ccsds_generator(chain.telemetry.octets)]
    assert {packet["PKT_APID"] for packet in packets} >= {100, 101, 102, 103}, "health, link, milestone, answer"
    (answer,) = (packet for packet in packets if packet["PKT_APID"] == 103)
    assert answer["answer_prompt_id"] == prompt_id
    assert answer["answer_completion_tokens"] == done["detail"]["completion_tokens"]
    assert answer["link_time_s"] == pytest.approx(done["link_time_s"])
    for port in chain.ports.values():
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))
