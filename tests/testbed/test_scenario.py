"""Scenarios and what is worked out of them."""

from datetime import datetime, timezone
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from linkbudget.study_file import load_study
from testbed.errors import ScenarioError
from testbed.physics import information_rate_bit_s, suspicions, work_out
from testbed.scenario import Scenario, shipped_scenarios


@pytest.mark.parametrize("name", shipped_scenarios())
def test_every_shipped_scenario_works_out(name: str) -> None:
    physics = work_out(Scenario.load(name), 1)
    assert physics.contacts[0].aos_s == 0
    assert physics.end_s > 60


def test_an_unknown_scenario_is_named() -> None:
    with pytest.raises(ScenarioError, match="'mars'; accepted: one of default, loopback"):
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
    rate_bit_s = information_rate_bit_s(physics.profile.downlink)
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
    assert mode.information_rate_bit_s == pytest.approx(information_rate_bit_s(profile))


def test_a_start_at_the_end_of_the_calendar_is_refused() -> None:
    scenario = Scenario.load("loopback")
    last = datetime.max.replace(tzinfo=timezone.utc)
    with pytest.raises(ScenarioError, match="start"):
        work_out(scenario.model_copy(update={"start": last}), 1)
