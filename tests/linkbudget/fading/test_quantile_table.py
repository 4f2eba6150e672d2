import numpy as np
import pytest
from scipy import special

from linkbudget.errors import LinkInputError
from linkbudget.fading.elevation import fitted, tabulated
from linkbudget.fading.quantiles import QuantileTable, quantiles_db

LEVELS_DB = np.linspace(-40.0, 40.0, 401)


def logistic(median_db: float) -> np.ndarray:
    """A distribution whose quantiles are the logit itself, so that a table of it is exact."""
    return quantiles_db(LEVELS_DB, special.expit(LEVELS_DB - median_db))


TABLE = QuantileTable(0.0, 2.0, map(logistic, [0.0, 1.0, 5.0]))


@pytest.mark.parametrize("probability", [1e-7, 1e-3, 0.123, 0.5, 0.9, 1 - 1e-6])
def test_between_the_points_of_both_axes(probability: float) -> None:
    for parameter, median_db in [(0.0, 0.0), (0.5, 0.25), (2.0, 1.0), (3.0, 3.0), (4.0, 5.0)]:
        wanted = median_db + special.logit(probability)
        assert TABLE.level_db(parameter, probability) == pytest.approx(wanted, abs=1e-6)


def test_beyond_the_ends_it_is_held() -> None:
    assert TABLE.level_db(-3.0, 0.5) == pytest.approx(0.0, abs=1e-9)
    assert TABLE.level_db(99.0, 0.5) == pytest.approx(5.0, abs=1e-9)
    assert np.all(np.isfinite(TABLE.level_db(1.0, np.array([0.0, 1.0]))))


def test_the_shape_is_the_broadcast_one() -> None:
    assert TABLE.level_db(1.0, 0.5).shape == ()
    assert TABLE.level_db(np.ones((4, 1)), np.full(3, 0.5)).shape == (4, 3)
    assert TABLE.level_db(0.0, np.full(3, 0.5)).shape == (3,)


@pytest.mark.parametrize("probability", [-0.1, 1.1, float("nan"), np.array([0.5, 2.0])])
def test_what_is_no_probability_is_refused(probability) -> None:
    with pytest.raises(LinkInputError) as error:
        TABLE.level_db(1.0, probability)
    assert error.value.field == "probability"


def test_by_elevation_each_row_is_at_its_degree() -> None:
    table = tabulated(lambda elevation_deg: logistic(elevation_deg / 10))
    for elevation_deg, median_db in [(5.0, 2.0), (20.0, 2.0), (33.0, 3.3), (33.5, 3.35), (80.0, 8.0), (90.0, 8.0)]:
        assert table.level_db(elevation_deg, 0.5) == pytest.approx(median_db, abs=1e-9)


def test_fits_are_held_beyond_the_measured_elevations() -> None:
    assert fitted((2.0, 1.0), np.array([0.0, 20.0, 50.0, 80.0, 90.0])).tolist() == [41.0, 41.0, 101.0, 161.0, 161.0]
