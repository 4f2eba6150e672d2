import math
from datetime import datetime, timezone

import numpy as np
import pytest

from linkbudget.checks import require_aware, require_between, require_finite, require_positive
from linkbudget.errors import LinkInputError


def test_an_error_carries_its_fields() -> None:
    with pytest.raises(LinkInputError) as caught:
        require_between("tilt_deg", 91.0, -90.0, 90.0)
    error = caught.value
    assert (error.field, error.value, error.accepted) == ("tilt_deg", 91.0, "-90 to 90")


@pytest.mark.parametrize("value", [0.0, -1.0, math.nan, math.inf, np.array([1.0, 0.0]), np.array([[math.nan, 1.0]])])
def test_what_is_not_positive(value: float) -> None:
    with pytest.raises(LinkInputError, match=r"^mass is .*; accepted: a finite number greater than 0$"):
        require_positive("mass", value)


def test_the_first_offender_of_an_array_is_named() -> None:
    with pytest.raises(LinkInputError, match=r"^mass is -2\.0;"):
        require_positive("mass", np.array([1.0, -2.0, -3.0]))
    with pytest.raises(LinkInputError, match=r"^tilt_deg is 91\.0;"):
        require_between("tilt_deg", np.array([[0.0, 91.0], [-91.0, np.nan]]), -90.0, 90.0)
    with pytest.raises(LinkInputError, match=r"^level is nan;"):
        require_finite("level", np.array([[1.0], [np.nan]]))


@pytest.mark.parametrize(
    "value", [-90.0, 90.0, 0, np.array([-90.0, 90.0]), np.array([]), np.array([1, 2]), np.float64(3)]
)
def test_what_is_between(value: float) -> None:
    require_between("tilt_deg", value, -90.0, 90.0)
    require_finite("tilt_deg", value)


@pytest.mark.parametrize("value", [-90.1, 91, math.nan, np.array([0.0, math.nan]), np.array([math.inf, 0.0])])
def test_what_is_not_between(value: float) -> None:
    with pytest.raises(LinkInputError, match=r"accepted: -90 to 90$"):
        require_between("tilt_deg", value, -90.0, 90.0)


@pytest.mark.parametrize("value", [1e-300, 1, np.array([1.0, 2.0]), np.array([])])
def test_what_is_positive(value: float) -> None:
    require_positive("mass", value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite(value: float) -> None:
    with pytest.raises(LinkInputError, match=r"accepted: a finite number"):
        require_finite("level", value)


def test_a_time_without_offset_is_refused() -> None:
    require_aware("start", datetime(2024, 1, 22, tzinfo=timezone.utc))
    with pytest.raises(LinkInputError, match=r"^start is '2024-01-22T00:00:00'; accepted: a time with its UTC"):
        require_aware("start", datetime(2024, 1, 22))
