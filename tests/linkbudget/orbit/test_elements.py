from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from linkbudget.errors import LinkInputError
from linkbudget.orbit.elements import MeanElements

LOW = MeanElements(
    name="low",
    catalogue_number=43798,
    epoch=datetime(2024, 1, 21, 16, 49, 39, 604512, tzinfo=timezone.utc),
    inclination_deg=97.5592,
    raan_deg=87.1577,
    eccentricity=0.0012401,
    argument_of_perigee_deg=79.5466,
    mean_anomaly_deg=280.7158,
    mean_motion_rev_day=15.07383665,
)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("inclination_deg", 180.1, "inclination_deg is 180.1; accepted: 0 to 180"),
        ("raan_deg", -1.0, "raan_deg is -1.0; accepted: 0 to 360"),
        ("eccentricity", 1.0, "eccentricity is 1.0; accepted: 0 to 1"),
        ("argument_of_perigee_deg", 361.0, "argument_of_perigee_deg is 361.0; accepted: 0 to 360"),
        ("mean_anomaly_deg", float("nan"), "mean_anomaly_deg is nan; accepted: 0 to 360"),
        ("mean_motion_rev_day", 0.0, "mean_motion_rev_day is 0.0; accepted: 0.05 to 18"),
        ("b_star", float("inf"), "b_star is inf; accepted: -10 to 10"),
        ("catalogue_number", -1, "catalogue_number is -1.0; accepted: 0 to 1e+09"),
        ("epoch", datetime(2024, 1, 21), "epoch is '2024-01-21T00:00:00'; accepted: a time with its UTC offset"),
    ],
)
def test_values_out_of_range_are_refused(field: str, value: Any, message: str) -> None:
    with pytest.raises(LinkInputError) as caught:
        replace(LOW, **{field: value})
    assert str(caught.value) == message


def test_the_same_orbit_in_another_zone_is_the_same() -> None:
    elsewhere = replace(LOW, epoch=LOW.epoch.astimezone(timezone(timedelta(hours=9))))
    assert elsewhere == LOW
    assert hash(elsewhere) == hash(LOW)
