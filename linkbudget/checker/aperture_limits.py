"""Gains that no antenna of that kind has."""

from collections.abc import Iterator

import numpy as np

from linkbudget.antenna.aperture import SURFACE, wavelength_m
from linkbudget.antenna.beam import Beam
from linkbudget.antenna.dish import Dish
from linkbudget.antenna.patch import Patch
from linkbudget.antenna.radiator import Radiator
from linkbudget.antenna.tabulated import Tabulated
from linkbudget.antenna.yagi import Yagi
from linkbudget.checker.case import VHF_UHF_HZ, Case
from linkbudget.checker.finding import Finding, nominal, si
from linkbudget.checker.power import LARGEST_DISH_M
from linkbudget.link import Transmitter

# A lossless antenna's gain has a mean of 1 over the sphere; a beam of 41253 / width^2 by the Gaussian lobe has 0.5 dB
# more than that, its floor and a coarse table's corners a few tenths.
RADIATED_SLACK_DB = 1.0
LARGEST_EFFICIENCY = 0.85  # 0.55 to 0.75 are usual, 0.8 is reached by shaped dual reflectors
SMALLEST_DISH_WAVELENGTHS = 3.0
LONGEST_BOOM_WAVELENGTHS = 30.0
LONGEST_BOOM_M = 30.0
LARGEST_SPACECRAFT_M = 25.0  # the largest reflectors unfolded in orbit have 22 m
LARGEST_LOW_ORBIT_UHF_M = 4.0  # 25 dBi at 437 MHz
LARGEST_POINTING_LOSS_DB = 20.0

_ANGLES_DEG = np.concatenate([[0.0], np.geomspace(1e-4, 180.0, 4000)])


def radiated_power(case: Case) -> Iterator[Finding]:
    """A gain too high for its beamwidth or its table: the antenna would radiate more power than it is fed."""
    for place, end in case.ends():
        if not isinstance(end.antenna, Beam | Patch | Tabulated):
            continue
        excess_db = radiated_db(end.antenna, case.link.frequency_hz)
        if excess_db > RADIATED_SLACK_DB:
            peak_dbi = case.peak_dbi(end)
            named = "gains_dbi" if isinstance(end.antenna, Tabulated) else "peak_dbi"
            hint = f"a pattern of this shape has {peak_dbi - excess_db:.1f} dBi at most"
            suspicion = f"{excess_db:.1f} dB more would be radiated than is fed"
            yield case.finding(f"{place}.antenna.{named}", peak_dbi, suspicion, hint)


def dish(case: Case) -> Iterator[Finding]:
    """A dish too efficient, too large, too rough, or too small for its wavelength."""
    for place, end in case.ends():
        if isinstance(end.antenna, Dish):
            for named, suspicion, hint in _dish(end.antenna, case.link.frequency_hz):
                value = nominal(getattr(end.antenna, named))
                yield case.finding(f"{place}.antenna.{named}", value, suspicion, hint)


def _dish(antenna: Dish, frequency_hz: float) -> Iterator[tuple[str, str, str]]:
    """Give what is wrong with a dish: the field, the suspicion and the hint."""
    diameter_m, rms = nominal(antenna.diameter_m), nominal(antenna.surface_rms_wavelengths(frequency_hz))
    wavelengths = diameter_m / float(wavelength_m(frequency_hz))
    if nominal(antenna.efficiency) > LARGEST_EFFICIENCY:
        yield "efficiency", "no reflector is so efficient", "0.55 to 0.75 are usual"
    if diameter_m > LARGEST_DISH_M:
        yield "diameter_m", "no such dish is steered", f"{LARGEST_DISH_M:g} m have the largest that are"
    if wavelengths < SMALLEST_DISH_WAVELENGTHS:
        hint = f"it is {wavelengths:.1f} wavelengths wide at {si(frequency_hz, 'Hz')}"
        yield "diameter_m", "too small to work as a dish", hint
    if not SURFACE.valid[0].holds(rms):
        hint = f"it is {rms:.2f} wavelengths, and the loss by it holds to {SURFACE.valid[0].highest:.2f}: mm for m?"
        yield "surface_rms_m", "too rough for this frequency", hint


def yagi(case: Case) -> Iterator[Finding]:
    """A stated gain for which a Yagi would have to be longer than any is."""
    for place, end in case.ends():
        if not isinstance(end.antenna, Yagi) or end.antenna.peak_dbi is None:
            continue
        peak_dbi = nominal(end.antenna.peak_dbi)
        wavelengths = boom_wavelengths(peak_dbi)
        boom_m = wavelengths * float(wavelength_m(case.link.frequency_hz))
        if wavelengths > LONGEST_BOOM_WAVELENGTHS or boom_m > LONGEST_BOOM_M:
            hint = f"it takes a boom of {si(boom_m, 'm')}, {wavelengths:.0f} wavelengths; an array is a beam"
            yield case.finding(f"{place}.antenna.peak_dbi", peak_dbi, "more than a single Yagi has", hint)


def aperture(case: Case) -> Iterator[Finding]:
    """A stated gain for which the antenna would have to be larger than any is."""
    for place, end in case.ends():
        if isinstance(end.antenna, Dish):
            continue
        limit_m = _largest_m(case, place)
        peak_dbi = case.peak_dbi(end)
        wide_m = 10.0 ** (0.05 * peak_dbi) * float(wavelength_m(case.link.frequency_hz)) / np.pi
        if wide_m > limit_m:
            hint = f"it takes an aperture {si(wide_m, 'm')} wide at {si(case.link.frequency_hz, 'Hz')}"
            yield case.finding(f"{place}.antenna", peak_dbi, f"a gain beyond an aperture of {limit_m:g} m", hint)


def pointing(case: Case) -> Iterator[Finding]:
    """A narrow beam that is not kept on the other end."""
    for place, end in case.ends():
        loss_db, off_deg = _pointing(case, "tx" if isinstance(end, Transmitter) else "rx")
        if loss_db > LARGEST_POINTING_LOSS_DB:
            suspicion = f"the other end is {off_deg:.1f} deg off the boresight, where the gain is {loss_db:.0f} dB less"
            hint = 'so narrow a beam is kept on the other end: aim = "target", with a part of its width as error'
            named = "pointing_error_deg" if end.aim == "target" else "aim"
            value = nominal(end.pointing_error_deg) if end.aim == "target" else end.aim
            yield case.finding(f"{place}.{named}", value, suspicion, hint)


def radiated_db(antenna: Radiator, frequency_hz: float) -> float:
    """Return the mean of an antenna's gain over all directions, in dB: 0 if it is lossless, less if it has losses."""
    radians = np.radians(_ANGLES_DEG)
    gain = 10.0 ** (0.1 * antenna.gain_dbi(_ANGLES_DEG, frequency_hz)) * np.sin(radians)
    mean = 0.5 * float(np.sum(0.5 * (gain[1:] + gain[:-1]) * np.diff(radians)))
    return 10.0 * np.log10(mean) if mean > 0.0 else -np.inf


def boom_wavelengths(peak_dbi: float) -> float:
    """Return the boom that a Yagi of a gain takes: the inverse of `Yagi.peak_gain_dbi` (NBS Technical Note 688)."""
    return float(10.0 ** ((peak_dbi - 2.15 - 9.83) / 6.99))


def _largest_m(case: Case, place: str) -> float:
    if not case.is_spacecraft(place):
        return LARGEST_DISH_M
    small = case.in_low_orbit and case.link.frequency_hz < VHF_UHF_HZ
    return LARGEST_LOW_ORBIT_UHF_M if small else LARGEST_SPACECRAFT_M


def _pointing(case: Case, end: str) -> tuple[float, float]:
    if case.budget is None:
        return 0.0, 0.0
    return nominal(case.budget[f"{end}_pointing_loss_db"]), nominal(case.budget[f"{end}_off_boresight_deg"])
