"""The receiver's front end: thermal noise, mixer, channel filter, gain and analogue-to-digital converter."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from radio.channel.channel_filter import ChannelFilter
from radio.channel.gain_control import GainControl
from radio.channel.impairments import FrontEndImpairments
from radio.channel.noise import WhiteNoise
from radio.channel.phase_noise import PhaseNoise
from radio.modem.resampler import low_pass

NO_IMPAIRMENTS = FrontEndImpairments()
_SKIRT = 0.1
"""The filter falls from 1 to nothing within this part of half the bandwidth on either side of its edge."""


@njit(cache=True, nogil=True, fastmath={"contract"})
def _convert(samples, scale, dc_i, dc_q, full_scale):  # type: ignore[no-untyped-def]
    """Round interleaved ``samples`` in place to the converter's codes, half a step off zero; count what it clips."""
    clipped = 0
    for n in range(samples.size // 2):
        i = np.floor(samples[2 * n] * scale + dc_i) + np.float32(0.5)
        q = np.floor(samples[2 * n + 1] * scale + dc_q) + np.float32(0.5)
        limited_i, limited_q = min(max(i, -full_scale), full_scale), min(max(q, -full_scale), full_scale)
        clipped += (limited_i != i) + (limited_q != q)
        samples[2 * n], samples[2 * n + 1] = limited_i / full_scale, limited_q / full_scale
    return clipped


class FrontEnd:
    """Adds the noise, mixes, limits the band and quantises, as an RTL2832U does at its output rate."""

    def __init__(
        self,
        sample_rate_hz: float,
        bandwidth_hz: float,
        adc_bits: int,
        noise_rms_lsb: float,
        rng: np.random.Generator,
        impairments: FrontEndImpairments = NO_IMPAIRMENTS,
    ) -> None:
        """Take the two-sided bandwidth of the channel filter and the level at which the gain sets the noise."""
        edge_hz = bandwidth_hz / 2
        stop_hz = min((1 + _SKIRT) * edge_hz, sample_rate_hz / 2)
        self._filter = ChannelFilter(low_pass(sample_rate_hz, (1 - _SKIRT) * edge_hz, stop_hz))
        self._noise = WhiteNoise(rng)
        given = impairments
        self._phase_noise = given.phase_noise and PhaseNoise(given.phase_noise, sample_rate_hz, rng)
        self._imbalance = given.iq_imbalance
        gain = noise_rms_lsb / math.sqrt(0.5)
        self._gain_control = given.gain_control and GainControl(given.gain_control, sample_rate_hz, gain)
        lsb_per_unit = 1.0 if self._gain_control else gain
        full_scale = 2 ** (adc_bits - 1) - 0.5  # an RTL2832U's octet is 127.5 + 127.5 x
        converter = (lsb_per_unit, given.dc_i_lsb, given.dc_q_lsb, full_scale)
        self._converter = tuple(np.float32(number) for number in converter)
        self._count = 0
        self.clipped = 0

    def receive(self, signal: NDArray[np.complex64]) -> NDArray[np.complex64]:
        """Take a signal in units of the noise per sample; return complex64[n] in -1..1 on the converter's steps."""
        samples = self._filter.process(self._mix(signal))
        if self._gain_control:
            self._gain_control.scale(samples)
        self.clipped += _convert(samples.view(np.float32), *self._converter)
        return samples

    def _mix(self, signal: NDArray[np.complex64]) -> NDArray[np.complex64]:
        samples = signal.copy()
        self._noise.add(samples, self._count)
        self._count += len(samples)
        if self._phase_noise:
            self._phase_noise.turn(samples)
        if self._imbalance:
            self._imbalance.unbalance(samples)
        return samples
