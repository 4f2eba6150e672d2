import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkbudget.decibels import from_db, to_db
from linkbudget.errors import LinkInputError
from linkbudget.noise.cascade import Stage, cascade_temperature_k
from linkbudget.noise.system import g_over_t_db_k, system_temperature_k

AMSAT = json.loads((Path(__file__).parents[2] / "golden" / "noise.json").read_text())["amsat_receiver"]

TEMPERATURES = st.floats(1.0, 5000.0)
LOSSES = st.floats(0.0, 20.0)


def amsat_temperature_k(cable: Stage) -> float:
    given_ = AMSAT["inputs"]
    lna = Stage(name="LNA", gain_db=given_["lna_gain_db"], noise_temperature_k=given_["lna_temp_k"])
    receiver = Stage(name="receiver", gain_db=0.0, noise_temperature_k=given_["rx_frontend_temp_k"])
    chain_k = cascade_temperature_k([lna, cable, receiver])
    line = given_["gs_line_loss_db"], given_["feedline_temp_k"]
    return float(system_temperature_k(given_["sky_temp_k"], *line, chain_k))


def test_a_published_amateur_station() -> None:
    given_, expected = AMSAT["inputs"], AMSAT["expected"]
    silent_cable = Stage(name="cable", gain_db=-given_["post_lna_cable_loss_db"], noise_temperature_k=0.0)
    system_k = amsat_temperature_k(silent_cable)
    g_over_t = g_over_t_db_k(given_["gs_gain_dbi"], given_["gs_line_loss_db"], system_k)
    assert from_db(-given_["gs_line_loss_db"]) == pytest.approx(expected["line_coefficient_alpha"], abs=1e-5)
    assert system_k == pytest.approx(expected["system_temp_k"], abs=AMSAT["tolerance"])
    assert g_over_t == pytest.approx(expected["g_over_t_db_k"], abs=AMSAT["tolerance"])


def test_what_the_published_station_leaves_out() -> None:
    cable = Stage(name="cable", loss_db=AMSAT["inputs"]["post_lna_cable_loss_db"], physical_temperature_k=300.0)
    assert amsat_temperature_k(cable) - AMSAT["expected"]["system_temp_k"] == pytest.approx(4.48, abs=0.01)


@given(st.floats(-10.0, 60.0), TEMPERATURES, LOSSES, TEMPERATURES, TEMPERATURES)
def test_g_over_t_is_the_same_at_the_antenna(
    gain_db: float, antenna_k: float, loss_db: float, line_k: float, receiver_k: float
) -> None:
    line = Stage(name="line", loss_db=loss_db, physical_temperature_k=min(line_k, 2000.0))
    receiver = Stage(name="receiver", gain_db=0.0, noise_temperature_k=receiver_k)
    at_antenna = gain_db - to_db(antenna_k + cascade_temperature_k([line, receiver]))
    system_k = system_temperature_k(antenna_k, loss_db, min(line_k, 2000.0), receiver_k)
    assert float(g_over_t_db_k(gain_db, loss_db, system_k)) == pytest.approx(float(at_antenna))


@given(TEMPERATURES, LOSSES, TEMPERATURES)
def test_in_equilibrium_a_line_changes_nothing(one_k: float, loss_db: float, receiver_k: float) -> None:
    assert float(system_temperature_k(one_k, loss_db, one_k, receiver_k)) == pytest.approx(one_k + receiver_k)


def test_silence_is_allowed() -> None:
    assert float(system_temperature_k(0.0, 0.0, 0.0, 0.0)) == 0.0


def test_shapes_broadcast() -> None:
    antenna_k = np.array([[20.0], [300.0]])
    loss_db = np.array([0.0, 1.0, 3.0])
    system_k = system_temperature_k(antenna_k, loss_db, 290.0, 50.0)
    assert system_k.shape == (2, 3)
    assert system_k[:, 0] == pytest.approx([70.0, 350.0])
    assert g_over_t_db_k(12.0, loss_db, system_k).shape == (2, 3)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((-1.0, 1.0, 290.0, 50.0), "antenna_temperature_k"),
        ((20.0, -1.0, 290.0, 50.0), "line_loss_db"),
        ((20.0, 1.0, float("nan"), 50.0), "line_temperature_k"),
        ((20.0, 1.0, 290.0, np.array([50.0, -1.0])), "receiver_temperature_k"),
    ],
)
def test_what_cannot_be(arguments: tuple[float, float, float, float], named: str) -> None:
    with pytest.raises(LinkInputError) as caught:
        system_temperature_k(*arguments)
    assert caught.value.field == named
