from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground.mission_control.telemetry_packet import OVERHEAD_OCTETS, TelemetryPacket
from protocol.crc import crc16_matches
from protocol.errors import LocalError
from protocol.space_packet import packet_octets

PACKETS = st.builds(
    TelemetryPacket,
    st.integers(0, 2046),
    st.integers(0, 16383),
    st.floats(0, 2**32 - 1),
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    st.binary(max_size=200),
)


def test_the_octets_of_a_packet() -> None:
    """Header (133.0-B 4.1.3), 2026-11-22 14:00:00.5 UTC as seconds since 1970 and 65536th parts, link time 1.0."""
    moment = datetime(2026, 11, 22, 14, 0, 0, 500_000, tzinfo=timezone.utc)
    octets = TelemetryPacket(0x64, 5, moment.timestamp(), 1.0, b"\xaa").encode()
    assert octets[:-2].hex() == "0864" + "c005" + "0010" + "6b02f5608000" + "3ff0000000000000" + "aa"
    assert crc16_matches(octets)


@given(packet=PACKETS)
def test_the_header_names_the_length(packet: TelemetryPacket) -> None:
    octets = packet.encode()
    assert packet_octets(octets) == len(octets) == OVERHEAD_OCTETS + len(packet.data)
    assert crc16_matches(octets)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("apid", (2047, 0, 0.0, None, b"")),
        ("sequence_count", (0, 16384, 0.0, None, b"")),
        ("utc_s", (0, 0, -1.0, None, b"")),
        ("utc_s", (0, 0, 2.0**32, None, b"")),
        ("data", (0, 0, 0.0, None, bytes(1500))),
    ],
)
def test_what_does_not_fit_is_refused(field: str, values: tuple[int, int, float, None, bytes]) -> None:
    with pytest.raises(LocalError, match=field):
        TelemetryPacket(*values)


def test_a_peer_reads_the_header() -> None:
    ccsds = pytest.importorskip("spacepackets.ccsds", reason="needs the Python package spacepackets")
    octets = TelemetryPacket(1234, 16383, 1.0, None, bytes(50)).encode()
    header = ccsds.SpacePacketHeader.unpack(octets)
    assert (header.apid, header.seq_count, header.sec_header_flag) == (1234, 16383, True)
    assert header.packet_type == ccsds.PacketType.TM
    assert header.packet_len == len(octets)
