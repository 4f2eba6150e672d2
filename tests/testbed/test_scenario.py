"""Scenarios and what is worked out of them."""

from datetime import datetime, timezone
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from testbed.errors import ScenarioError
from testbed.physics import information_rate_bit_s, work_out
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
    earlier = scenario.orbit.model_copy(update={"start": scenario.orbit.start.replace(hour=9, minute=10, second=0)})
    physics = work_out(scenario.model_copy(update={"orbit": earlier}), 1)
    assert physics.contacts[0].aos_s == pytest.approx(361.1, abs=1.0)  # AOS 09:16:01


def test_a_bandwidth_beyond_the_sample_rate_is_refused() -> None:
    scenario = Scenario.load("loopback")
    wide = scenario.model_copy(update={"front_end": scenario.front_end.model_copy(update={"bandwidth_hz": 1e6})})
    with pytest.raises(ScenarioError, match=r"front_end.bandwidth_hz"):
        work_out(wide, 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("rician_k_db", "nan"),
        ("rician_k_db", "-inf"),
        ("eirp_dbw", "1e5"),
        ("eirp_dbw", "nan"),
        ("g_over_t_db_k", "inf"),
    ],
)
def test_a_number_that_no_link_has_is_refused(field: str, value: str, tmp_path: Path) -> None:
    text = resources.files("testbed").joinpath("scenarios", "loopback.toml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith(field)]
    lines.insert(lines.index("[uplink]") + 1, f"{field} = {value}")
    (tmp_path / "x.toml").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ScenarioError, match=rf"uplink\.{field}"):
        Scenario.load(str(tmp_path / "x.toml"))


def test_a_start_at_the_end_of_the_calendar_is_refused() -> None:
    scenario = Scenario.load("loopback")
    last = datetime.max.replace(tzinfo=timezone.utc)
    late = scenario.model_copy(update={"orbit": scenario.orbit.model_copy(update={"start": last})})
    with pytest.raises(ScenarioError, match=r"orbit\.start"):
        work_out(late, 1)
