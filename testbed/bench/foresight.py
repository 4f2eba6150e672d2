"""What a receiver that is set wrong is foretold to do to the link: before it is tried."""

import math

from linkbudget.doppler import doppler_hz
from linkbudget.scene import link_of
from linkbudget.study_file import load_study
from radio.emulated.rtl_dongle import REFERENCE_GAIN_DB
from radio.emulated.rtl_forecast import Forecast, ReceivedLink, ReceiverFault, foretell
from radio.front_end_file import FrontEndFile, SdrReceiveTable
from testbed.bench.bench import Bench
from testbed.physics import Physics
from testbed.scenario import Scenario


def foresee(bench: Bench, scenario: Scenario, physics: Physics) -> Forecast | None:
    """Return what becomes of the downlink as the run begins; None where the ground's receiver is not emulated."""
    front_end = bench.ground.front_end
    receive = front_end.receive if isinstance(front_end, FrontEndFile) else None
    if not (isinstance(receive, SdrReceiveTable) and bench.ground.hears_dongle):
        return None
    profile, sky = physics.profile.downlink, physics.sky
    wider = math.sqrt(receive.sample_rate_hz / sky.sample_rate_hz)
    link = ReceivedLink(
        profile,
        c_n0_db_hz=float(sky.downlink_states.at("c_n0_db_hz", 0.0)),
        needed_es_n0_db=_needed_es_n0_db(scenario),
        sample_rate_hz=receive.sample_rate_hz,
        noise_rms_lsb=sky.downlink.noise_rms_lsb * wider,
        doppler_hz=float(doppler_hz(sky.downlink_states.at("range_rate_m_s", 0.0), profile.carrier_hz)),
    )
    fault = ReceiverFault(
        tuning_error_hz=receive.frequency_hz - profile.carrier_hz,
        ppm=receive.ppm - sky.downlink.clock_error_ppm,
        gain_excess_db=0.0 if receive.gain_db == "auto" else receive.gain_db - REFERENCE_GAIN_DB,
        drops=sky.downlink.front_end.dropped_transfers,
    )
    return foretell(link, fault)


def in_words(forecast: Forecast) -> str:
    """Return a forecast in a sentence's length."""
    if forecast.recovers:
        return f"frames arrive, at an Es/N0 of {forecast.es_n0_db:.1f} dB; {forecast.frame_loss:.0%} of them are lost"
    return " and ".join(cause.value for cause in forecast.causes)


def _needed_es_n0_db(scenario: Scenario) -> float:
    modes = link_of(load_study(scenario.study).study, "downlink").modes
    return float(modes[0].figures.required_es_n0_db) if modes else -math.inf
