"""Fades by irregularities of the ionosphere."""

from functools import lru_cache

import numpy as np
from scipy.special import gammaincinv

from linkbudget.checks import require_between, require_positive
from linkbudget.decibels import Floats, Real, to_db
from linkbudget.propagation.ionosphere import Ionosphere, slant_factor
from linkbudget.provenance import GIVEN, Range, Source

_FREQUENCIES = Range("frequency_hz", 0.1e9, 12e9)

S4_SCINTILLATION = Source(
    "ITU-R P.531 5.1, 5.4.1, 5.5.1 (clauses of -16): Nakagami's distribution; irregularities in a thin shell at 400 km",
    "S4 = S4_ref (f_ref / f)^1.5 sqrt(sec i), at most 1; m = 1 / S4^2; fade at the p % quantile of Gamma(m, 1/m)",
    (_FREQUENCIES, Range("elevation_deg", 3.0, 90.0), Range("exceeded_percent", 1e-3, 50.0)),
)
EVENT_SCINTILLATION = Source(
    "ITU-R P.531 5.1, 5.4.1 (clauses of -16): the upper end of a class of strength, at the carrier",
    "S4 = 0.3 (weak), 0.6 (moderate), 1 (strong); m = 1 / S4^2; fade at the p % quantile of Gamma(m, 1/m)",
    (_FREQUENCIES, Range("exceeded_percent", 1e-3, 50.0)),
)
MID_LATITUDE_SCINTILLATION = Source(
    "ITU-R P.618-14 Table 2 (from P.531), fitted within 2 % and its rounding",
    "A = 5.96 dB p^-0.627 (0.1 GHz / f)^2",
    (Range("frequency_hz", 0.1e9, 1e9), Range("exceeded_percent", 0.1, 1.0)),
)

EVENT_S4 = {"weak": 0.3, "moderate": 0.6, "strong": 1.0}

_GRID = np.linspace(0.0, 1.0, 2049)


def s4_on_path(s4: Real, s4_frequency_hz: Real, frequency_hz: Real, elevation_deg: Real) -> Floats:
    """Return the scintillation index of a link from that of a zenith path at another frequency; at most 1.

    At 1 the amplitude is Rayleigh's. Above 0.6 the index grows slower than f^-1.5, so this is an upper bound there.
    """
    require_positive("frequency_hz", frequency_hz)
    scale = np.power(np.divide(s4_frequency_hz, frequency_hz), 1.5)
    return np.asarray(np.minimum(np.multiply(s4, scale) * np.sqrt(slant_factor(elevation_deg)), 1.0))


def peak_to_peak_db(s4: Real) -> Floats:
    """Return how far apart a scintillating signal's peaks and troughs are (ITU-R P.531 5.1: 27.5 S4^1.26)."""
    return np.asarray(27.5 * np.power(s4, 1.26))


def nakagami_fade_db(s4: Real, exceeded_percent: Real) -> Floats:
    """Return the fade below the mean that is exceeded for a part of an event's time, 0 where that is no fade.

    Raises LinkInputError unless 0 <= s4 <= 1 and 0.0001 <= exceeded_percent <= 100.

    >>> float(nakagami_fade_db(1.0, 1.0).round(2))
    19.98
    """
    require_between("s4", s4, 0.0, 1.0)
    require_between("exceeded_percent", exceeded_percent, 1e-4, 100.0)
    if np.ndim(exceeded_percent) == 0:
        return _on_grid(_fades_db(float(exceeded_percent)), s4)
    return _exact_fade_db(s4, exceeded_percent)


def mid_latitude_fade_db(frequency_hz: Real, exceeded_percent: Real) -> Floats:
    """Return the fade exceeded for a part of the year. Raises LinkInputError for what is not greater than 0."""
    require_positive("frequency_hz", frequency_hz)
    require_positive("exceeded_percent", exceeded_percent)
    return np.asarray(5.96 * np.power(exceeded_percent, -0.627) * np.square(np.divide(0.1e9, frequency_hz)))


def ionospheric_fade_db(
    ionosphere: Ionosphere, frequency_hz: Real, elevation_deg: Real, exceeded_percent: Real
) -> Floats:
    """Return the fade by scintillation, by what the ionosphere's `scintillation` says."""
    if ionosphere.scintillation == "none":
        return np.asarray(0.0)
    if ionosphere.scintillation == "mid-latitude":
        return mid_latitude_fade_db(frequency_hz, exceeded_percent)
    if ionosphere.s4 is None:
        return nakagami_fade_db(EVENT_S4[ionosphere.scintillation], exceeded_percent)
    s4 = s4_on_path(ionosphere.s4, ionosphere.s4_frequency_hz, frequency_hz, elevation_deg)
    return nakagami_fade_db(s4, exceeded_percent)


def ionospheric_fade_source(ionosphere: Ionosphere) -> Source:
    """Return where the fade comes from."""
    if ionosphere.scintillation == "none":
        return GIVEN
    if ionosphere.scintillation == "mid-latitude":
        return MID_LATITUDE_SCINTILLATION
    return EVENT_SCINTILLATION if ionosphere.s4 is None else S4_SCINTILLATION


@lru_cache(maxsize=64)
def _fades_db(exceeded_percent: float) -> Floats:
    """Return the fades on the grid of S4: the quantile takes 0.5 us an element, a look-up a tenth of that."""
    return _exact_fade_db(_GRID, exceeded_percent)


def _on_grid(values: Floats, s4: Real) -> Floats:
    """Return values on the grid between its points: even steps need no search, which `np.interp` would do."""
    position = np.multiply(s4, len(_GRID) - 1.0)
    below = np.minimum(position.astype(np.intp), len(_GRID) - 2)
    low = values[below]
    return np.asarray(low + (position - below) * (values[below + 1] - low))


def _exact_fade_db(s4: Real, exceeded_percent: Real) -> Floats:
    # for S4 below 1e-3 the fade is proportional to it: so the shape 1 / S4^2 stays finite
    lifted = np.maximum(s4, 1e-3)
    shape = 1.0 / np.square(lifted)
    intensity = gammaincinv(shape, np.minimum(np.multiply(exceeded_percent, 0.01), 0.9999)) / shape
    return np.asarray(np.maximum(-to_db(intensity), 0.0) * (s4 / lifted))
