"""From a scenario's orbit and budgets to what the sky is made from."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from ground.contact import Contact
from linkbudget.checker.checker import check_study
from linkbudget.errors import LinkInputError
from linkbudget.orbit.orbit import Orbit
from linkbudget.orbit.station import Station
from linkbudget.scene import link_of
from linkbudget.states import LinkStateSeries, link_states
from linkbudget.study import Study
from linkbudget.study_file import load_study
from linkbudget.study_passes import in_utc, orbit_of, passes_of, station_of
from radio.errors import ChannelError, ProfileError
from radio.link_state import LinkStates
from radio.profile import LinkProfile, Profile
from radio.sky import LegSettings, SkySettings
from testbed.errors import ScenarioError
from testbed.scenario import LegTable, Scenario

LEGS = ("uplink", "downlink")
STATE_SPACING_S = 1.0


@dataclass(frozen=True, slots=True)
class Physics:
    """A scenario worked out."""

    profile: Profile
    sky: SkySettings
    contacts: list[Contact]
    start_utc: datetime
    tle_age_days: float
    station: str

    @property
    def end_s(self) -> float:
        """The link time at which the last contact ends."""
        return max(contact.los_s for contact in self.contacts)


def work_out(scenario: Scenario, seed: int) -> Physics:
    """Return the physics of a scenario. Raise ScenarioError naming the field that cannot be used."""
    try:
        profile, study = Profile.load(scenario.profile), load_study(scenario.study).study
        for leg in LEGS:
            _require_one_carrier(study, profile, leg)
            _require_room(scenario, leg)
        orbit, station = orbit_of(study), station_of(study)
        start = in_utc(scenario.start)
        contacts = _contacts(scenario, study, orbit, station, start)
        time_s = np.arange(0.0, contacts[-1].los_s + 3 * STATE_SPACING_S, STATE_SPACING_S)
        series = {leg: link_states(study, leg, start, time_s) for leg in LEGS}
        age_days = orbit.age_days(start)
    except (LinkInputError, ProfileError) as error:
        raise ScenarioError(error.field, error.value, error.accepted) from None
    except OverflowError:  # of the calendar, which has no year 0 and no year 10000
        accepted = "a time within 30 days of the elements' epoch"
        raise ScenarioError("start", scenario.start.isoformat(), accepted) from None
    sky = SkySettings(
        sample_rate_hz=scenario.sample_rate_hz,
        block=scenario.block_samples,
        seed=seed,
        uplink=_leg(scenario, scenario.uplink, profile.uplink, series["uplink"]),
        downlink=_leg(scenario, scenario.downlink, profile.downlink, series["downlink"]),
        uplink_states=_states(scenario.uplink, profile.uplink, series["uplink"]),
        downlink_states=_states(scenario.downlink, profile.downlink, series["downlink"]),
    )
    return Physics(profile, sky, contacts, start, age_days, station.name)


def suspicions(scenario: Scenario) -> list[str]:
    """Return what is probably wrong in a scenario's link budget. Raise ScenarioError if it cannot be used."""
    try:
        return [str(finding) for finding in check_study(load_study(scenario.study))]
    except LinkInputError as error:
        raise ScenarioError(error.field, error.value, error.accepted) from None


def _require_one_carrier(study: Study, profile: Profile, leg: str) -> None:
    budgeted_hz, sent_hz = link_of(study, leg).frequency_hz, getattr(profile, leg).carrier_hz
    if budgeted_hz != sent_hz:
        accepted = f"the profile's carrier, {sent_hz:.10g}: budget and radio are of one link"
        raise ScenarioError(f"study.links.{leg}.frequency_hz", budgeted_hz, accepted)


def _require_room(scenario: Scenario, leg: str) -> None:
    neighbour = getattr(scenario, leg).impairments.adjacent_channel
    try:
        if neighbour is not None:
            neighbour.require_room(scenario.sample_rate_hz)
    except ChannelError as error:
        field = f"{leg}.impairments.adjacent_channel.{error.field}"
        raise ScenarioError(field, error.value, error.accepted) from None


def _contacts(scenario: Scenario, study: Study, orbit: Orbit, station: Station, start: datetime) -> list[Contact]:
    least_deg = passes_of(study).min_elevation_deg
    passes = orbit.passes(station, start, start + timedelta(seconds=scenario.longest_s), least_deg)
    if not passes:
        raise ScenarioError(
            "start",
            start.isoformat(),
            f"a time with the satellite above {least_deg:g} degrees within {scenario.longest_s:g} s of it; "
            f"`linkbudget pass {scenario.study}` lists some",
        )
    return [Contact((p.aos - start).total_seconds(), (p.los - start).total_seconds()) for p in passes]


def _states(table: LegTable, profile: LinkProfile, series: LinkStateSeries) -> LinkStates:
    held_db, rate_db = table.eb_n0_db, 10 * np.log10(profile.information_rate_bit_s)
    return LinkStates(
        time_s=series.time_s,
        range_m=series.range_m,
        range_rate_m_s=series.range_rate_m_s,
        elevation_deg=series.elevation_deg,
        c_n0_db_hz=series.c_n0_db_hz if held_db is None else np.full_like(series.time_s, held_db + rate_db),
        direct_db=series.fading.direct_db,
        multipath_db=series.fading.multipath_db,
        shadowing_db=series.fading.shadowing_db,
    )


def _leg(scenario: Scenario, table: LegTable, profile: LinkProfile, series: LinkStateSeries) -> LegSettings:
    front_end = scenario.front_end
    if front_end.bandwidth_hz > scenario.sample_rate_hz:
        accepted = f"at most the sample rate, {scenario.sample_rate_hz:g}"
        raise ScenarioError("front_end.bandwidth_hz", front_end.bandwidth_hz, accepted)
    return LegSettings(
        carrier_hz=profile.carrier_hz,
        clock_error_ppm=table.clock_error_ppm,
        doppler_spread_hz=table.fading_doppler_hz,
        shadow_correlation_s=table.shadow_correlation_s,
        multipath_shadowed=series.fading.multipath_shadowed,
        bandwidth_hz=front_end.bandwidth_hz,
        adc_bits=front_end.adc_bits,
        noise_rms_lsb=front_end.noise_rms_lsb,
        path=table.impairments,
        front_end=front_end.impairments,
    )
