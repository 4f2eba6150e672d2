"""The ionosphere: its electrons on the path, and how they delay, disperse and absorb."""

from typing import Annotated, Literal, get_args

import numpy as np

from linkbudget.checks import require_between, require_positive
from linkbudget.constants import EARTH_RADIUS_M
from linkbudget.decibels import Floats, Real
from linkbudget.errors import LinkInputError
from linkbudget.provenance import Range, Source
from linkbudget.quantity import Within, check_quantities, table

Rotation = Literal["given", "mean", "worst"]
"""What is known of the Faraday rotation: its angle; only that it is up to that, either way; the worst of these."""

Absorption = Literal["none", "mid-latitude", "high-latitude", "amsat"]
"""Of a region, or the loss that AMSAT's link model puts down for all ionospheric effects together."""

Scintillation = Literal["none", "mid-latitude", "weak", "moderate", "strong", "s4"]
"""The fades of mid-latitudes over a year, or those of an event: of a strength, or of the index S4 that is given."""

ELECTRONS_HEIGHT_M = 400e3  # of the thin shell that stands for the F region
ABSORPTION_HEIGHT_M = 100e3  # of that which stands for the D and lower E region

_FREQUENCIES = Range("frequency_hz", 0.1e9, 12e9)
_ELEVATIONS = Range("elevation_deg", 0.0, 90.0)

GROUP_DELAY = Source(
    "ITU-R P.531-14 eq 4; thin shell at 400 km", "t = 1.345e-7 N_T / f^2 s", (_FREQUENCIES, _ELEVATIONS)
)
ABSORPTION = Source(
    "ITU-R P.618-14 Table 1 (from P.531), at 30 deg: < 1 dB in mid-latitudes, 5 dB auroral and polar cap, at 0.1 GHz",
    "A = A_0.1GHz (0.1 GHz / f)^2 sec i / sec i(30 deg), thin shell at 100 km",
    (_FREQUENCIES, _ELEVATIONS),
)
AMSAT_LOSS = Source(
    "AMSAT-IARU Annotated Link Model System 2.5.3, Atmos. & Ionos. Losses: an operators' table",
    "0.7, 0.4, 0.1 dB at 146, 438, 2410 MHz, between them along log f",
    (Range("frequency_hz", 146e6, 2410e6),),
)

_DELAY_S_HZ2_M2 = 1.345e-7
_AT_100_MHZ_DB = {"none": 0.0, "mid-latitude": 1.0, "high-latitude": 5.0}
_AMSAT_LOG10_HZ = np.log10([146e6, 438e6, 2410e6])
_AMSAT_DB = np.array([0.7, 0.4, 0.1])


@table
class Ionosphere:
    """The state of the ionosphere over a link.

    The electron content that stands here if none is given is a high one: of low latitudes by day at high solar activity
    (ITU-R P.618-14 Table 1). By night and at solar minimum it is a hundredth.
    """

    tec_el_m2: Annotated[Real, Within(0.0, 1e19, "el/m2", "vertical total electron content")] = 1e18
    magnetic_field_t: Annotated[Real, Within(0.0, 1e-4, "T", "mean magnetic field along the path")] = 5e-5
    rotation: Rotation = "mean"
    absorption: Absorption = "mid-latitude"
    scintillation: Scintillation = "none"
    s4: Annotated[Real | None, Within(0.0, 1.5, "", "scintillation index at the zenith")] = None
    s4_frequency_hz: Annotated[Real, Within(1e7, 1e11, "Hz", "at which s4 holds")] = 1575.42e6

    def __post_init__(self) -> None:
        check_quantities(self)
        for field, choices in _CHOICES.items():
            if getattr(self, field) not in choices:
                raise LinkInputError(field, getattr(self, field), ", ".join(choices))
        if (self.scintillation == "s4") == (self.s4 is None):
            raise LinkInputError("s4", self.s4, 'a value if scintillation is "s4", and none otherwise')


_CHOICES: dict[str, tuple[str, ...]] = {
    "rotation": get_args(Rotation),
    "absorption": get_args(Absorption),
    "scintillation": get_args(Scintillation),
}


def slant_factor(elevation_deg: Real, height_m: float = ELECTRONS_HEIGHT_M) -> Floats:
    """Return the secant of the path's zenith angle where it meets a shell: slant over vertical electron content.

    Raises LinkInputError for an elevation beyond 90 degrees.

    >>> float(slant_factor(30.0).round(3))
    1.725
    """
    require_between("elevation_deg", elevation_deg, -90.0, 90.0)
    sine = np.cos(np.multiply(elevation_deg, np.pi / 180.0)) * (EARTH_RADIUS_M / (EARTH_RADIUS_M + height_m))
    return np.asarray(1.0 / np.sqrt(1.0 - sine * sine))


def slant_tec_el_m2(ionosphere: Ionosphere, elevation_deg: Real) -> Floats:
    """Return the electron content along the path."""
    return np.asarray(ionosphere.tec_el_m2 * slant_factor(elevation_deg))


def group_delay_s(ionosphere: Ionosphere, frequency_hz: Real, elevation_deg: Real) -> Floats:
    """Return by how much a modulation arrives later. Raises LinkInputError for a frequency not greater than 0."""
    require_positive("frequency_hz", frequency_hz)
    return np.asarray(_DELAY_S_HZ2_M2 / np.square(frequency_hz) * slant_tec_el_m2(ionosphere, elevation_deg))


def dispersion_s_hz(ionosphere: Ionosphere, frequency_hz: Real, elevation_deg: Real) -> Floats:
    """Return the slope of the group delay over frequency: negative, as high frequencies come first."""
    return np.asarray(-2.0 * group_delay_s(ionosphere, frequency_hz, elevation_deg) / frequency_hz)


def absorption_db(ionosphere: Ionosphere, frequency_hz: Real, elevation_deg: Real) -> Floats:
    """Return the region's absorption, or AMSAT's loss. Raises LinkInputError for a frequency not greater than 0."""
    require_positive("frequency_hz", frequency_hz)
    if ionosphere.absorption == "amsat":
        return np.asarray(np.interp(np.log10(frequency_hz), _AMSAT_LOG10_HZ, _AMSAT_DB))
    at_zenith_db = _AT_100_MHZ_DB[ionosphere.absorption] / slant_factor(30.0, ABSORPTION_HEIGHT_M)
    return np.asarray(
        at_zenith_db * np.square(np.divide(0.1e9, frequency_hz)) * slant_factor(elevation_deg, ABSORPTION_HEIGHT_M)
    )


def absorption_source(ionosphere: Ionosphere) -> Source:
    """Return where the absorption comes from."""
    return AMSAT_LOSS if ionosphere.absorption == "amsat" else ABSORPTION
