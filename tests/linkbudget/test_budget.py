import doctest
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import linkbudget.budget
from linkbudget.budget import BOLTZMANN_DBW_K_HZ, LinkBudget, eb_n0_db, es_n0_db, free_space_loss_db
from linkbudget.errors import LinkInputError

RANGES = st.floats(1e3, 1e9)
FREQUENCIES = st.floats(1e6, 1e11)
UHF = LinkBudget(frequency_hz=437.05e6, eirp_dbw=0.0, g_over_t_db_k=-12.0, other_losses_db=3.0)


def test_the_boltzmann_constant(golden) -> None:
    constants = golden["constants"]
    assert pytest.approx(constants["k_dbw_k_hz"], abs=constants["tolerance_db"]) == BOLTZMANN_DBW_K_HZ


def test_a_published_geostationary_downlink(golden) -> None:
    case = golden["geo_downlink"]
    given_, expected, tolerance = case["inputs"], case["expected"], case["tolerance_db"]
    budget = LinkBudget(
        frequency_hz=given_["frequency_ghz"] * 1e9,
        eirp_dbw=given_["tx_power_dbw"] - given_["tx_system_loss_db"] + given_["tx_gain_dbi"],
        g_over_t_db_k=given_["rx_g_over_t_db_k"],
        other_losses_db=given_["misc_loss_db"] + given_["rx_system_loss_db"],
    )
    range_m = given_["distance_km"] * 1e3
    c_n0 = budget.c_n0_db_hz(range_m)
    value = {line.name: line.value for line in budget.lines(range_m)}
    isotropic_dbw = value["received isotropic power"] + given_["rx_system_loss_db"]
    assert value["EIRP"] == expected["eirp_dbw"]
    assert value["free-space loss"] == pytest.approx(expected["fspl_db"], abs=tolerance)
    assert isotropic_dbw == pytest.approx(expected["received_isotropic_power_dbw"], abs=tolerance)
    assert c_n0 == pytest.approx(expected["cn0_dbhz"], abs=tolerance)
    eb_n0 = eb_n0_db(c_n0, given_["bit_rate_mbps"] * 1e6)
    assert eb_n0 == pytest.approx(expected["ebn0_db"], abs=tolerance)


def test_a_published_cubesat_downlink(golden) -> None:
    case = golden["cubesat_downlink"]
    given_, expected, tolerance = case["inputs"], case["expected"], case["tolerance_db"]
    budget = LinkBudget(
        frequency_hz=given_["freq_mhz"] * 1e6,
        eirp_dbw=expected["eirp_dbw"],
        g_over_t_db_k=expected["g_over_t_db_k"],
        other_losses_db=sum(value for name, value in given_.items() if name.endswith("loss_db")),
    )
    range_m = expected["slant_range_km"] * 1e3
    loss = free_space_loss_db(range_m, budget.frequency_hz)
    c_n0 = budget.c_n0_db_hz(range_m)
    assert loss == pytest.approx(expected["path_loss_db_sheet"], abs=tolerance)
    assert c_n0 == pytest.approx(expected["s_n0_dbhz"], abs=tolerance)
    assert eb_n0_db(c_n0, given_["data_rate_bps"]) == pytest.approx(expected["ebn0_db"], abs=tolerance)


@given(RANGES, FREQUENCIES)
def test_twice_the_range_or_frequency_loses_6_db(range_m: float, frequency_hz: float) -> None:
    loss = free_space_loss_db(range_m, frequency_hz)
    six = 20.0 * math.log10(2.0)
    assert free_space_loss_db(2.0 * range_m, frequency_hz) - loss == pytest.approx(six, abs=1e-9)
    assert free_space_loss_db(range_m, 2.0 * frequency_hz) - loss == pytest.approx(six, abs=1e-9)


@given(RANGES, st.floats(-20.0, 20.0), st.floats(0.0, 20.0))
def test_a_decibel_more_is_a_decibel_more(range_m: float, gain_db: float, loss_db: float) -> None:
    better = LinkBudget(UHF.frequency_hz, UHF.eirp_dbw + gain_db, UHF.g_over_t_db_k, UHF.other_losses_db + loss_db)
    change = better.c_n0_db_hz(range_m) - UHF.c_n0_db_hz(range_m)
    assert change == pytest.approx(gain_db - loss_db, abs=1e-9)


@given(st.floats(0.0, 120.0), st.floats(1.0, 1e9))
def test_energy_times_rate_is_power(c_n0: float, rate: float) -> None:
    assert eb_n0_db(c_n0, rate) + 10.0 * math.log10(rate) == pytest.approx(c_n0, abs=1e-9)
    # r = 1/2 and one bit per symbol: an information bit is two symbols
    assert eb_n0_db(c_n0, rate / 2.0) - es_n0_db(c_n0, rate) == pytest.approx(3.0103, abs=1e-4)


def test_arrays_give_what_numbers_give() -> None:
    range_m = np.array([[6e5, 1e6, 2e6]])
    c_n0 = UHF.c_n0_db_hz(range_m)
    assert c_n0.shape == (1, 3)
    np.testing.assert_allclose(c_n0[0], [UHF.c_n0_db_hz(each) for each in range_m[0]], rtol=0, atol=1e-12)
    np.testing.assert_allclose(es_n0_db(c_n0, 10.0), c_n0 - 10.0)


def test_the_lines_add_up_and_say_where_they_come_from() -> None:
    lines = UHF.lines(1e6)
    value = {line.name: line.value for line in lines}
    received = value["EIRP"] - value["free-space loss"] - value["other losses"]
    assert value["received isotropic power"] == pytest.approx(received)
    assert value["C/N0"] == pytest.approx(received + value["G/T"] - value["Boltzmann constant"])
    assert value["C/N0"] == UHF.c_n0_db_hz(1e6)
    assert lines[-1].name == "C/N0"
    assert all(line.unit and line.source for line in lines)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ((0.0, 0.0, 0.0, 0.0), "frequency_hz"),
        ((4e8, math.nan, 0.0, 0.0), "eirp_dbw"),
        ((4e8, 0.0, math.inf, 0.0), "g_over_t_db_k"),
        ((4e8, 0.0, 0.0, -0.1), "other_losses_db"),
        ((4e8, 0.0, 0.0, 301.0), "other_losses_db"),
    ],
)
def test_a_budget_that_cannot_be(values: tuple[float, float, float, float], field: str) -> None:
    with pytest.raises(LinkInputError, match=f"^{field} is .*; accepted: "):
        LinkBudget(*values)


def test_mistakes_are_named() -> None:
    with pytest.raises(LinkInputError, match=r"^range_m is 0"):
        UHF.c_n0_db_hz(0.0)
    with pytest.raises(LinkInputError, match=r"^frequency_hz is -1"):
        free_space_loss_db(1.0, -1.0)
    with pytest.raises(LinkInputError, match=r"^information_rate_bit_s is 0"):
        eb_n0_db(50.0, 0.0)
    with pytest.raises(LinkInputError, match=r"^symbol_rate_baud is nan"):
        es_n0_db(50.0, math.nan)


def test_the_examples_in_the_docstrings() -> None:
    assert doctest.testmod(linkbudget.budget).failed == 0
