import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.crc import append_crc16, crc16_matches
from protocol.errors import LocalError, RemoteError
from protocol.space_packet import (
    SpacePacket,
    check_packet,
    idle_packet,
    is_idle,
    packet_octets,
    take_packets,
)

PACKETS = st.builds(
    SpacePacket, st.integers(0, 2046), st.booleans(), st.integers(0, 16383), st.binary(min_size=1, max_size=300)
)


def test_the_octets_of_a_packet() -> None:
    packet = SpacePacket(apid=0x123, is_telecommand=True, sequence_count=5, data=b"\xaa")
    octets = packet.encode()
    assert octets[:-2].hex() == "1123c0050002aa"
    assert crc16_matches(octets)


@given(packet=PACKETS)
def test_round_trip(packet: SpacePacket) -> None:
    octets = packet.encode()
    assert SpacePacket.parse(octets) == packet
    assert packet_octets(octets) == len(octets)
    check_packet(octets)
    assert not is_idle(octets)


@given(octets=st.binary(max_size=40))
def test_any_octets_parse_or_are_refused(octets: bytes) -> None:
    try:
        packet = SpacePacket.parse(octets)
    except RemoteError:
        return
    assert packet.encode() == octets


@given(body=st.binary(min_size=6, max_size=20))
def test_any_header_with_a_good_crc_parses_or_is_refused(body: bytes) -> None:
    octets = append_crc16(bytes([body[0] & 0x1F, body[1], body[2] | 0xC0, body[3], 0, len(body) - 5]) + body[6:])
    try:
        packet = SpacePacket.parse(octets)
    except RemoteError:
        return
    assert packet.encode() == octets


def test_a_packet_without_data_is_refused() -> None:
    with pytest.raises(RemoteError, match="too few"):
        SpacePacket.parse(append_crc16(bytes.fromhex("0001c0000001")))


@given(packet=PACKETS, position=st.integers(0), value=st.integers(1, 255))
def test_one_wrong_octet_is_refused(packet: SpacePacket, position: int, value: int) -> None:
    octets = bytearray(packet.encode())
    octets[position % len(octets)] ^= value
    with pytest.raises(RemoteError):
        SpacePacket.parse(bytes(octets))


@pytest.mark.parametrize(
    "fields",
    [
        {"apid": 2047},
        {"apid": -1},
        {"is_telecommand": 1},
        {"sequence_count": 16384},
        {"data": b""},
        {"data": bytes(65535)},
        {"data": bytearray(1)},
    ],
)
def test_a_field_out_of_range_is_the_callers_mistake(fields: dict[str, object]) -> None:
    good: dict[str, object] = {"apid": 1, "is_telecommand": False, "sequence_count": 0, "data": b"x"}
    with pytest.raises(LocalError) as caught:
        SpacePacket(**(good | fields))  # type: ignore[arg-type]
    assert caught.value.field in fields


def test_the_longest_packet() -> None:
    packet = SpacePacket(1, False, 0, bytes(65534))
    assert len(packet.encode()) == 65542
    assert SpacePacket.parse(packet.encode()) == packet


@pytest.mark.parametrize(
    ("position", "mask", "what"),
    [
        (0, 0x20, "packet version number"),
        (0, 0x08, "secondary header flag"),
        (2, 0x80, "sequence flags"),
        (5, 0x01, "space packet"),
        (8, 0x01, "packet error control"),
    ],
)
def test_each_refusal_names_what_is_wrong(position: int, mask: int, what: str) -> None:
    octets = bytearray(SpacePacket(1, False, 0, b"xy").encode())
    octets[position] ^= mask
    with pytest.raises(RemoteError) as caught:
        SpacePacket.parse(bytes(octets))
    assert caught.value.what == what


@pytest.mark.parametrize("octets", [7, 8, 100, 65542])
def test_an_idle_packet_has_the_length_asked_for(octets: int) -> None:
    packet = idle_packet(octets)
    assert len(packet) == packet_octets(packet) == octets
    assert is_idle(packet)
    with pytest.raises(RemoteError):
        SpacePacket.parse(packet)


@pytest.mark.parametrize("octets", [6, 65543])
def test_an_idle_packet_cannot_have_any_length(octets: int) -> None:
    with pytest.raises(LocalError):
        idle_packet(octets)


@given(packets=st.lists(PACKETS, max_size=5), rest=st.integers(0, 8))
def test_packets_laid_end_to_end_are_cut_apart(packets: list[SpacePacket], rest: int) -> None:
    beginning = SpacePacket(7, False, 0, b"x").encode()[:rest]
    octets = [packet.encode() for packet in packets]
    assert take_packets(b"".join(octets) + beginning) == (octets, beginning)


@pytest.mark.parametrize("packet", [b"", bytes(6), bytes(8), b"\xe0" + bytes(6), bytearray(7)])
def test_what_is_not_one_packet_is_the_callers_mistake(packet: bytes) -> None:
    with pytest.raises(LocalError):
        check_packet(packet)
