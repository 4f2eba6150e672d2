import math
from datetime import datetime, timezone
from pathlib import Path

import pytest

from testbed.errors import ScenarioError
from testbed.orbit.orbit_plan import make_plan
from testbed.orbit.orbit_request import OrbitRequest


def test_the_default_orbit_begins_in_eclipse_and_ends_with_the_contact_after_it() -> None:
    plan = make_plan(OrbitRequest())
    assert (plan.satellite, plan.station) == ("ASTROCAST 0.1", "Zurich")
    first, last = plan.contacts
    assert first.aos_s == pytest.approx(60.0, abs=0.01)
    assert plan.duration_s == last.los_s
    period_s = 86_400 / 15.0738  # of the elements in the study
    assert last.aos_s - first.aos_s == pytest.approx(period_s, rel=0.01)
    (dawn, dusk) = plan.eclipses
    assert dawn[0] == 0.0
    assert first.los_s < dawn[1] < dusk[0] < last.aos_s < dusk[1]
    darkest_s = period_s * math.asin(6371.0 / 6885.0) / math.pi  # of a round Earth, from 514 km, the Sun in the plane
    assert 0.8 * darkest_s < period_s - (dusk[0] - dawn[1]) < darkest_s + 20.0


def test_prompts_are_asked_evenly_over_the_contacts_and_not_at_the_very_end() -> None:
    plan = make_plan(OrbitRequest(prompts=40))
    assert len(plan.asked_s) == 40
    assert list(plan.asked_s) == sorted(plan.asked_s)
    assert all(plan.in_view(asked_s) for asked_s in plan.asked_s)
    first, last = plan.contacts
    assert plan.asked_s[-1] < last.los_s - 180.0
    in_first = sum(asked_s < first.los_s for asked_s in plan.asked_s)
    share = (first.los_s - first.aos_s) / (first.los_s - first.aos_s + last.los_s - last.aos_s - 180.0)
    assert in_first == pytest.approx(40 * share, abs=1)


def test_a_start_of_ones_own() -> None:
    start = datetime(2024, 1, 22, 9, 15)
    plan = make_plan(OrbitRequest(start=start, orbits=0.15, prompts=1))
    assert plan.start == start.replace(tzinfo=timezone.utc)
    assert len(plan.contacts) == 1
    assert plan.eclipses == ()
    assert plan.next_aos_s(0.0) == plan.contacts[0].aos_s
    assert plan.next_aos_s(plan.contacts[0].aos_s) == float("inf")


@pytest.mark.parametrize(
    ("setting", "field"),
    [
        ({"orbits": 0.0}, "orbits"),
        ({"orbits": float("nan")}, "orbits"),
        ({"prompts": 0}, "prompts"),
        ({"max_tokens": 70_000}, "max-tokens"),
        ({"tokens_per_s": 0.0}, "tokens-per-s"),
        ({"battery_charge": 1.5}, "battery-charge"),
        ({"seed": -1}, "seed"),
        ({"study": "nowhere"}, "study"),
        ({"start": datetime(2024, 1, 22, 1, 0), "orbits": 0.5}, "start"),
        ({"start": datetime(1999, 1, 1)}, "tle_age_days"),
    ],
)
def test_what_cannot_be_flown_is_named(setting: dict[str, object], field: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        make_plan(OrbitRequest(**setting))  # type: ignore[arg-type]
    assert caught.value.field.startswith(field)


def test_a_study_of_ones_own(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"nowhere\.toml"):
        make_plan(OrbitRequest(study=str(tmp_path / "nowhere.toml")))
