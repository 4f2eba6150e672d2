"""A forecast worked out from a link-budget study, for the air interface that is used."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import numpy as np

from ground.errors import RequestError
from ground.forecast import AROUND_S, LEGS, Forecast, LegForecast, PassForecast, Volume
from linkbudget.decibels import Floats
from linkbudget.doppler import doppler_hz
from linkbudget.link import Link
from linkbudget.modes.mode import Mode
from linkbudget.modes.modulation import MODULATIONS
from linkbudget.modes.ratios import eb_n0_db, es_n0_db
from linkbudget.modes.thresholds import threshold
from linkbudget.orbit.passes import Pass
from linkbudget.scene import link_budget, link_of
from linkbudget.states import link_states
from linkbudget.study import PassTable, Study
from linkbudget.study_passes import orbit_of, station_of
from linkbudget.view import View
from radio.profile import LinkProfile, Profile

_ALIKE = 0.05
"""By how much two information rates of one code may differ: a budget may leave sync markers out."""


def forecast_of_study(study: Study, profile: Profile, start: datetime, span_s: float) -> Forecast:
    """Return what a study foretells of the passes of `span_s` seconds from an aware time, link time 0, on.

    Raises RequestError if the study's links are not on the profile's carriers, LinkInputError as the orbit and the
    budgets do.
    """
    return forecast_of_passes(study, profile, start, passes_from(study, start, span_s))


def passes_from(study: Study, start: datetime, span_s: float) -> list[Pass]:
    """Return a study's passes from a time on, as high as it wants them. Raises LinkInputError as the orbit does."""
    wanted = study.passes or PassTable(start=start)
    end = start + timedelta(seconds=span_s)
    return orbit_of(study).passes(station_of(study), start, end, wanted.min_elevation_deg)


def forecast_of_passes(study: Study, profile: Profile, start: datetime, found: list[Pass]) -> Forecast:
    """Return what a study foretells of passes that are known. Raises as `forecast_of_study` does."""
    for leg in LEGS:
        _require_one_carrier(study, profile, leg)
    orbit, time_s = orbit_of(study), _moments(start, found)
    seen = orbit.geometry(station_of(study), start, time_s)
    legs = {leg: _leg(study, leg, getattr(profile, leg), start, time_s) for leg in LEGS}
    rates = {leg: getattr(profile, leg).information_rate_bit_s for leg in LEGS}
    least_db = study.passes.least_margin_db if study.passes else 0.0
    return Forecast(
        start_utc=start,
        satellite=orbit.elements.name,
        station=station_of(study),
        tle_age_days=round(orbit.age_days(start), 3),
        time_s=_rounded(time_s, 0),
        azimuth_deg=_rounded(seen.azimuth_deg, 2),
        elevation_deg=_rounded(seen.elevation_deg, 2),
        range_m=_rounded(seen.range_m, 0),
        **legs,
        passes=tuple(_pass(each, start, time_s, legs, rates, least_db) for each in found),
    )


def _require_one_carrier(study: Study, profile: Profile, leg: str) -> None:
    budgeted_hz, sent_hz = link_of(study, leg).frequency_hz, getattr(profile, leg).carrier_hz
    if budgeted_hz != sent_hz:
        accepted = f"the carrier of profile {profile.name}, {sent_hz:.10g}: budget and radio are of one link"
        raise RequestError(f"study.links.{leg}.frequency_hz", budgeted_hz, accepted)


def _moments(start: datetime, found: list[Pass]) -> Floats:
    """Return whole seconds of link time, float64[n], around each pass."""
    spans = [((each.aos - start).total_seconds(), (each.los - start).total_seconds()) for each in found]
    around = [np.arange(np.floor(aos_s) - AROUND_S, np.ceil(los_s) + AROUND_S + 1) for aos_s, los_s in spans]
    moments: Floats = np.unique(np.concatenate([np.empty(0), *around]))
    return moments


def _leg(study: Study, leg: str, profile: LinkProfile, start: datetime, time_s: Floats) -> LegForecast:
    states = link_states(study, leg, start, time_s)
    return LegForecast(
        doppler_hz=_rounded(doppler_hz(states.range_rate_m_s, profile.carrier_hz), 1),
        es_n0_db=_rounded(es_n0_db(states.c_n0_db_hz, profile.symbol_rate_baud), 2),
        eb_n0_db=_rounded(eb_n0_db(states.c_n0_db_hz, profile.information_rate_bit_s), 2),
        margin_db=_margins_db(study, leg, profile, start, time_s),
    )


def _margins_db(
    study: Study, leg: str, profile: LinkProfile, start: datetime, time_s: Floats
) -> tuple[float | None, ...]:
    mode = _mode_of(link_of(study, leg), profile)
    if mode is None:
        return (None,) * len(time_s)
    seen = orbit_of(study).geometry(station_of(study), start, time_s)
    margin_db = link_budget(study, leg, view=View.over_time(seen))["margin_db"]
    modes = len(link_of(study, leg).modes)
    return _rounded(np.broadcast_to(margin_db, (len(time_s), modes, 1))[:, mode, 0], 2)


def _mode_of(link: Link, profile: LinkProfile) -> int | None:
    """Return the index of the mode that the profile uses: its modulation, its symbol rate and its code's rate."""
    alike = (index for index, mode in enumerate(link.modes) if _is_of(mode, profile))
    return next(alike, None)


def _is_of(mode: Mode, profile: LinkProfile) -> bool:
    figures, rate_bit_s = mode.figures, profile.information_rate_bit_s
    return (
        _is_modulated_so(mode, profile.modulation)
        and bool(figures.symbol_rate_baud == profile.symbol_rate_baud)
        and bool(abs(figures.information_rate_bit_s - rate_bit_s) < _ALIKE * rate_bit_s)
    )


def _is_modulated_so(mode: Mode, modulation: str) -> bool:
    """Say whether a mode's requirement is a profile's modulation's: antipodal ones ask for nearly the same."""
    name = mode.modulation or threshold(str(mode.threshold)).modulation
    if modulation == "gfsk":
        return name.startswith("fsk-")
    return MODULATIONS[name].antipodal


def _pass(
    found: Pass,
    start: datetime,
    time_s: Floats,
    legs: Mapping[str, LegForecast],
    rates: Mapping[str, float],
    least_db: float,
) -> PassForecast:
    aos_s, tca_s, los_s = ((each - start).total_seconds() for each in (found.aos, found.tca, found.los))
    within = np.flatnonzero((time_s >= aos_s) & (time_s < los_s))
    octets = {leg: _octets([legs[leg].margin_db[i] for i in within], rates[leg], least_db) for leg in LEGS}
    return PassForecast(
        aos_s=aos_s,
        tca_s=tca_s,
        los_s=los_s,
        max_elevation_deg=round(found.max_elevation_deg, 2),
        aos_azimuth_deg=round(found.aos_azimuth_deg, 2),
        los_azimuth_deg=round(found.los_azimuth_deg, 2),
        sunlit=found.sunlit,
        volume_octets=Volume(**octets),
    )


def _octets(margins_db: list[float | None], rate_bit_s: float, least_db: float) -> int | None:
    """Return what a second each of these margins lets through; None where they are not known."""
    known = [each for each in margins_db if each is not None]
    if len(known) < len(margins_db):
        return None
    return int(sum(each >= least_db for each in known) * rate_bit_s / 8)


def _rounded(values: Floats, digits: int) -> tuple[float, ...]:
    """Return plain numbers with the digits that are known: files and pages stay small."""
    return tuple((np.round(values, digits) + 0.0).tolist())  # without negative zeros
