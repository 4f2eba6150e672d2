"""The database of the telemetry packets: XTCE 1.2 (OMG formal/2018-09-01), in the part that Yamcs and COSMOS both read.

That part is: one space system and no other inside it, one abstract container that the others extend by APID, a type for
each parameter, strings of a fixed size with a terminating zero, and alarm ranges with both ends.
"""

from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from ground.mission_control.layouts import LAYOUTS
from ground.mission_control.packet_layout import Limits, PacketLayout, Parameter
from ground.mission_control.telemetry_packet import LINK_TIME, TICKS_PER_S, TIME_OCTETS
from ground.mission_control.value_types import Enumerated, Flag, Float, Text, Unsigned

_NAMESPACE = "http://www.omg.org/spec/XTCE/20180204"
_SCHEMA = "https://www.omg.org/spec/XTCE/20180204/SpaceSystem.xsd"
_ROOT = "CCSDSPacket"

# CCSDS 133.0-B 4.1.3, in bits.
_HEADER = {
    "VERSION": 3,
    "TYPE": 1,
    "SEC_HDR_FLG": 1,
    "PKT_APID": 11,
    "SEQ_FLGS": 2,
    "SRC_SEQ_CTR": 14,
    "PKT_LEN": 16,
}
_TIME, _LINK_TIME = "time", Parameter("link_time_s", LINK_TIME, "since the station began")
_ERROR_CONTROL = "packet_error_control"


def xtce_database() -> str:
    """Return the database as an XML document that ends with a line feed."""
    system = Element("SpaceSystem", {"name": "flatsat", "xmlns": _NAMESPACE, **_SCHEMA_LOCATION})
    SubElement(
        system, "LongDescription"
    ).text = "A language model in orbit and the link to it, as a ground station sees them."
    telemetry = SubElement(system, "TelemetryMetaData")
    types, parameters, containers = (
        SubElement(telemetry, name) for name in ("ParameterTypeSet", "ParameterSet", "ContainerSet")
    )
    _add_root(types, parameters, containers)
    for layout in LAYOUTS:
        _add_packet(types, parameters, containers, layout)
    ElementTree.indent(system, " ")
    return ElementTree.tostring(system, "unicode", xml_declaration=True) + "\n"


_SCHEMA_LOCATION = {
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xsi:schemaLocation": f"{_NAMESPACE} {_SCHEMA}",
}


def _add_root(types: Element, parameters: Element, containers: Element) -> None:
    """What all packets begin with; none is this alone."""
    entries = _container(containers, _ROOT, "What every packet begins with", is_abstract=True)
    for name, bits in _HEADER.items():
        _add_integer_type(types, name, bits)
        _add_entry(parameters, entries, name)
    _add_time_type(types)
    _add_entry(parameters, entries, _TIME)
    _add_type(types, _LINK_TIME.name, _LINK_TIME)
    _add_entry(parameters, entries, _LINK_TIME.name)
    _add_integer_type(types, _ERROR_CONTROL, 16)
    _add_parameter(parameters, _ERROR_CONTROL)


def _add_packet(types: Element, parameters: Element, containers: Element, layout: PacketLayout) -> None:
    """One kind of packet; its parameters' names begin with its own, because they share one name space."""
    entries = _container(containers, layout.name, layout.description)
    for parameter in layout.parameters:
        name = f"{layout.name}_{parameter.name}"
        _add_type(types, name, parameter)
        _add_entry(parameters, entries, name)
    SubElement(entries, "ParameterRefEntry", parameterRef=_ERROR_CONTROL)
    base = SubElement(containers[-1], "BaseContainer", containerRef=_ROOT)
    criteria = SubElement(base, "RestrictionCriteria")
    SubElement(criteria, "Comparison", parameterRef="PKT_APID", value=str(layout.apid))


def _container(containers: Element, name: str, description: str, is_abstract: bool = False) -> Element:
    """Add a container; return the list of its entries."""
    container = SubElement(containers, "SequenceContainer", name=name, shortDescription=description)
    if is_abstract:
        container.set("abstract", "true")
    return SubElement(container, "EntryList")


def _add_entry(parameters: Element, entries: Element, name: str) -> None:
    _add_parameter(parameters, name)
    SubElement(entries, "ParameterRefEntry", parameterRef=name)


def _add_parameter(parameters: Element, name: str) -> None:
    SubElement(parameters, "Parameter", name=name, parameterTypeRef=_type_name(name))


def _type_name(parameter: str) -> str:
    return f"{parameter}_type"


# -- types ---------------------------------------------------------------------------------------------------------


def _add_type(types: Element, name: str, parameter: Parameter) -> None:
    attributes = {"name": _type_name(name)}
    if parameter.description:
        attributes["shortDescription"] = parameter.description
    bits = str(8 * parameter.type.octets)
    match parameter.type:
        case Unsigned():
            made = SubElement(types, "IntegerParameterType", attributes, signed="false", sizeInBits=bits)
            _add_unit(made, parameter.unit)
            _add_integer_encoding(made, bits)
        case Float():
            made = SubElement(types, "FloatParameterType", attributes, sizeInBits=bits)
            _add_unit(made, parameter.unit)
            SubElement(made, "FloatDataEncoding", encoding="IEEE754_1985", sizeInBits=bits)
            _add_alarm(made, parameter.limits)
        case Flag():
            made = SubElement(types, "BooleanParameterType", attributes)
            _add_integer_encoding(made, bits)
        case Enumerated():
            made = SubElement(types, "EnumeratedParameterType", attributes)
            _add_integer_encoding(made, bits)
            _add_labels(made, parameter.type.labels)
        case Text():
            made = SubElement(types, "StringParameterType", attributes)
            _add_string_encoding(made, bits)


def _add_integer_type(types: Element, name: str, bits: int) -> None:
    made = SubElement(types, "IntegerParameterType", name=_type_name(name), signed="false", sizeInBits=str(bits))
    _add_integer_encoding(made, str(bits))


def _add_time_type(types: Element) -> None:
    """The time code as one number, of which 65536 are a second."""
    description = "when it happened, by the link's clock"
    made = SubElement(types, "AbsoluteTimeParameterType", name=_type_name(_TIME), shortDescription=description)
    encoding = SubElement(made, "Encoding", units="seconds", scale=repr(1 / TICKS_PER_S))
    _add_integer_encoding(encoding, str(8 * TIME_OCTETS))
    SubElement(SubElement(made, "ReferenceTime"), "Epoch").text = "UNIX"


def _add_unit(made: Element, unit: str) -> None:
    if unit:
        SubElement(SubElement(made, "UnitSet"), "Unit").text = unit


def _add_integer_encoding(made: Element, bits: str) -> None:
    SubElement(made, "IntegerDataEncoding", encoding="unsigned", sizeInBits=bits)


def _add_string_encoding(made: Element, bits: str) -> None:
    size = SubElement(SubElement(made, "StringDataEncoding", encoding="UTF-8"), "SizeInBits")
    SubElement(SubElement(size, "Fixed"), "FixedValue").text = bits
    SubElement(size, "TerminationChar").text = "00"


def _add_labels(made: Element, labels: tuple[str, ...]) -> None:
    listed = SubElement(made, "EnumerationList")
    for number, label in enumerate(labels):
        SubElement(listed, "Enumeration", value=str(number), label=label)


def _add_alarm(made: Element, limits: Limits | None) -> None:
    """COSMOS takes an end that is not given for 0: both are."""
    if limits is None:
        return
    ranges = SubElement(SubElement(made, "DefaultAlarm"), "StaticAlarmRanges")
    for name, (low, high) in (("WarningRange", limits.warning), ("CriticalRange", limits.critical)):
        SubElement(ranges, name, minInclusive=str(low), maxInclusive=str(high))
