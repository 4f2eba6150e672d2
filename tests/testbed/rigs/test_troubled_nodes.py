"""Nodes on whose frames a scenario brings trouble."""

from typing import cast

import pytest

from ground.contact import Contact
from radio.nodes import Nodes
from radio.profile import Profile
from testbed.errors import ScenarioError
from testbed.faults.fault import FrameTrouble, Kill
from testbed.rigs.troubled_nodes import TroubledNodes, frame_troubles
from testbed.scenario import Scenario

FRAME = bytes([0x20, 0, 0, 19, *range(16)])
PROFILE = Profile.load("leo-bpsk")


class Bare:
    """Nodes that are their program."""

    air = PROFILE
    warmed = 0

    def warm_up(self) -> None:
        self.warmed += 1

    def ground(self, program: object) -> object:
        return program

    def flatsat(self, program: object) -> object:
        return program


class Heard:
    def __init__(self) -> None:
        self.frames: list[bytes] = []

    def frame_received(self, frame: bytes, quality: object, now_s: float) -> bool:
        self.frames.append(frame)
        return True


def heard(end: str, trouble: FrameTrouble, seed: int = 1, frames: int = 100, from_s: float = 50.0) -> list[int]:
    """Return the numbers of the frames that an end's program hears."""
    nodes = TroubledNodes(cast("Nodes", Bare()), [trouble], [Contact(0.0, 100.0)], seed)
    program = Heard()
    node = getattr(nodes, end)(program)
    for number in range(frames):
        node.frame_received(FRAME[:-1] + bytes([number]), None, from_s)
    return [frame[-1] for frame in program.frames]


@pytest.mark.parametrize(
    ("leg", "deaf", "hearing"), [("uplink", "flatsat", "ground"), ("downlink", "ground", "flatsat")]
)
def test_a_leg_is_troubled_where_it_ends(leg: str, deaf: str, hearing: str) -> None:
    trouble = FrameTrouble.model_validate({"leg": leg, "loss": 1.0})
    assert heard(deaf, trouble) == []
    assert heard(hearing, trouble) == list(range(100))


def test_the_same_seed_brings_the_same_trouble() -> None:
    half = FrameTrouble(loss=0.5)
    assert heard("ground", half) == heard("ground", half)
    assert heard("ground", half) != heard("ground", half, seed=2)
    assert heard("ground", half) != heard("flatsat", half)


def test_frames_are_out_of_order_near_the_ends_of_a_pass() -> None:
    reordered = FrameTrouble(reordering=0.5)
    assert heard("ground", reordered, from_s=50.0) == list(range(100))
    for from_s in (1.0, 99.0, 101.0):
        assert heard("ground", reordered, from_s=from_s) != list(range(100))


def test_the_rest_is_that_of_the_nodes_before_which_it_stands() -> None:
    bare = Bare()
    nodes = TroubledNodes(cast("Nodes", bare), [], [], 1)
    nodes.warm_up()
    assert bare.warmed == 1
    assert nodes.air is PROFILE


def test_what_befalls_programs_is_refused() -> None:
    loopback = Scenario.load("loopback")
    lost = FrameTrouble(loss=0.1)
    assert frame_troubles(loopback.model_copy(update={"faults": [lost]})) == [lost]
    with pytest.raises(ScenarioError, match="faults is 'kill sky'; accepted: frames, on the memory rig"):
        frame_troubles(loopback.model_copy(update={"faults": [lost, Kill(target="sky")]}))
