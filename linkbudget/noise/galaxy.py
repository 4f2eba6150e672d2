"""The galaxy's radio noise."""

from typing import Literal, get_args

import numpy as np

from linkbudget.checks import require_positive
from linkbudget.constants import REFERENCE_TEMPERATURE_K
from linkbudget.decibels import Floats, Real
from linkbudget.errors import LinkInputError
from linkbudget.provenance import Range, Source

Galaxy = Literal["cold", "median", "warm", "whole-sky"]
"""What a beam looks at: a tenth of the sky is colder than "cold", half than "median", nine tenths than "warm"; the
galactic centre is hotter still. "whole-sky" is what an antenna without direction collects."""

GALAXIES: tuple[str, ...] = get_args(Galaxy)

GALACTIC_BEAM = Source(
    "Braun et al., Anticipated Performance of SKA1, arXiv:1912.12699 (2019), of the sky at 408 MHz by Haslam et al. "
    "(1982); spectral index of ITU-R P.372",
    "T = T_408 (408 MHz / f)^2.75; T_408 = 17.1 K (cold), 25.2 K (median), 54.8 K (warm)",
    (Range("frequency_hz", 50e6, 15e9),),
)
GALACTIC_WHOLE_SKY = Source(
    "ITU-R P.372-17 eq 15 (eq 13 in -16), median for a vertical antenna",
    "Fam = 52 - 23 log10 f_MHz, T = 290 K 10^(Fam / 10)",
    (Range("frequency_hz", 10e6, 100e6),),
)

_BEAM_INDEX = 2.75
# temperature at 1 MHz, power of 1 / f
_LAWS: dict[str, tuple[float, float]] = {
    "cold": (17.1 * 408.0**_BEAM_INDEX, _BEAM_INDEX),
    "median": (25.2 * 408.0**_BEAM_INDEX, _BEAM_INDEX),
    "warm": (54.8 * 408.0**_BEAM_INDEX, _BEAM_INDEX),
    "whole-sky": (REFERENCE_TEMPERATURE_K * 10.0**5.2, 2.3),
}


def galactic_temperature_k(galaxy: Galaxy, frequency_hz: Real) -> Floats:
    """Return the brightness temperature of the galaxy, without the cosmic background, above the ionosphere.

    Raises LinkInputError for a frequency that is not greater than 0.

    >>> float(galactic_temperature_k("median", 408e6).round(6))
    25.2
    """
    require_positive("frequency_hz", frequency_hz)
    if galaxy not in GALAXIES:
        raise LinkInputError("galaxy", galaxy, ", ".join(GALAXIES))
    at_1_mhz_k, index = _LAWS[galaxy]
    return np.asarray(at_1_mhz_k * np.power(np.divide(frequency_hz, 1e6), -index))


def galactic_source(galaxy: Galaxy) -> Source:
    """Return where the temperature comes from."""
    return GALACTIC_WHOLE_SKY if galaxy == "whole-sky" else GALACTIC_BEAM
