"""Faults as data: the tables of a scenario, and what the inject command sends to a rig."""

import random
from typing import Annotated, Literal

from pydantic import Field, model_validator

from edge.checked_toml import CheckedModel
from testbed.errors import ScenarioError
from testbed.faults.frames import FrameFaultSettings

Program = Literal["ground", "flatsat", "inference", "sky", "firmware"]
Probability = Annotated[float, Field(ge=0, le=1)]
LinkTime = Annotated[float, Field(ge=0)]

LONGEST_STALL_S = 15.0
"""The sky waits 20 s for a program, then the rig has failed."""


class Fault(CheckedModel):
    """Something that happens at moments of link time; at once, if it comes by command."""

    at_s: list[LinkTime] = Field(default_factory=list)
    """These moments, or else `count` at random."""
    count: int = Field(1, ge=1, le=10_000)
    between_s: list[LinkTime] = Field([0.0, 10.0], min_length=2, max_length=2)

    @model_validator(mode="after")
    def _check_span(self) -> "Fault":
        """Raise ScenarioError if the span ends before it begins."""
        if self.between_s[0] > self.between_s[1]:
            raise ScenarioError("between_s", self.between_s, "two link times, the first not after the second")
        return self

    def moments_s(self, rng: random.Random) -> list[float]:
        """Return the link times at which it happens."""
        return list(self.at_s) or [rng.uniform(*self.between_s) for _ in range(self.count)]


class Kill(Fault):
    """A program is ended by SIGKILL, and started again in its place."""

    kind: Literal["kill"] = "kill"
    target: Program

    def __str__(self) -> str:
        return f"kill {self.target}"


class PowerCycle(Fault):
    """The flatsat's computer loses its power: its programs and the firmware are gone at once, and start again."""

    kind: Literal["power-cycle"] = "power-cycle"

    def __str__(self) -> str:
        return "power-cycle"


class Stall(Fault):
    """A program stands still for some seconds of the wall's clock, then goes on (SIGSTOP, SIGCONT)."""

    kind: Literal["stall"] = "stall"
    target: Program
    for_s: float = Field(2.0, gt=0, le=LONGEST_STALL_S)

    def __str__(self) -> str:
        return f"stall {self.target} for {self.for_s:g} s"


class JournalFlips(Fault):
    """Bits of a journal's file flip, while its program works or between its end by SIGKILL and its next start."""

    kind: Literal["journal"] = "journal"
    target: Literal["ground", "flatsat"]
    bits: int = Field(1, ge=1, le=100_000)
    program: Literal["down", "up"] = "down"

    def __str__(self) -> str:
        return f"flip {self.bits} bits of the journal of {self.target}, its program {self.program}"


class WeightFlips(Fault):
    """Bits of the model flip in memory."""

    kind: Literal["weights"] = "weights"
    bits: int = Field(1, ge=1, le=1_000_000)

    def __str__(self) -> str:
        return f"flip {self.bits} bits of the weights"


class BoardFault(Fault):
    """The board, or the line to it, fails as its firmware lets it: see `protocol.serial.board.FaultKind`."""

    kind: Literal["board"] = "board"
    fault: Literal[
        "lose-octets",
        "corrupt-octet",
        "stuck",
        "late",
        "stale",
        "brown-out",
        "over-current",
        "payload-reset",
        "board-reset",
    ]
    parameter: int = Field(1000, ge=0, lt=2**32)
    """Of stuck, late, stale, brown-out and over-current: ms; of lose-octets: how many; of corrupt-octet: which."""

    def __str__(self) -> str:
        return f"{self.fault} of the board, {self.parameter}"


class FrameTrouble(CheckedModel):
    """Frames are lost, doubled, reordered and flipped, from one moment of link time to another."""

    kind: Literal["frames"] = "frames"
    leg: Literal["uplink", "downlink", "both"] = "both"
    from_s: LinkTime = 0.0
    until_s: LinkTime = 1e9
    loss: Probability = 0.0
    duplicates: Probability = 0.0
    reordering: Probability = 0.0
    flips: Probability = 0.0
    fecf_put_right: bool = False

    def on(self, leg: str) -> bool:
        """Whether it is about this direction."""
        return self.leg in (leg, "both")

    def settings(self) -> FrameFaultSettings:
        """Return what happens to a frame meanwhile."""
        return FrameFaultSettings(self.loss, self.duplicates, self.reordering, self.flips, self.fecf_put_right)


ProgramFault = Kill | PowerCycle | Stall | JournalFlips | WeightFlips | BoardFault
"""What befalls the programs of a rig of processes."""

AnyFault = Annotated[
    Kill | PowerCycle | Stall | JournalFlips | WeightFlips | BoardFault | FrameTrouble, Field(discriminator="kind")
]
"""A table of a scenario."""


class Command(CheckedModel):
    """What a running rig can be asked for."""

    fault: Annotated[ProgramFault, Field(discriminator="kind")]
