"""An RTL2832U dongle with an R820T tuner, as a function of samples."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from radio.channel.front_end import FrontEnd
from radio.channel.gain_control import GainControlSettings
from radio.channel.impairments import FrontEndImpairments
from radio.emulated.rtl_state import GAINS_TENTHS_DB, R820T, RtlState
from radio.emulated.rtl_tcp import Command, header
from radio.emulated.rtl_transfers import RtlTransfers
from radio.emulated.rtl_tuner import RtlTuner

ADC_BITS = 8
BANDWIDTH = 0.8
"""Of the sample rate: what the dongle's filters leave."""
REFERENCE_GAIN_DB = 29.7
"""The gain at which the noise in the sky's sample rate has the level that its settings say; the highest is 19.9 dB
more."""


@dataclass(slots=True)
class RtlCounters:
    """What went through a dongle."""

    samples: int = 0
    """That its converter gave, lost ones too."""
    clipped_values: int = 0
    """Of I and Q."""


class RtlDongle:
    """Takes commands, and the signal at its antenna; gives the octets that its host reads. Pure: it has no clock.

    The signal comes as the sky's path leaves it, by the dongle's *own* crystal: around the carrier, off by what that
    crystal is off (the leg's ``clock_error_ppm`` and its warm-up), which also stretches its symbols. So the crystal's
    error acts once, on carrier and sample clock together, and stands in one place; here acts what librtlsdr does
    against it: a correction of p ppm divides tuned frequency and sample rate by 1 + p, and undoes an error of p. What
    the dongle hears lies at carrier less local oscillator.

    Its band is its own, from its sample rate, in place of the leg's; its converter has 8 bits. Noise fills the whole
    band, at the density that the path counts on. A change of its settings starts tuner and gain anew, as a tuner
    takes a moment to settle. Not there: the steps of its synthesiser and of its resampler (less than 0.1 ppm); the
    RTL2832U's own AGC, which comes after the converter. In direct sampling none of the carriers here is heard.
    """

    def __init__(
        self,
        carrier_hz: float,
        signal_rate_hz: float,
        noise_rms_lsb: float,
        impairments: FrontEndImpairments,
        rng: np.random.Generator,
    ) -> None:
        """Take the carrier around which the signal comes, its sample rate, and the noise at REFERENCE_GAIN_DB."""
        self._carrier_hz, self._rate_hz, self._noise_rms_lsb = carrier_hz, signal_rate_hz, noise_rms_lsb
        self._impairments, self._rng = impairments, rng
        drops = impairments.dropped_transfers
        self._transfers = drops and RtlTransfers(drops, np.random.default_rng(rng.integers(2**63)))
        self._counter = 0
        """Of the test mode: the next octet."""
        self.counters = RtlCounters()
        self.state = RtlState()
        self._set_up()

    def obey(self, command: Command) -> None:
        """Carry out a command; what it changes holds from the next sample on."""
        state = self.state.obeying(command)
        if state != self.state:
            self.state = state
            self._set_up()

    def receive(self, signal: NDArray[np.complex64]) -> bytes:
        """Take the signal over a span, complex64[n], in units of the noise per sample; return I and Q by turns."""
        samples = self._tuner.process(signal)
        self.counters.samples += len(samples)
        octets = self._count(2 * len(samples)) if self.state.test_mode else self._convert(samples)
        return self._transfers.kept(octets) if self._transfers else octets

    @property
    def header(self) -> bytes:
        """What a client is told first."""
        return header(R820T, len(GAINS_TENTHS_DB))

    @property
    def lost_samples(self) -> int:
        """How many its host did not get."""
        return self._transfers.lost_samples if self._transfers else 0

    def _set_up(self) -> None:
        state, rate_hz = self.state, self.state.true_sample_rate_hz
        self._tuner = RtlTuner(self._rate_hz, self._carrier_hz - state.local_oscillator_hz, rate_hz)
        automatic = state.gain_tenths_db is None
        gain_db = REFERENCE_GAIN_DB if state.gain_tenths_db is None else state.gain_tenths_db / 10
        level = self._noise_rms_lsb * math.sqrt(rate_hz / self._rate_hz) * 10 ** ((gain_db - REFERENCE_GAIN_DB) / 20)
        control = (self._impairments.gain_control or GainControlSettings()) if automatic else None
        impairments = replace(self._impairments, gain_control=control)
        self._front_end = FrontEnd(rate_hz, BANDWIDTH * rate_hz, ADC_BITS, level, self._rng, impairments)

    def _convert(self, samples: NDArray[np.complex64]) -> bytes:
        before = self._front_end.clipped
        values = self._front_end.receive(samples).view(np.float32)
        self.counters.clipped_values += self._front_end.clipped - before
        return (values * 127.5 + 128.0).astype(np.uint8).tobytes()  # octet = 127.5 + 127.5 x, in the middle of a step

    def _count(self, octets: int) -> bytes:
        first, self._counter = self._counter, (self._counter + octets) % 256
        return (first + np.arange(octets)).astype(np.uint8).tobytes()
