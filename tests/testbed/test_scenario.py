"""Scenarios and what is worked out of them."""

from datetime import datetime, timezone
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from linkbudget.study_file import load_study
from radio.channel.attenuator import AttenuationSettings, AttenuatorSettings
from radio.channel.dropped_transfers import DroppedTransferSettings
from radio.channel.impairments import FrontEndImpairments, PathImpairments
from radio.channel.tumbling import TumblingSettings
from testbed.errors import ScenarioError
from testbed.physics import suspicions, work_out
from testbed.scenario import Scenario, shipped_scenarios


@pytest.mark.parametrize("name", shipped_scenarios())
def test_every_shipped_scenario_works_out(name: str) -> None:
    physics = work_out(Scenario.load(name), 1)
    assert physics.contacts[0].aos_s == 0
    assert physics.end_s > 60


def test_an_unknown_scenario_is_named() -> None:
    with pytest.raises(ScenarioError, match="'mars'; accepted: one of default, impaired, loopback"):
        Scenario.load("mars")


def test_the_budget_is_the_skys() -> None:
    scenario = Scenario.load("loopback")
    physics = work_out(scenario, 1)
    states = physics.sky.downlink_states
    # C/N0 = EIRP - FSPL - losses + G/T + 228.6, FSPL = 32.45 + 20 log10(km) + 20 log10(MHz) (ITU-R P.525)
    loss_db = 32.4478 + 20 * np.log10(states.range_m / 1e3) + 20 * np.log10(437.05)
    np.testing.assert_allclose(states.c_n0_db_hz, -4 - loss_db - 4 - 18 + 228.599, atol=0.01)


def test_a_held_eb_n0_replaces_the_budget() -> None:
    scenario = Scenario.load("loopback")
    held = scenario.model_copy(update={"downlink": scenario.downlink.model_copy(update={"eb_n0_db": 7.0})})
    physics = work_out(held, 1)
    rate_bit_s = physics.profile.downlink.information_rate_bit_s
    assert rate_bit_s == pytest.approx(38400 / 2 * 223 / 255)
    np.testing.assert_allclose(physics.sky.downlink_states.c_n0_db_hz - 10 * np.log10(rate_bit_s), 7.0)


def test_a_later_pass_is_waited_for() -> None:
    scenario = Scenario.load("loopback")
    earlier = scenario.start.replace(hour=9, minute=10, second=0)
    physics = work_out(scenario.model_copy(update={"start": earlier}), 1)
    assert physics.contacts[0].aos_s == pytest.approx(361.1, abs=1.0)  # AOS 09:16:01


def test_a_bandwidth_beyond_the_sample_rate_is_refused() -> None:
    scenario = Scenario.load("loopback")
    wide = scenario.model_copy(update={"front_end": scenario.front_end.model_copy(update={"bandwidth_hz": 1e6})})
    with pytest.raises(ScenarioError, match=r"front_end.bandwidth_hz"):
        work_out(wide, 1)


def study_with(tmp_path: Path, old: str, new: str) -> Scenario:
    """Return the loopback scenario with a study of its own."""
    text = resources.files("linkbudget").joinpath("studies", "stated.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "study.toml").write_text(text.replace(old, new), encoding="utf-8")
    return Scenario.load("loopback").model_copy(update={"study": str(tmp_path / "study.toml")})


@pytest.mark.parametrize("field", ["eirp_dbw", "g_over_t_db_k", "other_losses_db"])
@pytest.mark.parametrize("value", ["nan", "inf", "1e5"])
def test_a_number_that_no_link_has_is_refused(field: str, value: str, tmp_path: Path) -> None:
    given = {"eirp_dbw": "5.0", "g_over_t_db_k": "-33.0", "other_losses_db": "4.0"}[field]
    scenario = study_with(tmp_path, f"{field} = {given}", f"{field} = {value}")
    with pytest.raises(ScenarioError, match=rf"links\.uplink\..*\.{field}"):
        work_out(scenario, 1)


def test_budget_and_radio_are_of_one_link(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"links\.downlink\.frequency_hz is 435.*437050000"):
        work_out(study_with(tmp_path, "437.05e6", "435e6"), 1)


def test_a_link_without_a_budget_is_named(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="link is 'uplink'; accepted: one of ascent, downlink"):
        work_out(study_with(tmp_path, "links.uplink", "links.ascent"), 1)


def test_what_is_probably_wrong_in_the_budget_is_named(tmp_path: Path) -> None:
    assert suspicions(Scenario.load("default")) == suspicions(Scenario.load("loopback")) == []
    (told,) = suspicions(study_with(tmp_path, "eirp_dbw = -4.0", "eirp_dbw = 27.0"))[:1]
    assert "links.downlink.transmitter.eirp_dbw is 27" in told


@pytest.mark.parametrize(
    ("fading", "multipath_shadowed"),
    [('kind = "corazza-vatalaro"', True), ('kind = "loo", environment = "average"', False)],
)
def test_the_studys_shadows_are_the_skys(tmp_path: Path, fading: str, multipath_shadowed: bool) -> None:
    sky = work_out(study_with(tmp_path, "path = {", f"path = {{ fading = {{ {fading} }} }}\n#"), 1).sky
    assert sky.uplink.multipath_shadowed == multipath_shadowed
    assert np.all(sky.uplink_states.shadowing_db > 0.4)
    assert sky.uplink.shadow_correlation_s == 2.0


def test_the_studys_fading_is_the_skys(tmp_path: Path) -> None:
    rician = 'path = { fading = { kind = "rician", k_db = 10.0 } }\n#'
    states = work_out(study_with(tmp_path, "path = {", rician), 1).sky.uplink_states
    np.testing.assert_allclose(states.direct_db - states.multipath_db, 10.0)
    np.testing.assert_allclose(10 ** (states.direct_db / 10) + 10 ** (states.multipath_db / 10), 1.0)


@pytest.mark.parametrize("leg", ["uplink", "downlink"])
def test_the_default_studys_mode_is_the_default_profiles(leg: str) -> None:
    profile = getattr(work_out(Scenario.load("default"), 1).profile, leg)
    mode = load_study("cubesat-uhf").study.links[leg].modes[0].figures
    assert mode.symbol_rate_baud == profile.symbol_rate_baud
    assert mode.information_rate_bit_s == pytest.approx(profile.information_rate_bit_s)


def scenario_with(tmp_path: Path, impairments: str) -> Scenario:
    """Return the loopback scenario with this put to its end."""
    text = resources.files("testbed").joinpath("scenarios", "loopback.toml").read_text(encoding="utf-8")
    (tmp_path / "scenario.toml").write_text(f"{text}\n{impairments}\n", encoding="utf-8")
    return Scenario.load(str(tmp_path / "scenario.toml"))


def test_without_a_word_about_it_nothing_is_wrong_with_the_link() -> None:
    sky = work_out(Scenario.load("default"), 1).sky
    for leg in (sky.uplink, sky.downlink):
        assert (leg.path, leg.front_end) == (PathImpairments(), FrontEndImpairments())


def test_what_is_wrong_with_the_link_is_the_skys(tmp_path: Path) -> None:
    sky = work_out(
        scenario_with(
            tmp_path,
            """
            [downlink.impairments]
            tumbling = { period_s = 12, pattern = "patch" }
            attenuator = { step_db = 1.0, schedule = [{ time_s = 2.0, attenuation_db = 3.0 }] }
            [front_end.impairments]
            dc_i_lsb = 0.5
            dropped_transfers = { probability = 0.01, transfer_samples = 512 }
            """,
        ),
        1,
    ).sky
    assert sky.uplink.path == PathImpairments()
    assert sky.downlink.path == PathImpairments(
        tumbling=TumblingSettings(period_s=12.0, pattern="patch"),
        attenuator=AttenuatorSettings(step_db=1.0, schedule=(AttenuationSettings(time_s=2.0, attenuation_db=3.0),)),
    )
    drops = DroppedTransferSettings(probability=0.01, transfer_samples=512)
    assert sky.uplink.front_end == sky.downlink.front_end == FrontEndImpairments(dc_i_lsb=0.5, dropped_transfers=drops)


@pytest.mark.parametrize(
    ("impairments", "told"),
    [
        (
            "[uplink.impairments.tumbling]\nperiod_s = 0.001",
            r"uplink\.impairments\.tumbling\.period_s is 0\.001.*0\.05 to",
        ),
        ("[uplink.impairments.tumbling]\nperiods = 1.0", r"uplink\.impairments\.tumbling\.periods is .*no such field"),
        ("[uplink.impairments.tumbling]\npattern = 'patch'", r"tumbling\.period_s is None; accepted: a value"),
        ("[uplink.impairments]\nattenuator = { most_db = '9' }", r"impairments\.attenuator\.most_db is '9'.*number"),
        ("[uplink.impairments.tumbling]\nperiod_s = 9\npattern = 'horn'", r"tumbling\.pattern is 'horn'.*'dipole' or"),
        (
            "[uplink.impairments.attenuator]\nschedule = [{ time_s = 1.0, attenuation_db = 0.3 }]",
            r"uplink\.impairments\.attenuator\.attenuation_db is 0\.3; accepted: 0 to 63\.5 dB in steps of 0\.5 dB",
        ),
        ("[front_end.impairments]\ndc_i_lsb = nan", r"front_end\.impairments\.dc_i_lsb is nan"),
        (
            "[downlink.impairments.adjacent_channel]\noffset_hz = 119e3\ni_n0_db_hz = 60.0",
            r"downlink\.impairments\.adjacent_channel\.offset_hz is 119000\.0; accepted: at most 113760 to either side",
        ),
    ],
)
def test_a_mistake_in_what_is_wrong_is_told(tmp_path: Path, impairments: str, told: str) -> None:
    with pytest.raises(ScenarioError, match=told):
        work_out(scenario_with(tmp_path, impairments), 1)


def test_a_start_at_the_end_of_the_calendar_is_refused() -> None:
    scenario = Scenario.load("loopback")
    last = datetime.max.replace(tzinfo=timezone.utc)
    with pytest.raises(ScenarioError, match="start"):
        work_out(scenario.model_copy(update={"start": last}), 1)
