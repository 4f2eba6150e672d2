"""A Red Pitaya that runs the SDR transceiver application, as its server's sources have it. Pure: time is told.

Facts from pavel-demin/red-pitaya-notes, projects/sdr_transceiver: ``server/sdr-transceiver.c`` (commands, rates,
transfers, defaults) and ``tx.tcl`` (queues, oscillator). A command is a u32, little-endian: what it is in its upper 4
bits, its value in the others.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.complex64]

RATES_HZ = (20e3, 50e3, 100e3, 250e3, 500e3, 1250e3)
TRANSFER = 2048
"""Samples that go between server and queue at once."""
TRANSFER_OCTETS = 8 * TRANSFER
QUEUE = 4096
"""Samples that a queue holds."""
_PHASE_STEP_HZ = 125e6 / 2**30
_ROUNDING = 1e-6
"""Of a sample: times are floating-point numbers."""


class Connection(IntEnum):
    """What a connection is for: the first u32 on it."""

    RECEIVE_CONTROL = 0
    RECEIVE_SAMPLES = 1
    TRANSMIT_CONTROL = 2
    TRANSMIT_SAMPLES = 3


class Operation(IntEnum):
    """What a command is."""

    FREQUENCY = 0
    RATE = 1
    PTT_ON = 2
    PTT_OFF = 3


@dataclass(frozen=True, slots=True)
class Tuning:
    """How one direction is set."""

    frequency_hz: float
    sample_rate_hz: float


def _tuned(frequency_hz: float, sample_rate_hz: float) -> Tuning:
    return Tuning(round(frequency_hz / _PHASE_STEP_HZ) * _PHASE_STEP_HZ, sample_rate_hz)


DEFAULT = _tuned(600e3, 100e3)
"""Where the server goes back to at the begin and the end of a control connection."""


class Control:
    """What one direction's commands set."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """A control connection begins or ends."""
        self.tuning = DEFAULT
        self.ptt = False

    def obey(self, command: int) -> None:
        """Carry out a command; what the server does not know changes nothing."""
        value = command & 0xFFF_FFFF
        match command >> 28:
            case Operation.FREQUENCY:
                self.tuning = _tuned(value, self.tuning.sample_rate_hz)
            case Operation.RATE if value & 7 < len(RATES_HZ):
                self.tuning = Tuning(self.tuning.frequency_hz, RATES_HZ[value & 7])
            case Operation.PTT_ON:
                self.ptt = True
            case Operation.PTT_OFF:
                self.ptt = False


@dataclass(frozen=True, slots=True, eq=False)
class Transmission:
    """What was put out at the connector over a span: complex64[n] around a frequency, 1 is full scale."""

    start_s: float
    tuning: Tuning
    ptt: bool
    samples: Samples

    @property
    def end_s(self) -> float:
        """When its last sample is over."""
        return self.start_s + len(self.samples) / self.tuning.sample_rate_hz


class TransmitSide:
    """The transmitter: commands, a queue, and a sample clock that takes from it. An empty queue gives silence."""

    def __init__(self, now_s: float) -> None:
        self.control = Control()
        self._queue = np.zeros(0, dtype=np.complex64)
        self._clock_s = now_s

    def begin(self, now_s: float) -> None:
        """A connection for samples begins: what was queued is dropped, and a transfer of zeros comes first."""
        self._clock_s = now_s
        self._queue = np.zeros(TRANSFER, dtype=np.complex64)

    @property
    def takes(self) -> bool:
        """Whether the server fetches the next transfer."""
        return len(self._queue) <= QUEUE - TRANSFER

    def queue(self, octets: bytes) -> None:
        """Take a transfer in: complex64, each axis held to full scale."""
        samples = np.frombuffer(octets, dtype="<f4").clip(-1, 1).view("<c8")
        self._queue = np.concatenate((self._queue, samples))

    def advance(self, now_s: float) -> Transmission | None:
        """Let time pass; return what was put out meanwhile, None for silence. Call it before anything changes."""
        start_s, tuning = self._clock_s, self.control.tuning
        due = int((now_s - start_s) * tuning.sample_rate_hz + _ROUNDING)
        self._clock_s += due / tuning.sample_rate_hz
        given, self._queue = self._queue[:due], self._queue[due:]
        return Transmission(start_s, tuning, self.control.ptt, given) if len(given) else None


class ReceiveSide:
    """The receiver: commands, and a sample clock that says when the next transfer is due."""

    def __init__(self, now_s: float) -> None:
        self.control = Control()
        self._clock_s = now_s

    def begin(self, now_s: float) -> None:
        """A connection for samples begins."""
        self._clock_s = now_s

    def due(self, now_s: float) -> bool:
        """Return whether a transfer of samples is full by now; if so, the next one begins."""
        full_s = self._clock_s + TRANSFER / self.control.tuning.sample_rate_hz
        if full_s > now_s:
            return False
        self._clock_s = full_s
        return True
