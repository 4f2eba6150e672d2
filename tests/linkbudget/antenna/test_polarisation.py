import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import linkbudget.antenna.polarisation
from linkbudget.antenna.polarisation import (
    best_polarisation_loss_db,
    looks_like_power_ratio,
    loss_by_power_ratio_db,
    polarisation_loss_db,
    worst_polarisation_loss_db,
)
from linkbudget.errors import LinkInputError

AXIAL_RATIOS = st.floats(0.0, 100.0)
TILTS = st.floats(-180.0, 180.0)
LINEAR = 100.0


def jones_loss_db(axial_ratio_1_db, axial_ratio_2_db, same_sense, tilt_deg) -> float:
    """Return the loss by the inner product of the two fields, as another way to it."""
    ratio = 10 ** (np.array([axial_ratio_1_db, axial_ratio_2_db]) / 20)
    first = np.array([1.0, 1j / ratio[0]]) / np.hypot(1.0, 1 / ratio[0])
    second = np.array([1.0, (1j if same_sense else -1j) / ratio[1]]) / np.hypot(1.0, 1 / ratio[1])
    tilt = np.radians(tilt_deg)
    turned = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]]) @ second
    return float(-10 * np.log10(max(abs(np.vdot(first, turned)) ** 2, 1e-30)))


def test_published_cases(published) -> None:
    case = published["polarisation"]
    arguments = [np.array(case[name]) for name in ("axial_ratio_1_db", "axial_ratio_2_db")]
    loss = polarisation_loss_db(*arguments, True, np.array(case["tilt_deg"]))
    assert loss == pytest.approx(case["loss_db"], abs=case["tolerance_db"])


def test_a_published_mistake_is_recognised(published) -> None:
    case = published["polarisation_mistake"]
    rows = zip(case["axial_ratio_1_db"], case["axial_ratio_2_db"], case["tilt_deg"], case["loss_db"], strict=True)
    for first, second, tilt_deg, stated in rows:
        wrong = float(loss_by_power_ratio_db(first, second, True, tilt_deg))
        assert wrong == pytest.approx(stated, abs=case["tolerance_db"])
        assert looks_like_power_ratio(stated, first, second, True, tilt_deg)
        right = float(polarisation_loss_db(first, second, True, tilt_deg))
        assert not looks_like_power_ratio(right, first, second, True, tilt_deg)
        assert not looks_like_power_ratio(1.3 * stated, first, second, True, tilt_deg)


@pytest.mark.parametrize(("axial_ratio_db", "loss_db"), [(0.0, 0.0), (LINEAR, 3.0103)])
def test_where_the_mistake_makes_no_difference_none_is_seen(axial_ratio_db, loss_db) -> None:
    assert not looks_like_power_ratio(loss_db, 0.0, axial_ratio_db, True, 90.0)


@pytest.mark.parametrize(
    ("arguments", "loss_db"),
    [
        ((0.0, LINEAR, True, 0.0), 3.0103),
        ((0.0, LINEAR, False, 77.0), 3.0103),
        ((LINEAR, LINEAR, True, 60.0), 6.0206),
        ((LINEAR, LINEAR, True, 0.0), 0.0),
        ((0.0, 0.0, True, 33.0), 0.0),
        ((0.0, 0.0, False, 33.0), 40.0),
        ((LINEAR, LINEAR, True, 90.0), 40.0),
        ((3.0, 3.0, False, 90.0), 40.0),
    ],
)
def test_cases_that_follow_from_the_definition(arguments, loss_db) -> None:
    assert float(polarisation_loss_db(*arguments)) == pytest.approx(loss_db, abs=1e-4)


@given(AXIAL_RATIOS, AXIAL_RATIOS, st.booleans(), TILTS)
def test_the_loss_is_that_of_the_fields_inner_product(first, second, same_sense, tilt_deg) -> None:
    loss = float(polarisation_loss_db(first, second, same_sense, tilt_deg))
    assert 0.0 <= loss <= 40.0
    assert loss == pytest.approx(min(jones_loss_db(first, second, same_sense, tilt_deg), 40.0), abs=1e-6)
    assert loss == pytest.approx(float(polarisation_loss_db(second, first, same_sense, -tilt_deg)), abs=1e-9)
    assert float(best_polarisation_loss_db(first, second, same_sense)) <= loss + 1e-9
    assert loss <= float(worst_polarisation_loss_db(first, second, same_sense)) + 1e-9


def test_shapes_broadcast() -> None:
    loss = polarisation_loss_db(np.zeros((3, 1)), np.linspace(0.0, 60.0, 4), np.array([[True], [False], [True]]), 10.0)
    assert (loss.shape, loss.dtype) == ((3, 4), np.float64)


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ((-1.0, 0.0, True, 0.0), "axial_ratio_1_db"),
        ((0.0, np.array([1.0, np.nan]), True, 0.0), "axial_ratio_2_db"),
        ((0.0, 0.0, True, np.inf), "tilt_deg"),
    ],
)
def test_what_cannot_be_is_refused(arguments, field) -> None:
    with pytest.raises(LinkInputError, match=f"^{field} is"):
        polarisation_loss_db(*arguments)


def test_the_docstrings_examples() -> None:
    assert doctest.testmod(linkbudget.antenna.polarisation).failed == 0
