"""Ground and flatsat as they are built, their frames carried by a simulated pair of packet radios."""

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from firmware_sim.packet_radio.radio_pair import RadioPair
from firmware_sim.packet_radio.server import serve
from firmware_sim.packet_radio.settings import RadioSettings
from firmware_sim.pty import PseudoTerminal
from flatsat.build import build_spacecraft
from flatsat.journal import Journal as FlatsatJournal
from flatsat.scripted_engine import ScriptedEngine
from ground.build import build_station
from ground.contact import Contact
from ground.journal import Journal as GroundJournal
from protocol.journey import Milestone
from protocol.sdls.link_ends import new_link_ends
from protocol.sdls.link_keys import SecurityMode
from protocol.sdls.security_store import MemoryStore
from radio.errors import RadioError
from radio.front_end_file import SerialRadioTable
from radio.profile import Profile
from radio.serial_radio.air_interface import PacketAirInterface
from radio.serial_radio.frame_node import FrameNode
from radio.serial_radio.port import SerialRadioPort

ENDS = new_link_ends(0x2A5, 0, 0, SecurityMode.ENCRYPTED, random.Random(1).randbytes)
PROFILE = Profile.load("leo-bpsk")
RADIO = SerialRadioTable(device="line", baud=115_200, preamble_s=0.02, busy_s=0.05)
SIMULATED = RadioSettings(preamble_s=0.02, busy_s=0.05)
NO_SAMPLES = np.zeros(0, dtype=np.complex64)
STEP_S = 0.01
PROMPTS = {"What is the Doppler effect?": "A shift of frequency " * 19 + "seen.", "Is it small?": "No. Ça dépend 🛰."}


class Programs:
    """A station and a spacecraft."""

    def __init__(self, air: PacketAirInterface, folder: Path, opened: ExitStack) -> None:
        self.engine = ScriptedEngine(50, answers=PROMPTS)
        self.texts: dict[bytes, str] = {}
        self.events: Counter[Milestone] = Counter()
        rng = random.Random(2)
        self.station = build_station(
            air,
            [Contact(0.0, float("inf"))],
            ENDS.ground,
            MemoryStore(),
            opened.enter_context(closing(GroundJournal(folder / "ground.journal"))),
            lambda: rng.randbytes(8),
            lambda milestone, *_: self.events.update([milestone]),
            self._on_text,
        )
        self.spacecraft = build_spacecraft(
            air,
            self.engine,
            None,
            ENDS.flatsat,
            MemoryStore(),
            opened.enter_context(closing(FlatsatJournal(folder / "flatsat.journal"))),
            lambda milestone, *_: self.events.update([milestone]),
            lambda held: None,
        )

    def _on_text(self, prompt_id: bytes, at: int, text: str) -> None:
        self.texts[prompt_id] = self.texts.get(prompt_id, "")[:at] + text


class Line:
    """A host's end of a radio in this process."""

    def __init__(self) -> None:
        self.written = self.arrived = b""

    def read(self) -> bytes:
        arrived, self.arrived = self.arrived, b""
        return arrived

    def write(self, data: bytes) -> None:
        self.written += data

    def reopen(self) -> None: ...

    def close(self) -> None: ...


class VirtualLink:
    """Both nodes and both radios, stepped together."""

    def __init__(self, radio: SerialRadioTable, simulated: RadioSettings, seed: int, folder: Path, opened: ExitStack):
        air = PacketAirInterface.of(radio, PROFILE)
        self.programs = Programs(air, folder, opened)
        self.pair = RadioPair(simulated, seed)
        self.lines = Line(), Line()
        self.nodes = (
            FrameNode(self.programs.station, self.lines[0], radio, air.ground_lengths, yields=True),
            FrameNode(self.programs.spacecraft, self.lines[1], radio, air.ground_lengths.of_other_end, yields=False),
        )
        self.now_s = 0.0

    def run(self, done: Callable[[], bool], limit_s: float) -> None:
        end_s = self.now_s + limit_s
        while not done():
            assert self.now_s < end_s, f"not within {limit_s} s: {[each.counters for each in self.pair.radios]}"
            self.now_s += STEP_S
            for node in self.nodes:
                assert len(node.step(NO_SAMPLES, self.now_s)) == 0
            written = [line.written for line in self.lines]
            for line, octets in zip(self.lines, self.pair.step(written, self.now_s), strict=True):
                line.written, line.arrived = b"", line.arrived + octets


def ask_all(programs: Programs, now_s: float = 0.0) -> dict[bytes, str]:
    return {programs.station.prompts.ask(text, now_s, max_tokens=400): answer for text, answer in PROMPTS.items()}


def all_answered(programs: Programs) -> bool:
    return not any(each.open for each in programs.station.prompts.inquiries)


@pytest.mark.parametrize("framing", ["kiss", "length"])
@pytest.mark.parametrize("half_duplex", [True, False])
@pytest.mark.parametrize(("loss", "seed"), [(0.0, 0), (0.1, 1), (0.3, 2)])
def test_prompts_are_answered_each_inferred_once(framing, half_duplex, loss, seed, quick_path):
    radio = RADIO.model_copy(update={"framing": framing, "half_duplex": half_duplex})
    simulated = replace(SIMULATED, framing=framing, half_duplex=half_duplex, loss=loss)
    with ExitStack() as opened:
        link = VirtualLink(radio, simulated, seed, quick_path, opened)
        ids = ask_all(link.programs)
        link.run(lambda: all_answered(link.programs), 120.0)
        assert link.programs.texts == ids
        assert link.programs.engine.inferences == len(PROMPTS)


def test_without_losses_no_two_frames_meet_and_none_is_sent_twice(quick_path):
    with ExitStack() as opened:
        link = VirtualLink(RADIO, SIMULATED, 0, quick_path, opened)
        ask_all(link.programs)
        link.run(lambda: all_answered(link.programs), 60.0)
        assert [each.counters.collided for each in link.pair.radios] == [0, 0]
        assert link.programs.station.summary()["retransmissions"] == 0


@contextmanager
def served_radios(settings: RadioSettings, folder: Path) -> Iterator[tuple[str, str]]:
    """The simulated radios on two terminals, in a thread."""
    stop_reader, stop_writer = os.pipe()
    with PseudoTerminal(folder / "ground") as ground, PseudoTerminal(folder / "flatsat") as flatsat:
        args = ((ground, flatsat), RadioPair(settings, seed=1), (stop_reader,))
        thread = threading.Thread(target=serve, args=args)
        thread.start()
        try:
            yield str(ground.link), str(flatsat.link)
        finally:
            os.close(stop_writer)
            thread.join(10)
    os.close(stop_reader)
    assert not thread.is_alive()


@contextmanager
def running(port: SerialRadioPort, node: FrameNode, stop: threading.Event, failures: list[Exception]) -> Iterator[None]:
    def work() -> None:
        try:
            port.run(node.step, 0.0, stop.is_set)
        except RadioError as error:
            failures.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)
        port.close()
    assert not thread.is_alive()


def test_on_two_terminals_at_9600_bit_s_and_10_percent_loss_in_real_time(quick_path):
    failures: list[Exception] = []
    with ExitStack() as opened:
        devices = opened.enter_context(served_radios(replace(SIMULATED, loss=0.1), quick_path))
        ports = [SerialRadioPort(RADIO.model_copy(update={"device": device})) for device in devices]
        programs = Programs(ports[0].air_interface(PROFILE), quick_path, opened)
        nodes = ports[0].ground_node(programs.station, PROFILE), ports[1].flatsat_node(programs.spacecraft, PROFILE)
        ids, stop = ask_all(programs), threading.Event()
        for port, node in zip(ports, nodes, strict=True):
            opened.enter_context(running(port, node, stop, failures))
        end_s = time.monotonic() + 60.0
        while not all_answered(programs):
            assert time.monotonic() < end_s
            assert not failures
            time.sleep(0.02)
        assert programs.texts == ids
        assert programs.engine.inferences == len(PROMPTS)
        assert [node.to_json()["line_octets_discarded"] for node in nodes] == [0, 0]
    assert not failures
