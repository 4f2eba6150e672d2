"""Powers and figures of merit that no such station or spacecraft has: decibels over the wrong unit, a lost sign."""

from collections.abc import Iterator

import numpy as np

from linkbudget.antenna.aperture import largest_gain_dbi, wavelength_m
from linkbudget.checker.case import VHF_UHF_HZ, Case
from linkbudget.checker.finding import Finding, nominal, si
from linkbudget.decibels import from_db
from linkbudget.link import StatedReceiver, StatedTransmitter, Transmitter

LOW_GAIN_DBI = 10.0  # of wires, patches and small helices: they come with transmitters of 0.1 to 100 W
LOW_GAIN_POWER_DBW = 20.0  # 100 W, the travelling wave tube of a deep-space probe behind its low-gain antenna
LOW_ORBIT_POWER_DBW = 17.0  # 50 W; the amateur radio station on the ISS has 25 W, cubesats 0.5 to 5 W
# At VHF and UHF: cubesats have -5 to 8 dBW, the strongest in low orbits (Orbcomm, ISS) 12 to 16 dBW.
LOW_ORBIT_EIRP_DBW = 20.0
SPACECRAFT_EIRP_DBW = 75.0  # a tube of 200 W into 50 dBi, the narrowest spot beams
LARGEST_MARGIN_DB = 40.0  # 10 dB are designed in at least, and 30 dB lie between dBm and dBW
VHF_UHF_G_OVER_T_DB_K = 5.0  # four long Yagis have about 0 dB/K; 5 dB/K take a dish of 5 m at 437 MHz
SPACECRAFT_G_OVER_T_DB_K = 35.0  # 50 dBi that look on the Earth's 290 K have 25 dB/K
LARGEST_DISH_M = 100.0  # steerable: Effelsberg, Green Bank
COLDEST_SYSTEM_K = 15.0  # cooled amplifiers at the zenith; the DSN's stations have about 15 to 30 K


def low_gain_power(case: Case) -> Iterator[Finding]:
    """A transmitter with the power of a radar behind an antenna of a handset."""
    end = case.link.transmitter
    if not isinstance(end, Transmitter) or case.peak_dbi(end) >= LOW_GAIN_DBI:
        return
    limit_dbw = LOW_ORBIT_POWER_DBW if case.downward and case.in_low_orbit else LOW_GAIN_POWER_DBW
    if nominal(end.level_dbw) > limit_dbw:
        suspicion = f"more than {si(_watts(limit_dbw), 'W')} into an antenna of {case.peak_dbi(end):.1f} dBi"
        yield case.finding(*_power(end), suspicion, _power_hint(end))


def stated_eirp(case: Case) -> Iterator[Finding]:
    """An EIRP that no spacecraft has."""
    end = case.link.transmitter
    if not isinstance(end, StatedTransmitter) or not case.downward:
        return
    small = case.in_low_orbit and case.link.frequency_hz < VHF_UHF_HZ
    limit_dbw = LOW_ORBIT_EIRP_DBW if small else SPACECRAFT_EIRP_DBW
    if nominal(end.eirp_dbw) >= limit_dbw:
        where = "in a low orbit at VHF or UHF" if small else "at all"
        yield case.finding(*_power(end), f"no spacecraft {where} has {limit_dbw:g} dBW or more", _power_hint(end))


def margin(case: Case) -> Iterator[Finding]:
    """A margin so large, in every mode, that a level must be wrong. Uplinks do have such margins."""
    if case.budget is None or not case.link.modes or case.downward is False:
        return
    least_db = float(np.min(case.budget["margin_db"]))
    if least_db > LARGEST_MARGIN_DB:
        end = case.link.transmitter
        suspicion = f"every mode has {least_db:.0f} dB of margin or more, as if dBm were taken for dBW"
        yield case.finding(*_power(end), suspicion, f"{_power_hint(end)} and leaves {least_db - 30.0:.0f} dB")


def stated_g_over_t(case: Case) -> Iterator[Finding]:
    """A figure of merit that no station, or no spacecraft, has at this frequency."""
    end = case.link.receiver
    if not isinstance(end, StatedReceiver):
        return
    merit_db_k, frequency_hz = nominal(end.g_over_t_db_k), case.link.frequency_hz
    if merit_db_k > _largest_g_over_t_db_k(case):
        diameter_m = float(wavelength_m(frequency_hz) / np.pi * 10.0 ** (0.05 * (merit_db_k + 20.0)))
        takes = f"it takes a dish of {si(diameter_m, 'm')} or more at {si(frequency_hz, 'Hz')} with a system of 100 K"
        yield case.finding("receiver.g_over_t_db_k", merit_db_k, "no receiver has so much here", f"{takes}; a sign?")


def _largest_g_over_t_db_k(case: Case) -> float:
    if case.link.frequency_hz < VHF_UHF_HZ:
        return VHF_UHF_G_OVER_T_DB_K
    if case.downward is False:
        return SPACECRAFT_G_OVER_T_DB_K
    return float(largest_gain_dbi(LARGEST_DISH_M, case.link.frequency_hz) - 10.0 * np.log10(COLDEST_SYSTEM_K))


def _power(end: Transmitter | StatedTransmitter) -> tuple[str, float]:
    """Return the place within the link where a power is given, and the power."""
    if isinstance(end, StatedTransmitter):
        return "transmitter.eirp_dbw", nominal(end.eirp_dbw)
    if end.power_w is not None:
        return "transmitter.power_w", nominal(end.power_w)
    return "transmitter.power_dbw", nominal(end.level_dbw)


def _power_hint(end: Transmitter | StatedTransmitter) -> str:
    place, value = _power(end)
    if place.endswith("_w"):
        return f"{value:g} W is {10.0 * np.log10(value):.1f} dBW; {value:g} mW is {si(1e-3 * value, 'W')}"
    return f"{value:g} dBW is {si(_watts(value), 'W')}; {value:g} dBm is {si(_watts(value - 30.0), 'W')}"


def _watts(level_dbw: float) -> float:
    return float(from_db(level_dbw))
