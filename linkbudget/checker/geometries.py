"""Carriers, altitudes and distances a thousand times too large or small."""

from collections.abc import Iterator

from linkbudget.checker.case import Case, altitude_m
from linkbudget.checker.finding import Finding, nominal, si
from linkbudget.constants import EARTH_RADIUS_M
from linkbudget.errors import LinkInputError
from linkbudget.scene import view_of
from linkbudget.study import GeometryTable, Study
from linkbudget.study_passes import orbit_of

LOWEST_CARRIER_HZ = 20e6  # the ionosphere reflects below it; amateur satellites have used 21 and 29 MHz
HIGHEST_CARRIER_HZ = 100e9  # satellites have not used more than W band (75 to 86 GHz)
LOWEST_ORBIT_KM = 160.0  # below it a satellite does not stay up for a turn
HIGHEST_ORBIT_KM = 60_000.0  # few are beyond the geostationary ones
MOON_KM = (350_000.0, 410_000.0)  # above the Earth's surface, perigee to apogee
SAME_ORBIT = 0.2  # of the altitude: an eccentric Earth's and orbit's part in it


def carrier(case: Case) -> Iterator[Finding]:
    """A carrier that does not pass the ionosphere, or that no satellite has."""
    value = case.link.frequency_hz
    if not LOWEST_CARRIER_HZ <= value <= HIGHEST_CARRIER_HZ:
        hint = f"it is {si(value, 'Hz')}, and satellites use 21 MHz to 86 GHz: kilo, mega or giga?"
        yield case.finding("frequency_hz", value, "no satellite uses such a carrier", hint)


def altitude(study: Study) -> Iterator[Finding]:
    """A satellite below any orbit, or where there are none."""
    if study.geometry is None:
        return
    place, value = _given(study.geometry)
    altitude_km = 1e-3 * altitude_m(view_of(study))
    if altitude_km < LOWEST_ORBIT_KM:
        hint = f"it would be {altitude_km:.4g} km high, and orbits begin at {LOWEST_ORBIT_KM:g} km: km for m?"
        yield Finding(place, value, "the satellite would be below any orbit", hint)
    elif HIGHEST_ORBIT_KM < altitude_km < MOON_KM[0] or (MOON_KM[1] < altitude_km and place.endswith("altitude_m")):
        hint = f"it would be {altitude_km:,.0f} km high; with a thousandth {1e-3 * altitude_km:.4g} km"
        yield Finding(place, value, "there are hardly any satellites so far out", hint)


def geometry_and_orbit(study: Study) -> Iterator[Finding]:
    """A geometry that is not of the orbit that the study has too."""
    if study.geometry is None or study.orbit is None:
        return
    try:
        low_km, high_km = orbit_heights_km(study)
    except LinkInputError:
        return  # `elements.age` tells it
    altitude_km = 1e-3 * altitude_m(view_of(study))
    if not low_km * (1.0 - SAME_ORBIT) <= altitude_km <= high_km * (1.0 + SAME_ORBIT):
        hint = f"the orbit is {low_km:.0f} to {high_km:.0f} km high"
        yield Finding(*_given(study.geometry), f"{altitude_km:.0f} km of altitude are not on the study's orbit", hint)


def orbit_heights_km(study: Study) -> tuple[float, float]:
    """Return the altitudes of the orbit's perigee and apogee over a round Earth.

    Raises LinkInputError if the study has no orbit or its elements cannot be used.
    """
    elements = orbit_of(study).elements
    mean_km = 1e-3 * elements.mean_altitude_m
    reach_km = (mean_km + 1e-3 * EARTH_RADIUS_M) * elements.eccentricity
    return mean_km - reach_km, mean_km + reach_km


def _given(geometry: GeometryTable) -> tuple[str, float]:
    """Return the place of the altitude, or of the range, whichever is given, and the value."""
    if geometry.range_m is not None:
        return "geometry.range_m", nominal(geometry.range_m)
    assert geometry.altitude_m is not None  # the table holds one of the two
    return "geometry.altitude_m", nominal(geometry.altitude_m)
