import math
from dataclasses import FrozenInstanceError

import pytest

from linkbudget.errors import LinkInputError
from linkbudget.orbit.station import Station


def _station(name: str, latitude_deg: float, longitude_deg: float, altitude_m: float) -> Station:
    return Station(name=name, latitude_deg=latitude_deg, longitude_deg=longitude_deg, altitude_m=altitude_m)


@pytest.mark.parametrize("corner", [(90.0, 180.0, 10_000.0), (-90.0, -180.0, -500.0), (0.0, 0.0, 0.0)])
def test_the_ends_of_the_ranges_are_accepted(corner: tuple[float, float, float]) -> None:
    _station("corner", *corner)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((90.1, 0.0, 0.0), "latitude_deg is 90.1; accepted: -90 to 90"),
        ((-91.0, 0.0, 0.0), "latitude_deg is -91.0; accepted: -90 to 90"),
        ((math.nan, 0.0, 0.0), "latitude_deg is nan; accepted: -90 to 90"),
        ((0.0, 180.5, 0.0), "longitude_deg is 180.5; accepted: -180 to 180"),
        ((0.0, -200.0, 0.0), "longitude_deg is -200.0; accepted: -180 to 180"),
        ((0.0, 0.0, -501.0), "altitude_m is -501.0; accepted: -500 to 10000"),
        ((0.0, 0.0, math.inf), "altitude_m is inf; accepted: -500 to 10000"),
    ],
)
def test_values_out_of_range_are_refused(values: tuple[float, float, float], message: str) -> None:
    with pytest.raises(LinkInputError) as caught:
        _station("nowhere", *values)
    assert str(caught.value) == message


def test_a_station_stays_as_it_was_checked(zurich: Station) -> None:
    with pytest.raises(FrozenInstanceError):
        zurich.latitude_deg = 200.0  # type: ignore[misc]
