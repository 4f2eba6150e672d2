import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.clcw import Clcw
from protocol.crc import append_crc16
from protocol.errors import LocalError
from protocol.sdls.frame_cipher import OVERHEAD_OCTETS
from protocol.sdls.link_ends import new_link_ends
from protocol.sdls.link_keys import SecurityMode
from protocol.sdls.security_store import MemoryStore
from protocol.sdls.sender import SecuritySender
from protocol.space_packet import SpacePacket, idle_packet, is_idle, take_packets
from protocol.telemetry import TelemetryReceiver, TelemetrySender
from protocol.tm_frame import NO_PACKET_START, ONLY_IDLE_DATA, TmFrame, data_octets

SCID, VCID, FRAME_OCTETS = 42, 1, 74
ROOM = data_octets(FRAME_OCTETS) - OVERHEAD_OCTETS
ENDS = new_link_ends(SCID, 0, VCID, SecurityMode.ENCRYPTED, random.Random(1).randbytes)
CLCW = Clcw(vcid=0, farm_b_counter=2)


def packet(count: int, octets: int = 9) -> bytes:
    """A packet of `octets` in all."""
    return SpacePacket(1, False, count, bytes([count % 256]) * (octets - 8)).encode()


def security() -> SecuritySender:
    return ENDS.flatsat.sender(MemoryStore())


def sender_of(frame_octets: int = FRAME_OCTETS) -> TelemetrySender:
    return TelemetrySender(SCID, VCID, frame_octets, security())


def frames_of(packets: list[bytes], frame_octets: int = FRAME_OCTETS) -> list[bytes]:
    sender = sender_of(frame_octets)
    for octets in packets:
        sender.push(octets)
    return list(iter(lambda: sender.next_frame(CLCW), None))


def opened(frames: list[bytes]) -> list[TmFrame]:
    """The frames without security."""
    ground = ENDS.ground.receiver(MemoryStore())
    return [ground.process(TmFrame.parse(octets)) for octets in frames]


def receiver(frame_octets: int = FRAME_OCTETS) -> TelemetryReceiver:
    return TelemetryReceiver(SCID, VCID, frame_octets, ENDS.ground.receiver(MemoryStore()))


def deliver(target: TelemetryReceiver, frames: list[bytes]) -> list[bytes]:
    return [octets for frame in frames for octets in target.receive(frame)]


def frame(sender: SecuritySender, count: int, pointer: int, data: bytes, **fields: object) -> bytes:
    made = TmFrame(SCID, VCID, count, count, pointer, data, CLCW.encode(), **fields)  # type: ignore[arg-type]
    return sender.apply(made).encode()


SIZES = st.lists(st.integers(9, 150), max_size=12)


@given(sizes=SIZES, frame_octets=st.integers(64, 130))
def test_every_packet_arrives(sizes: list[int], frame_octets: int) -> None:
    packets = [packet(count, octets) for count, octets in enumerate(sizes)]
    frames = frames_of(packets, frame_octets)
    target = receiver(frame_octets)
    assert all(len(octets) == frame_octets for octets in frames)
    assert deliver(target, frames) == packets
    assert (target.frames_received, target.gaps, target.frames_rejected) == (len(frames), 0, 0)


@given(bursts=st.lists(SIZES, max_size=6), data=st.data())
def test_under_loss_and_repetition_the_packets_received_are_a_subsequence(
    bursts: list[list[int]], data: st.DataObject
) -> None:
    sender, target = sender_of(), receiver()
    packets: list[bytes] = []
    received: list[bytes] = []
    for sizes in bursts:
        new = [packet(len(packets) + count, octets) for count, octets in enumerate(sizes)]
        packets += new
        for octets in new:
            sender.push(octets)
        for sent in iter(lambda: sender.next_frame(CLCW), None):
            received += deliver(target, [sent] * data.draw(st.integers(0, 2)))
    remaining = iter(packets)
    assert all(octets in remaining for octets in received)


@given(sizes=SIZES, data=st.data())
def test_in_any_order_no_packet_is_made_up(sizes: list[int], data: st.DataObject) -> None:
    packets = [packet(count, octets) for count, octets in enumerate(sizes)]
    shuffled = data.draw(st.permutations(frames_of(packets)))
    assert set(deliver(receiver(), shuffled)) <= set(packets)


@given(sizes=SIZES)
def test_the_data_fields_are_packets_without_a_break(sizes: list[int]) -> None:
    packets = [packet(count, octets) for count, octets in enumerate(sizes)]
    frames = opened(frames_of(packets))
    stream = b"".join(parsed.data for parsed in frames)
    found, rest = take_packets(stream)
    assert [octets for octets in found if not is_idle(octets)] == packets
    assert len(rest) < 7
    starts = {sum(map(len, found[:number])) for number in range(len(found) + bool(rest))}
    for number, parsed in enumerate(frames):
        inside = [start - number * ROOM for start in starts if 0 <= start - number * ROOM < ROOM]
        assert parsed.first_header_pointer == min(inside, default=NO_PACKET_START)


@pytest.mark.parametrize("left", range(1, 7))
def test_an_idle_packet_without_room_goes_on_in_the_next_frame(left: int) -> None:
    sender, target = sender_of(), receiver()
    sender.push(packet(1, ROOM - left))
    first = sender.next_frame(CLCW)
    assert first is not None
    assert not sender.pending
    assert sender.next_frame(CLCW) is None
    assert sender.free_octets == ROOM - (7 - left)
    sender.push(packet(2))
    second = sender.next_frame(CLCW)
    assert second is not None
    assert opened([first, second])[1].first_header_pointer == 7 - left
    assert deliver(target, [first, second]) == [packet(1, ROOM - left), packet(2)]


@given(sizes=SIZES)
def test_free_octets_is_the_longest_packet_that_the_next_frame_completes(sizes: list[int]) -> None:
    sender, target = sender_of(), receiver()
    for count, octets in enumerate(sizes):
        sender.push(packet(count, octets))
        if sender.free_octets >= 9:
            fitting = packet(99, sender.free_octets)
            sender.push(fitting)
            assert sender.free_octets == 0
            assert target.receive(sender.next_frame(CLCW) or b"")[-1:] == [fitting]
        while sender.pending:
            target.receive(sender.next_frame(CLCW) or b"")


def test_nothing_is_sent_when_nothing_is_pending() -> None:
    sender = sender_of()
    assert sender.next_frame(CLCW) is None
    assert not sender.pending
    assert sender.free_octets == ROOM == 32


def test_counts_wrap_and_show_no_gap() -> None:
    packets = [packet(count, ROOM) for count in range(600)]
    target = receiver()
    assert deliver(target, frames_of(packets)) == packets
    assert target.gaps == 0


def test_the_receiver_starts_in_the_middle_and_resynchronises_after_a_gap() -> None:
    packets = [packet(count, 20) for count in range(16)]  # 10 frames
    target = receiver()
    frames = frames_of(packets)
    assert deliver(target, frames[1:4] + frames[6:]) == packets[2:6] + packets[10:]
    assert target.gaps == 1
    assert target.frames_received == 7


def test_repeated_frames_are_dropped_and_counted() -> None:
    packets = [packet(count, 20) for count in range(16)]
    frames = frames_of(packets)
    target = receiver()
    late = [frames[0], frames[1], frames[0], frames[1], *frames[2:]]
    assert deliver(target, late) == packets
    assert (target.frames_repeated, target.gaps) == (2, 0)


@pytest.mark.parametrize("tail", [7, 18, 20, 23])  # of a packet whose last 18 octets are still to come
def test_256_lost_frames_show_by_the_first_header_pointer(tail: int) -> None:
    target, sender = receiver(), security()
    start, other = packet(1, ROOM + 18), packet(2, ROOM - tail)
    assert target.receive(frame(sender, 0, 0, start[:ROOM])) == []
    received = target.receive(frame(sender, 1, tail, (start[ROOM:] + bytes(10))[:tail] + other))
    assert received == ([start, other] if tail == 18 else [other])
    assert target.gaps == 0


def test_a_frame_of_idle_data_gives_no_packet_and_no_gap() -> None:
    target, sender = receiver(), security()
    frames = [frame(sender, 0, ONLY_IDLE_DATA, bytes(ROOM)), frame(sender, 1, 0, packet(1, ROOM))]
    assert deliver(target, frames) == [packet(1, ROOM)]
    assert target.gaps == 0


def test_idle_packets_are_left_out() -> None:
    assert receiver().receive(frame(security(), 0, 0, idle_packet(10) + packet(1, ROOM - 10))) == [packet(1, ROOM - 10)]


def test_the_last_clcw_is_kept_and_other_words_are_passed_over() -> None:
    target, sender = receiver(), security()
    assert target.clcw is None
    target.receive(frame(sender, 0, 0, packet(1, ROOM)))
    assert target.clcw == CLCW
    other = TmFrame(SCID, VCID, 1, 1, 0, packet(2, ROOM), b"\x80\0\0\0")
    assert target.receive(sender.apply(other).encode()) == [packet(2, ROOM)]
    assert target.clcw == CLCW


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        frame(security(), 0, 0, packet(1, ROOM))[:-1] + b"\0",
        frame(security(), 0, 0, packet(1, ROOM + 1)),
        frame(security(), 0, 0, packet(1, ROOM), sync_flag=True),
        TmFrame(SCID, VCID, 0, 0, 0, packet(1, ROOM + 30), CLCW.encode()).encode(),
        TmFrame(SCID + 1, VCID, 0, 0, 0, packet(1, ROOM), CLCW.encode()).encode(),
        TmFrame(SCID, VCID + 1, 0, 0, 0, packet(1, ROOM), CLCW.encode()).encode(),
    ],
)
def test_malformed_frames_and_those_of_other_channels_are_rejected(octets: bytes) -> None:
    target = receiver()
    assert target.receive(octets) == []
    assert (target.frames_rejected, target.frames_received, target.clcw) == (1, 0, None)


@given(frames=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2047), st.binary(min_size=ROOM, max_size=ROOM))))
def test_any_data_field_is_taken_without_an_error(frames: list[tuple[int, int, bytes]]) -> None:
    target, sender = receiver(), security()
    for count, pointer, data in frames:
        if pointer < ROOM or pointer >= ONLY_IDLE_DATA:
            target.receive(frame(sender, count, pointer, data))
        header = bytes([2, SCID << 4 & 0xF0 | VCID << 1 | 1, count, count, 0x18 | pointer >> 8, pointer & 0xFF])
        target.receive(append_crc16(header + data + bytes(34)))


@pytest.mark.parametrize("arguments", [(1024, 0, 100), (0, 8, 100), (0, 0, 63), (0, 0, 2049)])
def test_a_channel_out_of_range_is_the_callers_mistake(arguments: tuple[int, int, int]) -> None:
    with pytest.raises(LocalError):
        TelemetrySender(*arguments, security())
    with pytest.raises(LocalError):
        TelemetryReceiver(*arguments, ENDS.ground.receiver(MemoryStore()))


def test_only_packets_are_pushed() -> None:
    with pytest.raises(LocalError):
        sender_of().push(b"not a packet")


def test_an_idle_frame_holds_only_idle_data_and_counts_on() -> None:
    """CCSDS 132.0-B 4.1.2.7.6: the first header pointer of a frame that holds only idle data is 2046."""
    sender, target = sender_of(), receiver()
    idle = [sender.idle_frame(CLCW)]
    sender.push(packet(1, ROOM))
    whole = sender.next_frame(CLCW)
    assert whole is not None
    idle += [sender.idle_frame(CLCW), sender.idle_frame(CLCW)]
    in_order = [idle[0], whole, *idle[1:]]
    assert [each.first_header_pointer for each in opened(in_order)] == [2046, 0, 2046, 2046]
    assert [TmFrame.parse(octets).vc_count for octets in in_order] == [0, 1, 2, 3]
    assert all(len(octets) == FRAME_OCTETS for octets in in_order)
    assert TmFrame.parse(idle[0]).ocf == CLCW.encode()
    assert deliver(target, in_order) == [packet(1, ROOM)]
    assert (target.gaps, target.frames_received) == (0, 4)


@given(sizes=SIZES, idle=st.lists(st.integers(0, 3), min_size=1, max_size=20))
def test_idle_frames_between_others_change_nothing(sizes: list[int], idle: list[int]) -> None:
    """However many come between, and though a packet is begun: every packet arrives, and no gap is seen."""
    sender, target = sender_of(), receiver()
    packets = [packet(count, octets) for count, octets in enumerate(sizes)]
    received: list[bytes] = []
    for number, octets in enumerate(packets):
        sender.push(octets)
        for sent in iter(lambda: sender.next_frame(CLCW), None):
            received += deliver(target, [sent, *(sender.idle_frame(CLCW) for _ in range(idle[number % len(idle)]))])
    assert received == packets
    assert (target.gaps, target.frames_rejected, target.frames_repeated) == (0, 0, 0)
    assert target.clcw in (CLCW, None)


@pytest.mark.parametrize("left", range(1, 7))
def test_the_rest_of_an_idle_packet_goes_before_idle_data(left: int) -> None:
    sender, target = sender_of(), receiver()
    sender.push(packet(1, ROOM - left))
    first, rest, idle = sender.next_frame(CLCW), sender.idle_frame(CLCW), sender.idle_frame(CLCW)
    assert first is not None
    assert [each.first_header_pointer for each in opened([first, rest, idle])] == [0, 7 - left, 2046]
    assert deliver(target, [first, rest, idle]) == [packet(1, ROOM - left)]
    assert not sender.pending
