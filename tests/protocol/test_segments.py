import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import LocalError, RemoteError
from protocol.segments import SegmentJoiner, cut_into_segments
from protocol.space_packet import SpacePacket


def packet(count: int, octets: int = 1) -> bytes:
    return SpacePacket(1, True, count, bytes([count]) * octets).encode()


def join(joiner: SegmentJoiner, segments: list[bytes]) -> list[bytes]:
    return [octets for segment in segments for octets in joiner.join(segment)]


def parses(octets: bytes) -> bool:
    try:
        SpacePacket.parse(octets)
    except RemoteError:
        return False
    return True


def test_a_packet_that_fits_goes_unsegmented() -> None:
    assert cut_into_segments(packet(1), 64) == [b"\xc0" + packet(1)]


def test_a_longer_packet_is_segmented_and_no_segment_is_too_long() -> None:
    segments = cut_into_segments(packet(1, 20), 9)  # 28 octets, 8 to a segment
    assert [segment[0] for segment in segments] == [0x40, 0x00, 0x00, 0x80]
    assert [len(segment) for segment in segments] == [9, 9, 9, 5]


@given(sizes=st.lists(st.integers(1, 200), max_size=6), max_octets=st.integers(2, 100))
def test_every_packet_arrives(sizes: list[int], max_octets: int) -> None:
    packets = [packet(count, octets) for count, octets in enumerate(sizes)]
    segments = [segment for octets in packets for segment in cut_into_segments(octets, max_octets)]
    joiner = SegmentJoiner()
    assert all(len(segment) <= max_octets for segment in segments)
    assert join(joiner, segments) == packets
    assert (joiner.partial, joiner.misfits) == (b"", 0)


@given(size=st.integers(1, 100), after=st.integers(0, 20))
def test_a_packet_that_has_begun_goes_on_in_another_joiner(size: int, after: int) -> None:
    segments = cut_into_segments(packet(1, size), 9)
    first = SegmentJoiner()
    received = join(first, segments[:after])
    assert received + join(SegmentJoiner(first.partial), segments[after:]) == [packet(1, size)]


@given(sizes=st.lists(st.integers(1, 60), max_size=8), data=st.data())
def test_under_loss_the_packets_that_parse_are_a_subsequence(sizes: list[int], data: st.DataObject) -> None:
    packets = [packet(count, octets) for count, octets in enumerate(sizes)]
    segments = [segment for octets in packets for segment in cut_into_segments(octets, 9)]
    received = join(SegmentJoiner(), [segment for segment in segments if data.draw(st.booleans())])
    remaining = iter(packets)
    assert all(octets in remaining for octets in received if parses(octets))


def test_segments_of_two_packets_may_join_and_the_packets_crc_shows_it() -> None:
    first, second = (cut_into_segments(packet(number, 12), 9) for number in (1, 2))
    received = join(SegmentJoiner(), [first[0], first[1], second[2]])
    assert len(received) == 1
    assert not parses(received[0])


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        ([0, 1, 2], ["first"]),
        ([0, 1, 3], ["second"]),  # the sequence breaks off
        ([1, 2, 3], ["second"]),  # its first is lost
        ([0, 2, 3], ["second"]),  # a middle part is lost: too short
        ([0, 1, 1, 2, 3], ["second"]),  # a part comes twice: too long
    ],
)
def test_incomplete_sequences_are_dropped(kept: list[int], expected: list[str]) -> None:
    packets = {"first": packet(1, 12), "second": packet(2)}
    segments = cut_into_segments(packets["first"], 9) + cut_into_segments(packets["second"], 32)
    joiner = SegmentJoiner()
    assert join(joiner, [segments[number] for number in kept]) == [packets[name] for name in expected]
    assert bool(joiner.misfits) == (expected != ["first"])


def test_several_packets_in_one_segment_are_all_returned() -> None:
    assert SegmentJoiner().join(b"\xc0" + packet(1) + packet(2, 5)) == [packet(1), packet(2, 5)]


def test_octets_beyond_the_longest_packet_are_dropped() -> None:
    joiner = SegmentJoiner()
    header = b"\x10\x01\xc0\x00\xff\xff"
    assert join(joiner, [b"\x40" + header] + [bytes(1 + 1016)] * 65) == []
    assert joiner.misfits == 1


def test_another_maps_segment_is_a_misfit_and_changes_nothing() -> None:
    segments = cut_into_segments(packet(1, 12), 9)
    joiner = SegmentJoiner()
    joiner.join(segments[0])
    assert joiner.join(b"\xc1" + packet(2)) == []
    assert joiner.misfits == 1
    assert join(joiner, segments[1:]) == [packet(1, 12)]


@given(segments=st.lists(st.binary(min_size=1, max_size=30), max_size=20))
def test_any_segments_are_taken_without_an_error(segments: list[bytes]) -> None:
    join(SegmentJoiner(), segments)


def test_only_packets_are_cut() -> None:
    with pytest.raises(LocalError):
        cut_into_segments(packet(1) + b"x", 20)
