"""Faults that befall the programs of a rig of processes."""

import os
import random
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from protocol.serial.board import FaultKind
from testbed.errors import ScenarioError
from testbed.faults.bits import flip_bits_of_file
from testbed.faults.children import children_of
from testbed.faults.fault import BoardFault, JournalFlips, Kill, PowerCycle, ProgramFault, Stall, WeightFlips
from testbed.keys import FLATSAT
from testbed.rigs.programs import BOARD

INFERENCE, FIRMWARE = "inference", "firmware"
_LOOKS, _LOOK_S = 50, 0.1


class Victims(Protocol):
    """What a rig of processes offers to whoever harms it."""

    def pid(self, name: str) -> int:
        """Return a program's process number. Raise ScenarioError if the rig has no such program."""

    def journal(self, name: str) -> Path:
        """Return where a program keeps its journal."""

    def restart(self, *names: str, meanwhile: Callable[[], None] = ...) -> None:
        """End programs by SIGKILL, all at once, and start them again."""

    def tell(self, name: str, command: str, **fields: object) -> None:
        """Send a program a command."""

    def pass_time(self, wall_s: float) -> None:
        """Let the others work for so long."""


class ProcessFaults:
    """Carries faults out. What is random of them follows from the generator."""

    def __init__(self, victims: Victims, rng: random.Random) -> None:
        self._victims, self._rng = victims, rng

    def carry_out(self, fault: ProgramFault) -> str:
        """Do it; return what was done. Raises ScenarioError for what this rig cannot be done to."""
        match fault:
            case Kill(target=target):
                return self._kill(target)
            case PowerCycle():
                return self._cut_power()
            case Stall(target=target, for_s=for_s):
                return self._stall(target, for_s)
            case JournalFlips():
                return self._flip_journal(fault)
            case BoardFault():
                return self._harm_board(fault)
            case WeightFlips(bits=bits):
                self._inference_pid()
                seed = self._rng.getrandbits(31)
                self._victims.tell(FLATSAT, "inject", kind="weights", bits=bits, seed=seed)
                return f"{bits} bits of the weights flipped, seed {seed}"

    def _kill(self, target: str) -> str:
        if target == INFERENCE:
            pid = self._inference_pid()
            os.kill(pid, signal.SIGKILL)
            return f"the inference process {pid} ended by SIGKILL; the flatsat starts it again"
        self._victims.restart(_program(target))
        return f"{target} ended by SIGKILL and started again"

    def _cut_power(self) -> str:
        """Whoever is killed first cannot tell the others: all are stopped before."""
        programs = [FLATSAT, BOARD] if self._has_board() else [FLATSAT]
        pids = [self._victims.pid(name) for name in programs]
        pids += children_of(self._victims.pid(FLATSAT))
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
        self._victims.restart(*programs)
        return f"{len(pids)} processes ended at once by SIGKILL; {' and '.join(programs)} started again"

    def _stall(self, target: str, for_s: float) -> str:
        pid = self._inference_pid() if target == INFERENCE else self._victims.pid(_program(target))
        os.kill(pid, signal.SIGSTOP)
        try:
            self._victims.pass_time(for_s)
        finally:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        return f"{target} stood still for {for_s:g} s"

    def _flip_journal(self, fault: JournalFlips) -> str:
        path = self._victims.journal(fault.target)
        places: list[int] = []

        def flip() -> None:
            places.extend(flip_bits_of_file(path, fault.bits, self._rng))

        if fault.program == "up":
            flip()
        else:
            self._victims.restart(fault.target, meanwhile=flip)
        return f"{fault.bits} bits of {path.name} flipped, in octets {_listed(places)}"

    def _harm_board(self, fault: BoardFault) -> str:
        """By way of the flatsat: it has the line, on a bench too."""
        kind = FaultKind[fault.fault.upper().replace("-", "_")]
        self._victims.tell(FLATSAT, "inject", kind="board", fault=kind.value, parameter=fault.parameter)
        return f"the board was told: {fault.fault} {fault.parameter}"

    def _inference_pid(self) -> int:
        """The flatsat may be about to start it again."""
        for _ in range(_LOOKS):
            if children := children_of(self._victims.pid(FLATSAT)):
                return children[0]
            self._victims.pass_time(_LOOK_S)
        accepted = "an engine in a process of its own: the scripted one is not, without own_process"
        raise ScenarioError("target", INFERENCE, accepted)

    def _has_board(self) -> bool:
        try:
            self._victims.pid(BOARD)
        except ScenarioError:
            return False
        return True


def _program(target: str) -> str:
    return BOARD if target == FIRMWARE else target


def _listed(places: list[int], most: int = 8) -> str:
    shown = ", ".join(str(place) for place in places[:most])
    return f"{shown}, ..." if len(places) > most else shown
