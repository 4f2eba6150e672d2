"""The sequences that other implementations are tested with (tests/golden/cop1.json names their sources)."""

import json
from pathlib import Path
from typing import Any

import pytest

from protocol.clcw import Clcw
from protocol.cop1.control_command import SetVr, Unlock
from protocol.cop1.directive import Directive, DirectiveType
from protocol.cop1.farm import Farm1, FarmVariables
from protocol.cop1.farm_table import FarmState
from protocol.cop1.fop import Fop1
from protocol.cop1.fop_settings import FopSettings
from protocol.cop1.frame_type import FrameType
from protocol.cop1.notification import Alert, Suspension
from protocol.tc_frame import TcFrame

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "cop1.json").read_text())
VCID = 1
TICK_S = 0.01


def named(vectors: list[dict[str, Any]]) -> Any:
    return pytest.mark.parametrize("vector", vectors, ids=[vector["name"] for vector in vectors])


def frame(verb: str, *number: int) -> TcFrame:
    if verb == "ad":
        return TcFrame(3, VCID, False, False, number[0], b"data")
    data = {"bd": lambda: b"data", "unlock": Unlock().encode, "set_vr": lambda: SetVr(*number).encode()}[verb]()
    return TcFrame(3, VCID, True, verb != "bd", 0, data)


@named(GOLDEN["farm"])
def test_farm(vector: dict[str, Any]) -> None:
    initial = vector["initial"]
    state = FarmState.LOCKOUT if initial.get("lockout") else FarmState.OPEN
    farm = Farm1(3, VCID, vector["window"], FarmVariables(state, **initial))
    delivered = 0
    for verb, *arguments in vector["steps"]:
        if verb == "clcw":
            assert farm.clcw == Clcw(VCID, **arguments[0])
        elif verb == "delivered":
            assert delivered == arguments[0]
        elif verb == "wait":
            farm.set_wait(arguments[0])
        else:
            delivered += farm.receive(frame(verb, *arguments)) is not None


class Player:
    """Plays the steps of one FOP vector."""

    def __init__(self, settings: dict[str, Any]) -> None:
        defaults = {"t1_initial_s": 2.0, "timeout_type": 1, "transmission_limit": 3, "window_frames": 10}
        self.fop = Fop1(3, VCID, FopSettings(**(defaults | settings)))
        self.now_s = 0.0
        self.frames: list[list[str | int]] = []
        self.told: list[Any] = []

    def play(self, verb: str, *arguments: Any) -> None:
        if verb.upper() in DirectiveType.__members__:
            self.fop.direct(Directive(DirectiveType[verb.upper()], *arguments), self.now_s)
        else:
            getattr(self, verb)(*arguments)
        self._pull()
        self.told += self.fop.notifications()

    def ad(self) -> None:
        self.fop.transfer_ad(b"data", "tag", self.now_s)

    def clcw(self, fields: dict[str, Any]) -> None:
        self.frames.clear()
        self.fop.clcw_received(Clcw(VCID, **fields), self.now_s)

    def later(self, seconds: float) -> None:
        for _ in range(round(seconds / TICK_S)):
            self.now_s += TICK_S
            self.fop.tick(self.now_s)
            self._pull()

    def state(self, number: int) -> None:
        assert self.fop.state == number

    def frames_(self, expected: list[list[str | int]]) -> None:
        assert self.frames == expected
        self.frames.clear()

    def alert(self, reason: str) -> None:
        assert [each.reason.value for each in self.told if isinstance(each, Alert)][-1] == reason

    def suspended(self, number: int) -> None:
        assert [each.suspend_state for each in self.told if isinstance(each, Suspension)] == [number]

    def _pull(self) -> None:
        while (frame := self.fop.next_frame(self.now_s)) is not None:
            self.frames.append([FrameType.of(frame).name, frame.sequence_number])


@named(GOLDEN["fop"])
def test_fop(vector: dict[str, Any]) -> None:
    player = Player(vector["settings"])
    for verb, *arguments in vector["steps"]:
        player.play("frames_" if verb == "frames" else verb, *arguments)
