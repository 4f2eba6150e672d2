"""Tuning without a tuner: what a station receives and transmits is shifted in frequency. Pure.

So a station that is told the Doppler shift, by its own forecast or by a program for satellites, takes it out before
the receiver searches, and puts the opposite into what it transmits.
"""

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from radio.channel.sinusoid import cosine, sine
from radio.errors import RadioError

Samples = NDArray[np.complex64]

GLIDE_S = 1.0
"""That a new frequency is glided to: programs for satellites tune about once a second."""


class TuningError(RadioError):
    """A frequency is out of reach.

    field: receive_hz or transmit_hz; value: what it was; accepted: what would be accepted, in words.
    """

    def __init__(self, field: str, value: object, accepted: str) -> None:
        super().__init__(f"{field} is {value!r}, accepted: {accepted}")
        self.field = field
        self.value = value
        self.accepted = accepted


@dataclass(frozen=True, slots=True)
class TuningRange:
    """What one direction can be tuned to: as far to either side as the samples hold its signal."""

    carrier_hz: float
    sample_rate_hz: float
    symbol_rate_baud: float

    @property
    def bandwidth_hz(self) -> float:
        """What a signal with any of our pulses occupies at the most."""
        return 2 * self.symbol_rate_baud

    @property
    def lowest_hz(self) -> float:
        """The lowest frequency."""
        return self.carrier_hz - self._reach_hz

    @property
    def highest_hz(self) -> float:
        """The highest frequency."""
        return self.carrier_hz + self._reach_hz

    @property
    def _reach_hz(self) -> float:
        return max(0.0, self.sample_rate_hz - self.bandwidth_hz) / 2

    def __contains__(self, frequency_hz: float) -> bool:
        """Return whether it can be tuned to; not-a-number cannot."""
        return self.lowest_hz <= frequency_hz <= self.highest_hz

    def require(self, field: str, frequency_hz: object) -> float:
        """Return the frequency. Raise TuningError naming the field if it is not one that can be tuned to."""
        if isinstance(frequency_hz, int | float) and not isinstance(frequency_hz, bool) and frequency_hz in self:
            return float(frequency_hz)
        raise TuningError(field, frequency_hz, f"{self.lowest_hz:.10g} to {self.highest_hz:.10g}")


class Tuner:
    """Shifts what is received by carrier - receive_hz, what is transmitted by transmit_hz - carrier."""

    def __init__(self, receive: TuningRange, transmit: TuningRange) -> None:
        self._ranges = (receive, transmit)
        self._mixers = (Mixer(receive.sample_rate_hz), Mixer(transmit.sample_rate_hz))
        self.receive_hz, self.transmit_hz = receive.carrier_hz, transmit.carrier_hz

    def tune(self, receive_hz: object = None, transmit_hz: object = None) -> None:
        """Glide to other frequencies; None: stay. Raise TuningError, with nothing changed, for one out of reach."""
        receive, transmit = self._ranges
        wanted_hz = receive.require("receive_hz", self.receive_hz if receive_hz is None else receive_hz)
        sent_hz = transmit.require("transmit_hz", self.transmit_hz if transmit_hz is None else transmit_hz)
        self.receive_hz, self.transmit_hz = wanted_hz, sent_hz
        self._mixers[0].glide_to(receive.carrier_hz - wanted_hz)
        self._mixers[1].glide_to(sent_hz - transmit.carrier_hz)

    @property
    def receive_shift_hz(self) -> float:
        """By how much less than at the antenna the carrier offset of what is received now is."""
        return -self._mixers[0].shift_hz

    @property
    def transmit_shift_hz(self) -> float:
        """By how much what is transmitted now is above the carrier."""
        return self._mixers[1].shift_hz

    def received(self, samples: Samples) -> Samples:
        """Return the next complex64[n] from the antenna as the receiver is to have them."""
        return self._mixers[0].mix(samples)

    def transmitted(self, samples: Samples) -> Samples:
        """Return the next complex64[n] of the modulator as they are to leave."""
        return self._mixers[1].mix(samples)


class Mixer:
    """Multiplies samples by a carrier whose phase never jumps, and whose frequency glides.

    One that was never tuned hands on the samples that it is given.
    """

    def __init__(self, sample_rate_hz: float) -> None:
        self._rate_hz = sample_rate_hz
        self._glide = max(1, round(GLIDE_S * sample_rate_hz))
        self._turns = self._step = self._target = 0.0  # of a turn: the phase, what it gains a sample now and at last
        self._left = 0
        """Samples until the frequency stands."""

    @property
    def shift_hz(self) -> float:
        """The frequency that it has come to."""
        return self._step * self._rate_hz

    def glide_to(self, shift_hz: float) -> None:
        """Change the frequency evenly from what it is now on."""
        target = shift_hz / self._rate_hz
        if target != self._target:
            self._target, self._left = target, self._glide

    def mix(self, samples: Samples) -> Samples:
        """Return the next complex64[n], shifted."""
        if self._turns == self._step == self._left == 0:
            return samples
        mixed = np.empty(len(samples), dtype=np.complex64)
        gliding = min(self._left, len(samples))
        if gliding:
            self._run(samples[:gliding], mixed[:gliding], (self._target - self._step) / self._left)
            self._left -= gliding
            self._step = self._step if self._left else self._target
        self._run(samples[gliding:], mixed[gliding:], 0.0)
        return mixed

    def _run(self, samples: Samples, mixed: Samples, slope: float) -> None:
        """Mix while the frequency changes by `slope` turns a sample each sample."""
        count = len(samples)
        _turn(samples.view(np.float32), mixed.view(np.float32), self._turns, self._step, slope)
        self._turns = math.remainder(self._turns + count * (self._step + slope * count / 2), 1.0)
        self._step += slope * count


@njit(cache=True, nogil=True, fastmath={"contract"})
def _turn(samples, mixed, turns, step, slope):  # type: ignore[no-untyped-def]
    """Fill interleaved ``mixed`` with ``samples`` turned by turns + n step + n^2 slope / 2, in turns, at the nth."""
    for n in range(samples.size // 2):
        angle = turns + n * (step + slope * n / 2)
        angle -= np.rint(angle)
        re, im = samples[2 * n], samples[2 * n + 1]
        c, s = cosine(np.float32(angle)), sine(np.float32(angle))
        mixed[2 * n] = re * c - im * s
        mixed[2 * n + 1] = re * s + im * c
