"""A Jetson's power and temperature, from its own monitor."""

import os
import subprocess

from flatsat.energy.energy_meter import EnergyReading
from flatsat.energy.power_integral import PowerIntegral
from flatsat.energy.tegrastats import TegraSample, parse_tegrastats
from flatsat.errors import ConfigError

PROGRAM = "tegrastats"

_INTERVAL_MS = 100
_READ_OCTETS = 65_536
_LONGEST_LINE = 16_384


class TegrastatsMeter:
    """Runs `tegrastats` and takes in what it prints.

    It ends with us: its next line goes nowhere, and SIGPIPE ends it.
    """

    measures = (
        "tegrastats: the module's input (VDD_IN; on AGX Orin the sum of its three rails), not the carrier board; "
        "within a few per cent and 0.1 s of power"
    )

    def __init__(self, program: str = PROGRAM) -> None:
        """Raise ConfigError if there is no such program."""
        self._process = _started(program)
        assert self._process.stdout is not None
        self._output = self._process.stdout.fileno()
        os.set_blocking(self._output, False)
        self._integral = PowerIntegral()
        self._last = TegraSample(None, None)
        self._unread = b""
        self.trouble = ""

    def read(self, now_s: float, *, busy: bool) -> EnergyReading:  # noqa: ARG002
        """Return the reading; it is as old as the last line that was printed."""
        for line in self._new_lines():
            self._last = parse_tegrastats(line)
            if self._last.power_w is not None:
                self._integral.add(self._last.power_w, now_s)
        energy_j = None if self._last.power_w is None else self._integral.energy_j
        return EnergyReading(energy_j, self._last.power_w, self._last.temperature_c)

    def close(self) -> None:
        """End the program."""
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _new_lines(self) -> list[str]:
        try:
            arrived = os.read(self._output, _READ_OCTETS)
        except BlockingIOError:
            return []
        if not arrived:
            self.trouble = "tegrastats ended: energy is not measured"
            self._last = TegraSample(None, None)
        *lines, rest = (self._unread + arrived).split(b"\n")
        self._unread = rest[-_LONGEST_LINE:]
        return [line.decode(errors="replace") for line in lines]


def _started(program: str) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            [program, "--interval", str(_INTERVAL_MS)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError as error:
        accepted = f"a Jetson, where the program {program} is ({error.strerror})"
        raise ConfigError("energy", "tegrastats", accepted) from None
