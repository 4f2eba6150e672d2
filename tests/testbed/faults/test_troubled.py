"""A program behind troubled frames, and the memory rig with such programs."""

import random
from typing import cast

import pytest

from flatsat.scripted_engine import ScriptedEngine
from protocol.tc_frame import TcFrame
from radio.modem.reception import FrameQuality
from testbed.bench.software import ZMQ_BENCH
from testbed.errors import ScenarioError
from testbed.faults.fault import FrameTrouble, Kill
from testbed.faults.troubled import TroubledProgram, without_fill
from testbed.physics import work_out
from testbed.rigs.memory import MemoryRig
from testbed.rigs.processes import ProcessRig
from testbed.rigs.rig import AskRequest, SilentListener
from testbed.scenario import Scenario

QUALITY = cast("FrameQuality", None)
FRAME = TcFrame(1, 0, False, False, 0, bytes(range(20))).encode()


class Heard:
    """A program that notes what it hears."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.ticks: list[float] = []

    def frame_received(self, frame: bytes, quality: FrameQuality, now_s: float) -> bool:
        self.frames.append(frame)
        return True

    def frame_to_send(self, now_s: float) -> bytes | None:
        return b"mine"

    def tick(self, now_s: float) -> None:
        self.ticks.append(now_s)


def troubled(heard: Heard, leg: str, *troubles: FrameTrouble) -> TroubledProgram:
    return TroubledProgram(heard, leg, troubles, random.Random(1), lambda now_s: True)


def test_trouble_is_for_its_leg_and_its_time() -> None:
    trouble = FrameTrouble(leg="uplink", loss=1.0, from_s=1.0, until_s=2.0)
    heard = Heard()
    up = troubled(heard, "uplink", trouble)
    assert [up.frame_received(FRAME, QUALITY, now_s) for now_s in (0.5, 1.0, 1.9, 2.0)] == [True, False, False, True]
    assert troubled(heard, "downlink", trouble).frame_received(FRAME, QUALITY, 1.5)
    assert heard.frames == [FRAME] * 3


def test_two_troubles_come_one_after_the_other() -> None:
    heard = Heard()
    both = troubled(heard, "downlink", FrameTrouble(duplicates=1.0), FrameTrouble(duplicates=1.0))
    assert both.frame_received(FRAME, QUALITY, 0.0)
    assert heard.frames == [FRAME] * 4


def test_what_the_program_sends_and_does_is_its_own() -> None:
    heard = Heard()
    program = troubled(heard, "uplink", FrameTrouble(loss=1.0))
    assert program.frame_to_send(0.0) == b"mine"
    program.tick(3.0)
    assert heard.ticks == [3.0]


def test_bits_flip_in_the_frame_and_not_in_its_fill() -> None:
    assert without_fill(FRAME + b"\x55" * 5) == FRAME
    heard = Heard()
    program = troubled(heard, "uplink", FrameTrouble(flips=1.0, fecf_put_right=True))
    program.frame_received(FRAME + b"\x55" * 5, QUALITY, 0.0)
    (flipped,) = heard.frames
    assert len(flipped) == len(FRAME)
    assert flipped != FRAME


def asked(trouble: FrameTrouble, seed: int) -> tuple[str, int, int]:
    scenario = Scenario.load("loopback").model_copy(update={"faults": [trouble]})
    engine = ScriptedEngine(tokens_per_s=100)
    with MemoryRig(scenario, work_out(scenario, seed), seed, SilentListener(), engine) as rig:
        answer = rig.ask(AskRequest("What is lost?", 200)).answer
        report = rig.report()
        return answer, engine.inferences, report.ground["retransmissions"] + report.flatsat["retransmissions"]


def test_the_memory_rig_answers_once_whatever_becomes_of_its_frames() -> None:
    trouble = FrameTrouble(loss=0.3, duplicates=0.2, flips=0.1, fecf_put_right=True)
    answer, inferences, again = asked(trouble, 2)
    assert answer == ScriptedEngine().answer("What is lost?")
    assert inferences == 1
    assert again > 0
    assert asked(trouble, 2) == (answer, inferences, again)


def test_the_memory_rig_has_no_programs_to_kill() -> None:
    scenario = Scenario.load("loopback").model_copy(update={"faults": [Kill(target="sky")]})
    with pytest.raises(ScenarioError, match="faults is 'kill sky'"):
        MemoryRig(scenario, work_out(scenario, 1), 1, SilentListener())


def test_a_rig_of_processes_has_no_hold_of_frames() -> None:
    scenario = Scenario.load("loopback").model_copy(update={"faults": [FrameTrouble(loss=0.1)]})
    with pytest.raises(ScenarioError, match="faults is 'frames'"):
        ProcessRig(ZMQ_BENCH, scenario, work_out(scenario, 1), 1, SilentListener())
