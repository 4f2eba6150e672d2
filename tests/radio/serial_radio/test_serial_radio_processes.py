"""Ground, flatsat and a pair of packet radios as processes, with front end files."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from protocol.sdls.link_keys import SecurityMode
from testbed.keys import FLATSAT, GROUND, key_path, new_keys

READY_S, ANSWER_S, EXIT_S = 60.0, 60.0, 20.0
FRONT_END = """
[serial_radio]
device = "{device}"
baud = 115200
framing = "{framing}"
air_rate_bit_s = 9600.0
largest_frame_octets = 256
preamble_s = 0.02
busy_s = 0.05
"""


class Program:
    """A process that speaks in lines of JSON."""

    def __init__(self, module: str, *options: str) -> None:
        pipe = subprocess.PIPE
        command = [sys.executable, "-c", f"from {module} import main; raise SystemExit(main())", *options]
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        self.events: list[dict[str, Any]] = []
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def wait_for(self, wanted: Callable[[dict[str, Any]], bool], timeout_s: float) -> dict[str, Any]:
        end_s = time.monotonic() + timeout_s
        while time.monotonic() < end_s:
            while not self._lines.empty():
                self.events.append(json.loads(self._lines.get()))
                if wanted(self.events[-1]):
                    return self.events[-1]
            assert self.process.poll() is None, self.process.stderr and self.process.stderr.read()
            time.sleep(0.01)
        raise AssertionError(f"not said within {timeout_s} s; last: {self.events[-3:]}")

    def ready(self) -> None:
        self.wait_for(lambda event: event["event"] == "ready", READY_S)

    def tell(self, **command: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()

    def end(self) -> str:
        """Wait for its end; return what it wrote to standard error."""
        self.process.wait(EXIT_S)
        self._reader.join(EXIT_S)
        assert self.process.stderr is not None
        return self.process.stderr.read()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    started: list[Program] = []

    def start(module: str, *options: str) -> Program:
        started.append(Program(module, *options))
        return started[-1]

    yield start
    for program in started:
        program.process.kill()
        program.end()
        for stream in (program.process.stdin, program.process.stdout, program.process.stderr):
            assert stream is not None
            stream.close()


class Bench:
    """The three programs."""

    def __init__(self, start: Callable[..., Program], folder: Path, framing: str, *air: str) -> None:
        new_keys(folder / "keys", SecurityMode.ENCRYPTED)
        self.devices = {name: str(folder / f"{name}.radio") for name in (GROUND, FLATSAT)}
        links = [part for name, link in self.devices.items() for part in (f"--{name}", link)]
        told = ["--framing", framing, *air, "--json", "--until-stdin-closes"]
        self.radios = start("firmware_sim.cli", "radios", *links, *told)
        self.radios.ready()
        scripted = ["--engine", "scripted", "--tokens-per-s", "40"]
        self.flatsat = start("flatsat.cli", *self._node(folder, FLATSAT, framing), *scripted)
        self.ground = start("ground.cli", *self._node(folder, GROUND, framing))
        self.flatsat.ready()
        self.ground.ready()

    def _node(self, folder: Path, name: str, framing: str) -> list[str]:
        front_end = folder / f"{name}.toml"
        front_end.write_text(FRONT_END.format(device=self.devices[name], framing=framing))
        files = ["--keys", str(key_path(folder / "keys", name)), "--journal", str(folder / f"{name}.journal")]
        return ["serve", "--front-end", str(front_end), *files]


def test_a_prompt_is_answered_at_9600_bit_s_and_10_percent_loss(start, tmp_path):
    bench = Bench(start, tmp_path, "kiss", "--loss", "0.1", "--bit-rate", "9600", "--busy-s", "0.05", "--seed", "3")
    for text in ("Hello?", "Are you there, up there?"):
        bench.ground.tell(command="ask", text=text, max_tokens=64)
        bench.ground.wait_for(lambda event: event.get("name") == "done", ANSWER_S)
    texts: dict[str, str] = {}
    for event in bench.ground.events:
        if event["event"] == "text":
            texts[event["prompt_id"]] = texts.get(event["prompt_id"], "")[: event["at"]] + event["text"]
    assert len(texts) == 2
    assert all(texts.values())
    bench.flatsat.tell(command="report")
    report = bench.flatsat.wait_for(lambda event: event["event"] == "summary", ANSWER_S)
    assert report["line_octets_discarded"] == 0
    assert len(report["sent"]) > 2
    started = [each for each in bench.flatsat.events if each.get("name") == "inference_started"]
    assert len(started) == 2, "each was inferred once"
    for program in (bench.ground, bench.flatsat):
        program.process.send_signal(signal.SIGTERM)
        assert program.end() == ""
        assert program.process.returncode == 0


def test_a_radio_that_vanishes_ends_both_ends_with_one_line_that_names_it(start, tmp_path):
    bench = Bench(start, tmp_path, "length")
    bench.ground.tell(command="ask", text="Hello?", max_tokens=64)
    bench.ground.wait_for(lambda event: event.get("name") == "uplink_first_sample", ANSWER_S)
    bench.radios.process.send_signal(signal.SIGKILL)
    for name, program in ((GROUND, bench.ground), (FLATSAT, bench.flatsat)):
        said = program.end()
        assert program.process.returncode == 2
        assert said.count("\n") == 1, said
        assert f"device {bench.devices[name]}: cannot be read" in said


@pytest.mark.parametrize(
    ("name", "line", "said"),
    [
        (GROUND, 'device = "/dev/absent"', "device /dev/absent: cannot be opened"),
        (GROUND, "largest_frame_octets = 100", "serial_radio.largest_frame_octets is 100, accepted: at least 256"),
        (FLATSAT, "largest_frame_octets = 100", "serial_radio.largest_frame_octets is 100, accepted: at least 256"),
        (GROUND, 'framing = "slip"', "serial_radio.framing is 'slip'"),
    ],
)
def test_a_front_end_that_cannot_be_is_one_line_and_status_2(start, tmp_path, name, line, said):
    new_keys(tmp_path / "keys", SecurityMode.ENCRYPTED)
    master, device = os.openpty()
    front_end = tmp_path / "radio.toml"
    named = "" if line.startswith("device") else f'device = "{os.ttyname(device)}"\n'
    front_end.write_text(f"[serial_radio]\n{named}{line}\n")
    files = ["--keys", str(key_path(tmp_path / "keys", name)), "--journal", str(tmp_path / "journal")]
    scripted = ["--engine", "scripted"] if name == FLATSAT else []
    program = start(f"{name}.cli", "serve", "--front-end", str(front_end), *files, *scripted)
    error = program.end()
    os.close(master)
    os.close(device)
    assert program.process.returncode == 2
    assert error.count("\n") == 1, error
    assert said in error
