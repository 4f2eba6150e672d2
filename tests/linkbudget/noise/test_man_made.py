import doctest
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import linkbudget.noise.man_made
from linkbudget.errors import LinkInputError
from linkbudget.noise.man_made import (
    ENVIRONMENTS,
    MAN_MADE,
    Environment,
    man_made_deviation_db,
    man_made_figure_db,
    man_made_temperature_k,
)

TABLE = json.loads((Path(__file__).parents[2] / "golden" / "noise.json").read_text())["man_made"]["c_d_upper_lower"]


def test_the_examples() -> None:
    assert doctest.testmod(linkbudget.noise.man_made).failed == 0


@pytest.mark.parametrize("environment", TABLE)
def test_the_published_constants(environment: Environment) -> None:
    c, d, upper_db, lower_db = TABLE[environment]
    assert man_made_figure_db(environment, np.array([1e6, 10e6, 100e6])) == pytest.approx([c, c - d, c - 2.0 * d])
    assert float(man_made_deviation_db(environment, 1.282)) == pytest.approx(upper_db)
    assert float(man_made_deviation_db(environment, -1.282)) == pytest.approx(-lower_db)
    assert man_made_deviation_db(environment, np.array([-0.1, 0.0, 0.1])) * 12.82 == pytest.approx(
        [-lower_db, 0.0, upper_db]
    )


@pytest.mark.parametrize(
    ("environment", "decile_db"), [("city", 8.4), ("residential", 5.8), ("rural", 6.8), ("quiet-rural", 6.8)]
)
def test_the_deciles_over_places(environment: Environment, decile_db: float) -> None:
    assert man_made_deviation_db(environment, 0.0, np.array([-1.282, 1.282])) == pytest.approx([-decile_db, decile_db])


def test_deviations_add_up() -> None:
    both = man_made_deviation_db("city", np.array([[-1.282], [1.282]]), np.array([0.0, 1.282]))
    assert both == pytest.approx(np.array([[-6.7, 1.7], [11.0, 19.4]]))


def test_a_tenth_of_draws_is_above_the_upper_decile() -> None:
    draws = man_made_deviation_db("residential", np.random.default_rng(1).standard_normal(200_000))
    assert np.mean(draws > 10.6) == pytest.approx(0.1, abs=0.003)
    assert np.mean(draws < -5.3) == pytest.approx(0.1, abs=0.003)


def test_a_figure_of_0_db_is_290_k() -> None:
    at_0_db_hz = 10.0 ** (67.2 / 27.7) * 1e6
    assert float(man_made_temperature_k("rural", at_0_db_hz)) == pytest.approx(290.0)
    assert float(man_made_temperature_k("rural", at_0_db_hz, 10.0)) == pytest.approx(2900.0)


def test_nobody_makes_no_noise() -> None:
    assert man_made_temperature_k("none", np.array([1e6, 437e6]), 10.0) == pytest.approx([0.0, 0.0])
    assert man_made_deviation_db("none", np.array([-3.0, 3.0]), 3.0) == pytest.approx([0.0, 0.0])


@given(st.floats(1e5, 1e10))
def test_the_environments_keep_their_order(frequency_hz: float) -> None:
    levels = [float(man_made_temperature_k(environment, frequency_hz)) for environment in ENVIRONMENTS]
    assert levels == sorted(levels)


def test_the_source_says_where_it_ends() -> None:
    (span,) = MAN_MADE.valid
    assert span.holds(145e6)
    assert not span.holds(437e6)


@pytest.mark.parametrize("frequency_hz", [0.0, -1.0, math.nan, math.inf])
def test_no_such_frequency(frequency_hz: float) -> None:
    with pytest.raises(LinkInputError) as caught:
        man_made_temperature_k("city", frequency_hz)
    assert caught.value.field == "frequency_hz"


def test_no_such_place() -> None:
    with pytest.raises(LinkInputError) as caught:
        man_made_figure_db("suburb", 1e8)
    assert caught.value.field == "environment"
    with pytest.raises(LinkInputError) as caught:
        man_made_temperature_k("city", 1e8, math.nan)
    assert caught.value.field == "deviation_db"
