from dataclasses import dataclass, fields
from enum import Enum
from itertools import pairwise

import pytest

from ground.mission_control.layouts import ANSWER, HEALTH, LAYOUTS, LINK
from ground.mission_control.message_parameters import message_parameters
from ground.mission_control.packet_layout import PacketLayout, Parameter
from ground.mission_control.telemetry_packet import OVERHEAD_OCTETS
from ground.mission_control.value_types import Enumerated, Flag, Float, Text, Unsigned
from protocol.errors import LocalError
from protocol.messages import AnswerEnd, Health


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Example:
    count: int
    level_db: float
    on: bool
    colour: Colour
    words: str | None = None
    delay_s: float | None = None
    resets: int | None = None


def test_the_parameters_of_a_message_are_its_fields() -> None:
    parameters = message_parameters(Example)
    assert [(each.name, each.type, each.unit, each.is_optional) for each in parameters] == [
        ("count", Unsigned(4), "", False),
        ("level_db", Float(4), "dB", False),
        ("on", Flag(), "", False),
        ("colour", Enumerated(("red", "blue")), "", False),
        ("words", Text(128), "", True),
        ("delay_s", Float(4), "s", True),
        ("resets_known", Flag(), "", False),
        ("resets", Unsigned(4), "", True),
    ]


def test_what_is_absent_is_told() -> None:
    layout = PacketLayout("example", 1, "", message_parameters(Example))
    values = {"count": 1, "level_db": -3.0, "on": True, "colour": "blue", "resets": 7}
    known = "00000001" + "c0400000" + "01" + "01" + 128 * "00" + "7fc00000" + "01" + "00000007"
    assert layout.pack(values).hex() == known
    assert layout.pack(values | {"resets": None})[-5:].hex() == "0000000000"
    assert len(layout.pack(values)) == layout.octets


def test_a_value_that_has_to_be_there_is_missed() -> None:
    layout = PacketLayout("example", 1, "", (Parameter("count", Unsigned(1)),))
    with pytest.raises(LocalError, match="count"):
        layout.pack({})


@pytest.mark.parametrize(("layout", "message"), [(HEALTH, Health), (ANSWER, AnswerEnd)])
def test_no_field_of_a_message_is_left_out(layout: PacketLayout, message: type) -> None:
    assert {field.name for field in fields(message)} <= {parameter.name for parameter in layout.parameters}


def test_no_packet_is_longer_than_yamcs_takes() -> None:
    assert max(layout.octets for layout in LAYOUTS) + OVERHEAD_OCTETS < 1500


def test_each_kind_has_an_apid_and_each_parameter_a_name_of_its_own() -> None:
    assert len({layout.apid for layout in LAYOUTS}) == len(LAYOUTS)
    names = [f"{layout.name}_{each.name}" for layout in LAYOUTS for each in layout.parameters]
    assert len(set(names)) == len(names)


def test_limits_lie_one_inside_the_other() -> None:
    limits = [each.limits for layout in LAYOUTS for each in layout.parameters if each.limits]
    assert len(limits) == 4
    for one in limits:
        ordered = (one.critical[0], *one.warning, one.critical[1])
        assert all(low <= high for low, high in pairwise(ordered))


def test_what_carries_no_unit_has_none() -> None:
    units = {each.name: each.unit for each in LINK.parameters}
    assert units["fop_vs"] == units["receptions"] == ""
    assert (units["es_n0_db"], units["offset_hz"]) == ("dB", "Hz")


def test_units_are_those_of_the_names() -> None:
    units = {each.name: each.unit for layout in (HEALTH, ANSWER) for each in layout.parameters}
    assert (units["uptime_s"], units["bus_voltage_v"], units["current_a"]) == ("s", "V", "A")
    assert (units["temperature_c"], units["energy_j"], units["battery_charge"]) == ("degC", "J", "")
