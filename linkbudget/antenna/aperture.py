"""What an aperture can do: gain, its limit, and beamwidth."""

import numpy as np

from linkbudget.checks import require_between, require_finite, require_positive
from linkbudget.constants import SPEED_OF_LIGHT_M_S
from linkbudget.decibels import Floats, Real
from linkbudget.provenance import Range, Source

APERTURE = Source(
    "C. A. Balanis, Antenna Theory, 2.16, eq 2-110 (G = 4 pi A / lambda^2) with aperture efficiency e",
    "G = e (pi D / lambda)^2",
)
SURFACE = Source(
    "J. Ruze, Antenna tolerance theory - a review, Proc. IEEE 54 (1966)",
    "L = 685.81 (rms / lambda)^2 dB",
    (Range("surface_rms_wavelengths", 0.0, 1 / 12),),
)
BEAMWIDTH = Source("ITU-R F.699-8, main lobe G - 2.5e-3 (D phi / lambda)^2", "half-power beamwidth = 69.28 lambda / D")
ROLL_OFF = 2.5e-3
"""dB lost at an angle of phi degrees are this by (phi D / lambda)^2."""


def wavelength_m(frequency_hz: Real) -> Floats:
    """Return the wavelength, float64 of the frequency's shape. Raises LinkInputError for a frequency not above 0."""
    require_positive("frequency_hz", frequency_hz)
    return np.asarray(SPEED_OF_LIGHT_M_S / frequency_hz, dtype=np.float64)


def aperture_gain_dbi(diameter_m: Real, efficiency: Real, frequency_hz: Real) -> Floats:
    """Return the gain along the axis of a round aperture; the arguments broadcast (APERTURE).

    Raises LinkInputError for a diameter or frequency not above 0, or an efficiency outside 0.001 to 1.

    >>> round(float(aperture_gain_dbi(3.7, 0.6, 8.2e9)), 2)
    47.83
    """
    require_between("efficiency", efficiency, 1e-3, 1.0)
    return np.asarray(largest_gain_dbi(diameter_m, frequency_hz) + 10.0 * np.log10(efficiency), dtype=np.float64)


def largest_gain_dbi(diameter_m: Real, frequency_hz: Real) -> Floats:
    """Return the gain of an evenly lit lossless aperture, which no real one of a few wavelengths or more exceeds.

    It bounds reflectors, lenses, horns and flat arrays by their diameter, not wire antennas (Yagi, helix, dipole),
    which collect from further than they reach. Raises LinkInputError for an argument not above 0.
    """
    require_positive("diameter_m", diameter_m)
    return np.asarray(20.0 * np.log10(np.pi * diameter_m / wavelength_m(frequency_hz)), dtype=np.float64)


def half_power_beamwidth_deg(diameter_m: Real, frequency_hz: Real) -> Floats:
    """Return the full width between the half-power points of a round reflector; the arguments broadcast (BEAMWIDTH).

    A taper as usual is assumed: an evenly lit aperture has 59 lambda / D, a strongly tapered one 80 lambda / D.
    """
    require_positive("diameter_m", diameter_m)
    width_wavelengths = 2.0 * np.sqrt(3.0 / ROLL_OFF)
    return np.asarray(width_wavelengths * wavelength_m(frequency_hz) / diameter_m, dtype=np.float64)


def surface_loss_db(surface_rms_m: Real, frequency_hz: Real) -> Floats:
    """Return the gain that a reflector loses to its surface's random error; the arguments broadcast (SURFACE)."""
    require_between("surface_rms_m", surface_rms_m, 0.0, 1.0)
    phase_rad = 4.0 * np.pi * surface_rms_m / wavelength_m(frequency_hz)
    return np.asarray(10.0 * np.log10(np.e) * phase_rad**2, dtype=np.float64)


def beamwidth_for_gain_deg(gain_dbi: Real) -> Floats:
    """Return the half-power beamwidth of a round beam of a gain, float64 of its shape (R. S. Elliott, 32400 / width^2).

    An eighth of the power is then in side lobes, as measured Yagis and helices have it; at most 180.

    >>> round(float(beamwidth_for_gain_deg(20.0)), 1)
    18.0
    """
    require_finite("gain_dbi", gain_dbi)
    return np.asarray(np.minimum(180.0 * np.power(10.0, np.multiply(gain_dbi, -0.05)), 180.0), dtype=np.float64)
