"""From a scenario's orbit and budgets to what the sky is made from."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import numpy as np
from numpy.typing import NDArray

from ground.station import Contact
from linkbudget.budget import LinkBudget
from linkbudget.errors import LinkInputError
from linkbudget.orbit import Geometry, Orbit
from linkbudget.station import Station
from linkbudget.tle import Tle
from radio.errors import ProfileError
from radio.link_state import LinkStates
from radio.profile import LinkProfile, Profile
from radio.sky import LegSettings, SkySettings
from testbed.errors import ScenarioError
from testbed.scenario import LegTable, Scenario

STATE_SPACING_S = 1.0


@dataclass(frozen=True, slots=True)
class Physics:
    """A scenario worked out."""

    profile: Profile
    sky: SkySettings
    contacts: list[Contact]
    start_utc: datetime
    tle_age_days: float

    @property
    def end_s(self) -> float:
        """The link time at which the last contact ends."""
        return max(contact.los_s for contact in self.contacts)


def work_out(scenario: Scenario, seed: int) -> Physics:
    """Return the physics of a scenario. Raise ScenarioError naming the field that cannot be used."""
    try:
        profile = Profile.load(scenario.profile)
        orbit, station = Orbit(Tle.parse(scenario.orbit.tle)), _station(scenario)
        start = _utc(scenario.orbit.start)
        contacts = _contacts(scenario, orbit, station, start)
        geometry = _geometry(orbit, station, start, contacts[-1].los_s)
        states = {
            leg: _states(getattr(scenario, leg), getattr(profile, leg), geometry) for leg in ("uplink", "downlink")
        }
        age_days = orbit.age_days(start)
    except (LinkInputError, ProfileError) as error:
        raise ScenarioError(error.field, error.value, error.accepted) from None
    except OverflowError:  # of the calendar, which has no year 0 and no year 10000
        accepted = "a time within 30 days of the elements' epoch"
        raise ScenarioError("orbit.start", scenario.orbit.start.isoformat(), accepted) from None
    sky = SkySettings(
        sample_rate_hz=scenario.sample_rate_hz,
        block=scenario.block_samples,
        seed=seed,
        uplink=_leg(scenario, scenario.uplink, profile.uplink),
        downlink=_leg(scenario, scenario.downlink, profile.downlink),
        uplink_states=states["uplink"],
        downlink_states=states["downlink"],
    )
    return Physics(profile, sky, contacts, start, age_days)


def information_rate_bit_s(profile: LinkProfile) -> float:
    """Return the information rate that Eb/N0 of a leg refers to."""
    return profile.symbol_rate_baud * profile.code().information_bits_per_symbol


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(timezone.utc) if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _station(scenario: Scenario) -> Station:
    table = scenario.station
    return Station(table.name, table.latitude_deg, table.longitude_deg, table.altitude_m)


def _contacts(scenario: Scenario, orbit: Orbit, station: Station, start: datetime) -> list[Contact]:
    longest_s, least_deg = scenario.orbit.longest_s, scenario.station.min_elevation_deg
    passes = orbit.passes(station, start, start + timedelta(seconds=longest_s), least_deg)
    if not passes:
        raise ScenarioError(
            "orbit.start",
            start.isoformat(),
            f"a time with the satellite above {least_deg:g} degrees within {longest_s:g} s of it; "
            "`linkbudget passes` lists them",
        )
    return [Contact((p.aos - start).total_seconds(), (p.los - start).total_seconds()) for p in passes]


def _geometry(orbit: Orbit, station: Station, start: datetime, end_s: float) -> Geometry:
    return orbit.geometry(station, start, np.arange(0.0, end_s + 3 * STATE_SPACING_S, STATE_SPACING_S))


def _states(table: LegTable, profile: LinkProfile, geometry: Geometry) -> LinkStates:
    return LinkStates(
        time_s=geometry.time_s,
        range_m=geometry.range_m,
        range_rate_m_s=geometry.range_rate_m_s,
        elevation_deg=geometry.elevation_deg,
        c_n0_db_hz=_c_n0_db_hz(table, profile, geometry),
    )


def _c_n0_db_hz(table: LegTable, profile: LinkProfile, geometry: Geometry) -> NDArray[np.float64]:
    if table.eb_n0_db is not None:
        held = table.eb_n0_db + 10 * np.log10(information_rate_bit_s(profile))
        return np.full_like(geometry.time_s, held)
    budget = LinkBudget(profile.carrier_hz, table.eirp_dbw, table.g_over_t_db_k, table.other_losses_db)
    return np.asarray(budget.c_n0_db_hz(geometry.range_m), dtype=np.float64)


def _leg(scenario: Scenario, table: LegTable, profile: LinkProfile) -> LegSettings:
    front_end = scenario.front_end
    if front_end.bandwidth_hz > scenario.sample_rate_hz:
        accepted = f"at most the sample rate, {scenario.sample_rate_hz:g}"
        raise ScenarioError("front_end.bandwidth_hz", front_end.bandwidth_hz, accepted)
    return LegSettings(
        carrier_hz=profile.carrier_hz,
        clock_error_ppm=table.clock_error_ppm,
        rician_k_db=table.rician_k_db,
        doppler_spread_hz=table.fading_doppler_hz,
        bandwidth_hz=front_end.bandwidth_hz,
        adc_bits=front_end.adc_bits,
        noise_rms_lsb=front_end.noise_rms_lsb,
    )
