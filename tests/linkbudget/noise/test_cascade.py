import doctest
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

import linkbudget.noise.cascade
from linkbudget.errors import LinkInputError
from linkbudget.noise.cascade import (
    Stage,
    cascade_contributions_k,
    cascade_temperature_k,
    stage_gain,
    stage_temperature_k,
)

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "noise.json").read_text())

ACTIVE = st.builds(
    Stage, name=st.just("amplifier"), gain_db=st.floats(-20.0, 60.0), noise_figure_db=st.floats(0.0, 30.0)
)
PASSIVE = st.builds(
    Stage, name=st.just("line"), loss_db=st.floats(0.0, 20.0), physical_temperature_k=st.floats(4.0, 350.0)
)
CHAINS = st.lists(ACTIVE | PASSIVE, min_size=1, max_size=6)


def test_the_examples() -> None:
    assert doctest.testmod(linkbudget.noise.cascade).failed == 0


def test_a_published_ground_station() -> None:
    case = GOLDEN["humsat_receiver"]
    stages = TypeAdapter(tuple[Stage, ...]).validate_python(case["stages"])
    alone = [float(stage_temperature_k(stage)) for stage in stages]
    growing = [float(cascade_temperature_k(stages[: count + 1])) for count in range(4)]
    assert alone == pytest.approx(case["stage_temperatures_k"], abs=0.1)
    assert growing == pytest.approx(case["up_to_stage_k"], abs=case["tolerance_k"])
    assert case["antenna_k"] + cascade_temperature_k(stages) == pytest.approx(case["system_k"], abs=case["tolerance_k"])


@given(CHAINS)
def test_contributions_are_those_of_friis(stages: list[Stage]) -> None:
    gains = [float(stage_gain(stage)) for stage in stages]
    expected = [float(stage_temperature_k(stage)) / np.prod(gains[:index]) for index, stage in enumerate(stages)]
    contributions = cascade_contributions_k(stages)
    assert [float(each) for each in contributions] == pytest.approx(expected)
    assert float(cascade_temperature_k(stages)) == pytest.approx(sum(expected))


@given(CHAINS)
def test_two_halves_of_a_chain_are_two_stages(stages: list[Stage]) -> None:
    head, tail = stages[: len(stages) // 2], stages[len(stages) // 2 :]
    gain = np.prod([float(stage_gain(stage)) for stage in head])
    joined = cascade_temperature_k(head) + cascade_temperature_k(tail) / gain
    assert float(cascade_temperature_k(stages)) == pytest.approx(float(joined))


@given(st.floats(0.0, 10.0), st.floats(0.0, 10.0))
def test_two_lines_are_one(first_db: float, second_db: float) -> None:
    two = [Stage(name="1", loss_db=first_db), Stage(name="2", loss_db=second_db)]
    one = [Stage(name="1", loss_db=first_db + second_db)]
    assert float(cascade_temperature_k(two)) == pytest.approx(float(cascade_temperature_k(one)), abs=1e-9)


def test_a_line_s_noise_figure_at_290_k_is_its_loss() -> None:
    line = Stage(name="line", loss_db=2.5)
    pad = Stage(name="pad", gain_db=-2.5, noise_figure_db=2.5)
    assert float(stage_temperature_k(line)) == pytest.approx(float(stage_temperature_k(pad)))
    assert float(stage_gain(line)) == pytest.approx(float(stage_gain(pad)))


def test_a_line_s_noise_follows_its_own_temperature() -> None:
    cold = Stage(name="cold", loss_db=3.0, physical_temperature_k=77.0)
    assert float(stage_temperature_k(cold)) == pytest.approx(77.0 * (10**0.3 - 1.0))


def test_arrays_broadcast() -> None:
    figures = np.array([[0.5], [1.0]])
    gains = np.array([15.0, 20.0, 25.0])
    lna = Stage(name="LNA", gain_db=gains, noise_figure_db=figures)
    receiver = Stage(name="receiver", gain_db=60.0, noise_figure_db=6.0)
    together = cascade_temperature_k([lna, receiver])
    assert together.shape == (2, 3)
    for row, figure in enumerate(figures[:, 0]):
        for column, gain in enumerate(gains):
            one = Stage(name="LNA", gain_db=gain, noise_figure_db=figure)
            assert together[row, column] == pytest.approx(float(cascade_temperature_k([one, receiver])))
    assert [each.shape for each in cascade_contributions_k([lna, receiver])] == [(2, 1), (3,)]


def test_no_stages_make_no_noise() -> None:
    assert cascade_temperature_k([]) == 0.0


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"gain_db": 20.0}, "noise_figure_db"),
        ({"gain_db": 20.0, "noise_figure_db": 1.0, "noise_temperature_k": 75.0}, "noise_figure_db"),
        ({"loss_db": 1.0, "noise_figure_db": 1.0}, "noise_figure_db"),
        ({"noise_figure_db": 1.0}, "gain_db"),
        ({"gain_db": -1.0, "loss_db": 1.0}, "gain_db"),
        ({"gain_db": 20.0, "noise_figure_db": -0.1}, "noise_figure_db"),
        ({"gain_db": float("nan"), "noise_figure_db": 1.0}, "gain_db"),
        ({"loss_db": -0.1}, "loss_db"),
    ],
)
def test_what_is_not_a_stage(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(LinkInputError) as caught:
        Stage(name="LNA", **fields)
    assert caught.value.field == named
