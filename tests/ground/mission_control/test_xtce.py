import json
import shutil
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ground.mission_control.layouts as declared
from ground.gateway.desk import Desk
from ground.mission_control.layouts import HEALTH, LAYOUTS
from ground.mission_control.packet_layout import PacketLayout, Parameter
from ground.mission_control.telemetry_encoder import TelemetryEncoder
from ground.mission_control.telemetry_packet import TelemetryPacket
from ground.mission_control.value_types import Enumerated, Flag, Float, Text, Unsigned
from tests.ground.mission_control.conftest import Decode

GOLDEN = Path(__file__).parents[2] / "golden"
XTCE = "{http://www.omg.org/spec/XTCE/20180204}"
XML_SCHEMA = "http://www.w3.org/2001/03/xml.xsd"
XML_BASE = (
    '<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.w3.org/XML/1998/namespace">'
    '<attribute name="base" type="anyURI"/></schema>'
)


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The OMG's schema, as space-packet-parser carries it, with the one attribute that it takes from elsewhere."""
    folder = tmp_path_factory.mktemp("schema")
    (folder / "xml.xsd").write_text(XML_BASE)
    spp = pytest.importorskip("space_packet_parser", reason="needs the Python package space-packet-parser")
    carried = Path(spp.__file__).parent / "xtce" / "schemas" / "SpaceSystem.xsd"
    (folder / "xtce.xsd").write_text(carried.read_text().replace(XML_SCHEMA, str(folder / "xml.xsd")))
    return folder / "xtce.xsd"


def test_the_database_is_valid(database: Path, schema: Path) -> None:
    from space_packet_parser import validate_xtce

    assert validate_xtce(database, local_xsd=schema, print_results=False)


@pytest.mark.skipif(not shutil.which("xmllint"), reason="needs xmllint (Debian package libxml2-utils)")
def test_the_database_is_valid_to_xmllint(database: Path, schema: Path) -> None:
    told = subprocess.run(
        ["xmllint", "--noout", "--nonet", "--schema", schema, database], capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr


# -- value for value -----------------------------------------------------------------------------------------------


def values_of(parameter: Parameter) -> st.SearchStrategy[Any]:
    match parameter.type:
        case Unsigned(octets):
            found: st.SearchStrategy[Any] = st.integers(0, 256**octets - 1)
        case Float(octets):
            found = st.floats(width=8 * octets, allow_nan=False, allow_infinity=False)  # type: ignore[call-overload]
        case Flag():
            found = st.booleans()
        case Enumerated(labels):
            found = st.sampled_from(labels)
        case Text(octets):
            found = st.text(
                st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), max_size=octets // 4 - 1
            )
    return st.none() | found if parameter.is_optional else found


def contents_of(layout: PacketLayout) -> st.SearchStrategy[tuple[PacketLayout, dict[str, Any]]]:
    values = {each.of or each.name: values_of(each) for each in layout.parameters if not each.tells_presence}
    return st.tuples(st.just(layout), st.fixed_dictionaries(values))


@given(content=st.sampled_from(LAYOUTS).flatmap(contents_of), link_time_s=st.floats(0, 1e9))
def test_what_is_packed_is_what_is_read(
    decode: Decode, content: tuple[PacketLayout, dict[str, Any]], link_time_s: float
) -> None:
    layout, values = content
    (found,) = decode(TelemetryPacket(layout.apid, 7, 1e9, link_time_s, layout.pack(values)).encode())
    assert found["link_time_s"] == link_time_s
    for parameter in layout.parameters:
        value, read = values[parameter.of or parameter.name], found[f"{layout.name}_{parameter.name}"]
        if parameter.tells_presence:
            assert read == (value is not None)
        elif value is not None:
            assert read == value
        else:
            assert read in (0, "") or read != read or read == parameter_zero(parameter)


def parameter_zero(parameter: Parameter) -> str:
    assert isinstance(parameter.type, Enumerated)
    return parameter.type.labels[0]


# -- a recorded run ------------------------------------------------------------------------------------------------


def recorded_events() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (GOLDEN / "telemetry.jsonl").read_text().splitlines()]


def test_a_recorded_run_is_packed_as_it_was() -> None:
    desk, encoder, made = Desk(), TelemetryEncoder(), []
    for event in recorded_events():
        desk.take(event)
        made += encoder.encode(event, desk.clock)
    again = "a layout has changed: python tests/golden/make_telemetry.py tests/golden/telemetry.jsonl"
    assert b"".join(made) == (GOLDEN / "telemetry.bin").read_bytes(), again


def of_kind(decode: Decode, layout: PacketLayout) -> list[dict[str, Any]]:
    packets = decode((GOLDEN / "telemetry.bin").read_bytes())
    return [packet for packet in packets if packet["PKT_APID"] == layout.apid]


def same(read: Any, value: object) -> bool:
    """Whether what was read is what the event said: None as not-a-number or no text, numbers to 32 bits."""
    if value is None:
        return read != read or read == ""
    return bool(read == (np.float32(value) if isinstance(value, float) else value))


def test_the_recorded_health_is_read_value_for_value(decode: Decode) -> None:
    events = [event for event in recorded_events() if event["event"] == "health"]
    packets = of_kind(decode, HEALTH)
    assert len(packets) == len(events) > 2
    told = {each.name for each in HEALTH.parameters} & events[0].keys()
    assert len(told) >= 15
    absent = 0
    for packet, event in zip(packets, events, strict=True):
        assert packet["link_time_s"] == event["link_time_s"]
        for name in told:
            if f"health_{name}_known" in packet:
                assert packet[f"health_{name}_known"] == (event[name] is not None)
            if f"health_{name}_known" not in packet or event[name] is not None:
                assert same(packet[f"health_{name}"], event[name]), name
            absent += event[name] is None
    assert absent
    assert any(packet["health_uplink_offset_hz"] < 0 for packet in packets)


def test_the_recorded_answer_and_refusal_are_read_value_for_value(decode: Decode) -> None:
    details = {event["name"]: event["detail"] for event in recorded_events() if event["event"] == "milestone"}
    (answer,), (refusal,) = of_kind(decode, declared.ANSWER), of_kind(decode, declared.REFUSAL)
    for name, value in details["done"].items():
        assert same(answer[f"answer_{name}"], value), name
    assert {name: refusal[f"refusal_{name}"] for name in details["refused"]} == details["refused"]


def test_the_recorded_milestones_are_read_in_their_order_and_at_their_time(decode: Decode) -> None:
    events = [event for event in recorded_events() if event["event"] == "milestone"]
    packets = of_kind(decode, declared.MILESTONE)
    said = [(event["name"], event["prompt_id"], event["link_time_s"]) for event in events]
    read = [(each["milestone_name"], each["milestone_prompt_id"], each["link_time_s"]) for each in packets]
    assert read == said
    assert [each["SRC_SEQ_CTR"] for each in packets] == [*range(len(packets))]
    pass_s = 1705915290.0  # 2024-01-22 09:21:30 UTC
    assert all(abs(each["time"] - pass_s - each["link_time_s"]) < 1 / 65536 for each in packets)


def test_the_recorded_link_is_read_value_for_value(decode: Decode) -> None:
    events = [event for event in recorded_events() if event["event"] == "view"]
    packets = of_kind(decode, declared.LINK)
    assert len(packets) == len(events) > 2
    for packet, event in zip(packets, events, strict=True):
        channels, cop1 = event["channels"], event["cop1"]
        assert packet["link_downlink_frames"] == channels["down"]["0"]["frames"]
        assert packet["link_uplink_sent"] == channels["up"]["0"]["sent"]
        assert (packet["link_fop_state"], packet["link_fop_vs"]) == (cop1["state"], cop1["vs"])
        heard = [each["offset_hz"] for each in event["receptions"] if each["good"]]
        assert same(packet["link_offset_hz"], heard[-1] if heard else None)
    assert any(packet["link_offset_hz"] < 0 for packet in packets)


# -- what Yamcs and COSMOS read ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tree(database: Path) -> ElementTree.Element:
    return ElementTree.parse(database).getroot()


def test_cosmos_is_given_one_space_system_and_elements_that_it_knows(tree: ElementTree.Element) -> None:
    """A space system inside another would be another target. The names are those of OpenC3's XtceParser."""
    ignored = {"LongDescription", "TerminationChar", "Fixed"}
    known = {
        *("SpaceSystem", "TelemetryMetaData", "ParameterTypeSet", "ParameterSet", "ContainerSet", "EntryList"),
        *("IntegerParameterType", "FloatParameterType", "BooleanParameterType", "EnumeratedParameterType"),
        *("StringParameterType", "AbsoluteTimeParameterType", "Encoding", "ReferenceTime", "Epoch", "UnitSet", "Unit"),
        *("IntegerDataEncoding", "FloatDataEncoding", "StringDataEncoding", "SizeInBits", "FixedValue"),
        *("EnumerationList", "Enumeration", "DefaultAlarm", "StaticAlarmRanges", "WarningRange", "CriticalRange"),
        *("Parameter", "ParameterRefEntry", "SequenceContainer", "BaseContainer", "RestrictionCriteria", "Comparison"),
    }
    names = [each.tag.removeprefix(XTCE) for each in tree.iter()]
    assert set(names) <= known | ignored
    assert names.count("SpaceSystem") == 1


def test_both_ends_of_an_alarm_are_given(tree: ElementTree.Element) -> None:
    """COSMOS takes one that is not for 0."""
    ranges = [*tree.iter(f"{XTCE}WarningRange"), *tree.iter(f"{XTCE}CriticalRange")]
    assert len(ranges) == 8
    assert all({"minInclusive", "maxInclusive"} == set(each.keys()) for each in ranges)


def test_units_states_and_limits_stand_in_the_types(tree: ElementTree.Element) -> None:
    types = {each.get("name"): each for each in tree.find(f"{XTCE}TelemetryMetaData/{XTCE}ParameterTypeSet") or ()}
    voltage, state = types["health_bus_voltage_v_type"], types["link_fop_state_type"]
    assert voltage.findtext(f"{XTCE}UnitSet/{XTCE}Unit") == "V"
    warning = voltage.find(f"{XTCE}DefaultAlarm/{XTCE}StaticAlarmRanges/{XTCE}WarningRange")
    assert warning is not None
    assert warning.attrib == {"minInclusive": "6.8", "maxInclusive": "8.45"}
    labels = [each.get("label") for each in state.iter(f"{XTCE}Enumeration")]
    assert labels[0] == "active"
    assert len(labels) == 6
