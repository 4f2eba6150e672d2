"""Faults as tables, and when they come."""

import random
from pathlib import Path

import pytest

from edge.checked_toml import check
from testbed.errors import ScenarioError
from testbed.faults.fault import Command, FrameTrouble, JournalFlips, Kill, PowerCycle, Stall, WeightFlips
from testbed.faults.timetable import Timetable
from testbed.scenario import Scenario


def commanded(**fields: object) -> object:
    return check({"fault": fields}, Command, ScenarioError).fault


def test_the_kind_tells_the_table() -> None:
    assert commanded(kind="kill", target="sky") == Kill(target="sky")
    assert commanded(kind="power-cycle") == PowerCycle()
    assert commanded(kind="stall", target="ground", for_s=3.0) == Stall(target="ground", for_s=3.0)
    assert commanded(kind="journal", target="flatsat", bits=3) == JournalFlips(target="flatsat", bits=3)
    assert commanded(kind="weights", bits=9) == WeightFlips(bits=9)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"kind": "kill"}, "fault.target"),
        ({"kind": "kill", "target": "moon"}, "fault.target is 'moon'"),
        ({"kind": "kill", "target": "sky", "bits": 3}, "fault.bits"),
        ({"kind": "explode"}, "'explode'"),
        ({"kind": "frames"}, "'frames'"),
        ({"kind": "stall", "target": "sky", "for_s": 16.0}, "fault.for_s is 16.0"),
        ({"kind": "journal", "target": "sky"}, "fault.target is 'sky'"),
        ({"kind": "weights", "bits": 0}, "fault.bits is 0"),
        ({"kind": "power-cycle", "between_s": [3.0, 1.0]}, "between_s"),
        ({"kind": "power-cycle", "at_s": [-1.0]}, "at_s"),
    ],
)
def test_a_mistake_is_named(fields: dict[str, object], named: str) -> None:
    with pytest.raises(ScenarioError, match="accepted") as caught:
        commanded(**fields)
    assert named in str(caught.value)


def test_faults_come_in_the_order_of_their_moments() -> None:
    kill, cut = Kill(target="flatsat", at_s=[5.0, 1.0]), PowerCycle(at_s=[3.0])
    timetable = Timetable([kill, cut], random.Random(1))
    assert timetable.due(0.5) == []
    assert timetable.due(3.0) == [kill, cut]
    assert timetable.coming == [(5.0, kill)]
    assert timetable.due(9.0) == [kill]
    assert timetable.due(99.0) == timetable.coming == []


def test_random_moments_lie_in_the_span_and_follow_from_the_seed() -> None:
    fault = Kill(target="ground", count=100, between_s=[2.0, 4.0])
    moments = fault.moments_s(random.Random(3))
    assert len(moments) == 100
    assert 2.0 <= min(moments) < 2.2 < 3.8 < max(moments) <= 4.0
    assert moments == fault.moments_s(random.Random(3)) != fault.moments_s(random.Random(4))


def test_a_scenario_has_them_as_tables() -> None:
    table = Scenario.load("loopback").model_dump()
    table["faults"] = [{"kind": "frames", "leg": "uplink", "loss": 0.1}, {"kind": "kill", "target": "sky"}]
    scenario = check(table, Scenario, ScenarioError)
    trouble, kill = scenario.faults
    assert isinstance(trouble, FrameTrouble)
    assert trouble.on("uplink")
    assert not trouble.on("downlink")
    assert trouble.settings().loss == 0.1
    assert kill == Kill(target="sky")


def test_the_pages_example_is_a_scenario(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "faults.md").read_text(encoding="utf-8")
    example = tmp_path / "harmed.toml"
    example.write_text(page.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    assert [str(fault) for fault in Scenario.load(str(example)).faults][:2] == ["kill flatsat", "power-cycle"]


def test_each_says_what_it_is() -> None:
    faults = [Kill(target="sky"), PowerCycle(), Stall(target="ground"), JournalFlips(target="ground"), WeightFlips()]
    assert [str(fault) for fault in faults] == [
        "kill sky",
        "power-cycle",
        "stall ground for 2 s",
        "flip 1 bits of the journal of ground, its program down",
        "flip 1 bits of the weights",
    ]
