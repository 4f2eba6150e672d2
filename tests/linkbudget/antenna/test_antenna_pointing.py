import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkbudget.antenna.pointing import off_boresight_deg
from linkbudget.antenna.view_angles import off_nadir_deg
from linkbudget.errors import LinkInputError


@pytest.mark.parametrize(
    ("aim", "angle_deg"),
    [("target", 2.0), ("nadir", 65.0), ("zenith", 77.0)],
)
def test_the_mounts(aim, angle_deg) -> None:
    assert float(off_boresight_deg(aim, 15.0, 63.0, 2.0)) == angle_deg


@given(st.sampled_from(["target", "nadir", "zenith"]), st.floats(0.0, 90.0), st.floats(0.0, 179.0))
def test_an_error_never_brings_the_boresight_nearer(aim, elevation_deg, error_deg) -> None:
    nadir = off_nadir_deg(elevation_deg, 500e3)
    without = float(off_boresight_deg(aim, elevation_deg, nadir, 0.0))
    assert without <= float(off_boresight_deg(aim, elevation_deg, nadir, error_deg)) <= 180.0
    assert float(off_boresight_deg(aim, elevation_deg, nadir, error_deg + 1.0)) <= 180.0


def test_only_the_angle_that_counts_gives_its_shape() -> None:
    elevation = np.linspace(0.0, 90.0, 7)
    assert off_boresight_deg("target", elevation, elevation, 1.0).shape == ()
    assert off_boresight_deg("zenith", elevation, 0.0, np.zeros((3, 1))).shape == (3, 7)
    assert off_boresight_deg("nadir", 0.0, elevation, np.zeros((3, 1))).shape == (3, 7)


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("sun", 10.0, 10.0, 0.0), "aim is 'sun'; accepted: target, nadir, zenith"),
        (("target", 10.0, 10.0, -1.0), "pointing_error_deg"),
        (("zenith", 100.0, 10.0, 0.0), "elevation_deg"),
        (("nadir", 10.0, np.nan, 0.0), "off_nadir_deg"),
    ],
)
def test_what_cannot_be_is_refused(arguments, field) -> None:
    with pytest.raises(LinkInputError, match=f"^{field}"):
        off_boresight_deg(*arguments)
