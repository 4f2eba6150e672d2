from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from linkbudget.errors import LinkInputError
from linkbudget.propagation import local_climate
from linkbudget.propagation.climate import Climate
from linkbudget.propagation.local_climate import RAIN_RATE_BY_ZONE_MM_H, LocalClimate


def test_nothing_known_is_the_climate_by_latitude(munich: Climate) -> None:
    assert LocalClimate().at(48.1, 11.6, 500.0) == munich


def test_what_is_known_replaces_the_model(munich: Climate) -> None:
    draws = np.array([10.0, 20.0])
    found = LocalClimate(rain_rate_mm_h=draws, temperature_k=300.0).over(munich)
    assert found.rain_rate_mm_h is draws
    assert {**asdict(found), "rain_rate_mm_h": 0, "temperature_k": 0} == {
        **asdict(munich),
        "rain_rate_mm_h": 0,
        "temperature_k": 0,
    }


def test_zones_stand_for_their_rain_rate(munich: Climate) -> None:
    # ITU-R PN.837-1 Table 1, row 0.01 %
    published = [8, 12, 15, 19, 22, 28, 30, 32, 35, 42, 60, 63, 95, 145, 115]
    assert dict(zip("ABCDEFGHJKLMNPQ", published, strict=True)) == RAIN_RATE_BY_ZONE_MM_H
    assert LocalClimate(rain_zone="K").over(munich).rain_rate_mm_h == 42.0


def test_maps_are_asked_when_wanted(munich: Climate, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def climate_from_maps(*site: float) -> Climate:
        asked.append(site)
        return munich

    monkeypatch.setattr(local_climate, "climate_from_maps", climate_from_maps)
    assert LocalClimate(rest="maps", rain_zone="N").at(48.1, 11.6, 500.0).rain_rate_mm_h == 95.0
    assert asked == [(48.1, 11.6, 500.0)]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"rain_zone": "I"}, "rain_zone"),
        ({"rain_zone": "K", "rain_rate_mm_h": 1.0}, "rain_zone"),
        ({"rest": "guess"}, "rest"),
        ({"temperature_k": 20.0}, "temperature_k"),
    ],
)
def test_impossible_input_is_named(given: dict[str, Any], field: str) -> None:
    with pytest.raises(LinkInputError) as error:
        LocalClimate(**given)
    assert error.value.field == field


def test_a_file_may_say_it() -> None:
    table = TypeAdapter(LocalClimate)
    assert table.validate_python({"rain_zone": "K", "temperature_k": 280.0}).temperature_k == 280.0
    with pytest.raises(ValidationError):
        table.validate_python({"rain_zone": "I"})
    with pytest.raises(ValidationError):
        table.validate_python({"rain": 1.0})
