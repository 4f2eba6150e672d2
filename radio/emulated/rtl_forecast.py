"""What a receiver set wrong does to a link: whether it recovers, or what it fails of."""

import math
from dataclasses import dataclass
from enum import Enum
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from radio.channel.dropped_transfers import DroppedTransferSettings
from radio.channel.settings import Within, settings
from radio.emulated.rtl_dongle import ADC_BITS, BANDWIDTH
from radio.modem.modulator import Modulator
from radio.profile import LinkProfile

BEARABLE_FRAME_LOSS = 0.5
"""Each frame is sent twice then, on average."""
_FULL_SCALE_LSB = 2 ** (ADC_BITS - 1) - 0.5
_STEP_POWER = 1 / 12
"""Of what rounding adds, in LSB squared, on either axis."""


@settings
class ReceiverFault:
    """What is set wrong, and by how much."""

    tuning_error_hz: Annotated[float, Within(-1e9, 1e9)] = 0.0
    """Tuned frequency less carrier."""
    ppm: Annotated[float, Within(-1000.0, 1000.0)] = 0.0
    """Correction that is set, less what the crystal is off."""
    gain_excess_db: Annotated[float, Within(-60.0, 60.0)] = 0.0
    drops: DroppedTransferSettings | None = None


@dataclass(frozen=True, slots=True)
class ReceivedLink:
    """One direction of a link, at a receiver that is set right."""

    profile: LinkProfile
    c_n0_db_hz: float
    needed_es_n0_db: float
    """Of the profile's code, for frames that arrive."""
    sample_rate_hz: float
    """The receiver's."""
    noise_rms_lsb: float
    """In its whole sample rate, on either axis, at the right gain."""
    doppler_hz: float = 0.0


class Cause(Enum):
    """What a link fails of."""

    CARRIER = "the carrier lies outside the receiver's search range"
    CLIPPING = "clipping leaves too little Es/N0"
    NOISE = "there is too little Es/N0"
    LOST_SAMPLES = "too many frames are hit by lost samples"


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is to be expected."""

    carrier_offset_hz: float
    """Where the receiver sees the carrier."""
    es_n0_db: float
    clipping_loss_db: float
    """Part of what is missing to Es/N0: by clipping, and by rounding."""
    clipped_share: float
    """Of the values of I and Q while there is a signal."""
    frame_loss: float
    """Probability that lost samples hit a frame."""
    causes: tuple[Cause, ...]

    @property
    def recovers(self) -> bool:
        """Whether frames arrive, and so, sent again or not, all that is to be sent."""
        return not self.causes


def foretell(link: ReceivedLink, fault: ReceiverFault) -> Forecast:
    """Return what becomes of a link whose receiver is set wrong."""
    profile = link.profile
    tuned_hz = (profile.carrier_hz + fault.tuning_error_hz) / (1 + fault.ppm * 1e-6)
    offset_hz = profile.carrier_hz - tuned_hz + link.doppler_hz
    ideal_db = link.c_n0_db_hz - 10 * math.log10(profile.symbol_rate_baud)
    es_n0_db, clipped_share = _converted(link, fault.gain_excess_db, offset_hz)
    frame_loss = _frame_loss(profile.longest_frame_s * link.sample_rate_hz, fault.drops) if fault.drops else 0.0
    failed = {
        Cause.CARRIER: abs(offset_hz) > profile.search_range_hz,
        Cause.CLIPPING: es_n0_db < link.needed_es_n0_db <= ideal_db,
        Cause.NOISE: ideal_db < link.needed_es_n0_db,
        Cause.LOST_SAMPLES: frame_loss > BEARABLE_FRAME_LOSS,
    }
    causes = tuple(cause for cause, holds in failed.items() if holds)
    return Forecast(offset_hz, es_n0_db, ideal_db - es_n0_db, clipped_share, frame_loss, causes)


def _frame_loss(frame_samples: float, drops: DroppedTransferSettings) -> float:
    """Return the probability that a frame that begins anywhere shares a sample with a lost transfer.

    It lies in as many transfers as it has whole ones' lengths, and one more; in yet another if it begins late in one.
    """
    whole, part = divmod(frame_samples / drops.transfer_samples, 1)
    kept = 1 - drops.probability
    return float(1 - kept ** (whole + 1) * (1 - part + part * kept))


def _converted(link: ReceivedLink, gain_excess_db: float, offset_hz: float) -> tuple[float, float]:
    """Return Es/N0 in dB behind the converter, and the share of values that it clips.

    Of each value of the signal, the mean of what the converter makes of it and of the noise (both limited), and the
    variance around that mean: Gaussian noise has closed forms. What of the means is in proportion to the signal is
    signal; what is not and lies in its symbols' band adds to the variance's part there (Bussgang's decomposition).
    """
    profile, rate_hz = link.profile, link.sample_rate_hz
    noise = link.noise_rms_lsb * 10 ** (gain_excess_db / 20)
    amplitude = noise * math.sqrt(2 * 10 ** (link.c_n0_db_hz / 10) / rate_hz)
    signal = amplitude * _modulated(profile, rate_hz, offset_hz)
    values = signal.view(np.float64)
    mean, power, clipped = _limited(values, noise * math.sqrt(BANDWIDTH))
    gain = mean @ values / (values @ values)
    spread = float(np.mean(power - mean**2)) + _STEP_POWER
    distortion = (mean - gain * values).view(np.complex128)
    density = 2 * spread / BANDWIDTH / rate_hz
    in_band = _power_near(distortion, rate_hz, offset_hz, profile.symbol_rate_baud)
    carried = (gain * amplitude) ** 2
    return 10 * math.log10(carried / (density * profile.symbol_rate_baud + in_band)), clipped


def _modulated(profile: LinkProfile, rate_hz: float, offset_hz: float) -> NDArray[np.complex128]:
    """Return a burst of the profile's, of unit mean power: complex128[n]."""
    frame = np.random.default_rng(0).bytes(profile.frame_octets)
    burst = Modulator(profile, rate_hz).burst(profile.code().encode(frame)).astype(np.complex128)
    turned = burst * np.exp(2j * np.pi * offset_hz / rate_hz * np.arange(len(burst)))
    return np.asarray(turned / np.sqrt(np.mean(np.abs(burst) ** 2)))


def _limited(values: NDArray[np.float64], deviation: float) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Return mean and mean square of each value with noise added and clipped, and the share that is clipped."""
    full = _FULL_SCALE_LSB
    low, high = (-full - values) / deviation, (full - values) / deviation
    below, above = ndtr(low), ndtr(-high)
    inside = 1 - below - above
    at_low, at_high = (np.exp(-(edge**2) / 2) / math.sqrt(2 * math.pi) for edge in (low, high))
    mean = full * (above - below) + values * inside + deviation * (at_low - at_high)
    power = full**2 * (above + below) + (values**2 + deviation**2) * inside
    power += 2 * values * deviation * (at_low - at_high) + deviation**2 * (low * at_low - high * at_high)
    return mean, power, float(np.mean(below + above))


def _power_near(samples: NDArray[np.complex128], rate_hz: float, centre_hz: float, width_hz: float) -> float:
    spectrum = np.abs(np.fft.fft(samples) / len(samples)) ** 2
    away_hz = np.fft.fftfreq(len(samples), 1 / rate_hz) - centre_hz
    return float(np.sum(spectrum[np.abs(away_hz) < width_hz / 2]))
