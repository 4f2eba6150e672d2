import numpy as np
import pytest

from linkbudget.uncertainty.draws import MonteCarlo, draw
from linkbudget.uncertainty.sensitivity import first_order_index, sensitivities
from linkbudget.uncertainty.tolerance import Tolerance


def ishigami(x, a=7.0, b=0.1):
    return np.sin(x[0]) + a * np.sin(x[1]) ** 2 + b * x[2] ** 4 * np.sin(x[0])


def test_first_order_indices_of_the_ishigami_function():
    """Published: 0.3139, 0.4424, 0 (Ishigami, Homma 1990; Saltelli et al., Global Sensitivity Analysis, 2008, 4.7)."""
    x = np.random.default_rng(1).uniform(-np.pi, np.pi, (3, 200_000))
    y = ishigami(x)
    assert [first_order_index(each, y) for each in x] == pytest.approx([0.3139, 0.4424, 0.0], abs=0.01)


def test_an_input_that_does_nothing_has_no_share():
    x = np.random.default_rng(1).random((2, 2000))
    assert first_order_index(x[0], x[1]) < 0.02
    assert first_order_index(x[0], np.ones(2000)) == 0.0


def test_the_largest_swing_comes_first():
    tolerances = {
        "loss_db": Tolerance(value=1.0, adverse=2.0, favourable=0.5),
        "power_db": Tolerance(value=0.0, adverse=-3.0, favourable=1.0),
    }

    def margin_db(values):
        return np.asarray(values.get("power_db", 0.0) - values.get("loss_db", 1.0) + 10.0)

    draws = draw(tolerances, MonteCarlo(draws=2000))
    found = sensitivities(tolerances, margin_db, draws, margin_db(draws))
    assert [each.name for each in found] == ["power_db", "loss_db"]
    assert (found[0].adverse_db, found[0].favourable_db, found[0].swing_db) == (-3.0, 1.0, 4.0)
    assert (found[1].adverse_db, found[1].favourable_db) == (-1.0, 0.5)
    # a sum's shares are those of its terms' variances: triangular, (a2 + b2 + c2 - ab - ac - bc) / 18
    shares = np.array([(9 + 0 + 1 - 0 + 3 - 0), (4 + 1 + 0.25 - 2 - 1 - 0.5)])
    np.testing.assert_allclose([each.variance_share for each in found], shares / shares.sum(), atol=0.03)
