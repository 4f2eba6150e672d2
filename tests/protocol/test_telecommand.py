import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import LocalError, RemoteError
from protocol.space_packet import SpacePacket
from protocol.tc_frame import TcFrame
from protocol.telecommand import TelecommandReceiver, TelecommandSender

SCID, VCID = 42, 1


def packet(count: int, octets: int = 1) -> bytes:
    return SpacePacket(1, True, count, bytes([count]) * octets).encode()


def frames_of(sender: TelecommandSender) -> list[bytes]:
    return list(iter(sender.next_frame, None))


def segmented(octets: bytes, max_frame_octets: int = 16) -> list[bytes]:
    sender = TelecommandSender(SCID, VCID, max_frame_octets)
    sender.push(octets)
    return frames_of(sender)


def deliver(receiver: TelecommandReceiver, frames: list[bytes]) -> list[bytes]:
    return [octets for frame in frames for octets in receiver.receive(frame)]


def bd_frame(data: bytes, scid: int = SCID, vcid: int = VCID) -> bytes:
    return TcFrame(scid, vcid, True, False, 0, data).encode()


def test_a_packet_that_fits_goes_unsegmented() -> None:
    (frame,) = segmented(packet(1), 64)
    assert TcFrame.parse(frame) == TcFrame(SCID, VCID, True, False, 0, b"\xc0" + packet(1))


def test_a_longer_packet_is_segmented_and_no_frame_is_too_long() -> None:
    frames = segmented(packet(1, 20))  # 28 octets, 8 to a frame
    assert [TcFrame.parse(frame).data[0] for frame in frames] == [0x40, 0x00, 0x00, 0x80]
    assert [len(frame) for frame in frames] == [16, 16, 16, 12]


@given(sizes=st.lists(st.integers(1, 200), max_size=6), max_frame_octets=st.integers(9, 100))
def test_every_packet_arrives(sizes: list[int], max_frame_octets: int) -> None:
    sender, receiver = TelecommandSender(SCID, VCID, max_frame_octets), TelecommandReceiver(SCID, VCID)
    packets = [packet(count, octets) for count, octets in enumerate(sizes)]
    for octets in packets:
        sender.push(octets)
    frames = frames_of(sender)
    assert all(len(frame) <= max_frame_octets for frame in frames)
    assert deliver(receiver, frames) == packets
    assert (receiver.frames_accepted, receiver.frames_rejected, receiver.misfits) == (len(frames), 0, 0)


@given(sizes=st.lists(st.integers(1, 60), max_size=8), data=st.data())
def test_under_loss_the_packets_that_parse_are_a_subsequence(sizes: list[int], data: st.DataObject) -> None:
    packets = [packet(count, octets) for count, octets in enumerate(sizes)]
    frames = [frame for octets in packets for frame in segmented(octets)]
    kept = [frame for frame in frames if data.draw(st.booleans())]
    received = deliver(TelecommandReceiver(SCID, VCID), kept)
    intact = [octets for octets in received if parses(octets)]
    remaining = iter(packets)
    assert all(octets in remaining for octets in intact)


def parses(octets: bytes) -> bool:
    try:
        SpacePacket.parse(octets)
    except RemoteError:
        return False
    return True


def test_segments_of_two_packets_may_join_and_the_packets_crc_shows_it() -> None:
    first, second = segmented(packet(1, 12)), segmented(packet(2, 12))
    received = deliver(TelecommandReceiver(SCID, VCID), [first[0], first[1], second[2]])
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
    frames = segmented(packets["first"]) + segmented(packets["second"], 32)
    receiver = TelecommandReceiver(SCID, VCID)
    assert deliver(receiver, [frames[number] for number in kept]) == [packets[name] for name in expected]
    assert bool(receiver.misfits) == (expected != ["first"])


def test_several_packets_in_one_frame_are_all_returned() -> None:
    frame = bd_frame(b"\xc0" + packet(1) + packet(2, 5))
    assert TelecommandReceiver(SCID, VCID).receive(frame) == [packet(1), packet(2, 5)]


def test_octets_beyond_the_longest_packet_are_dropped() -> None:
    receiver = TelecommandReceiver(SCID, VCID)
    header = b"\x10\x01\xc0\x00\xff\xff"
    parts = [b"\x40" + header] + [bytes(1 + 1016)] * 65
    assert deliver(receiver, [bd_frame(part) for part in parts]) == []
    assert receiver.misfits == 1


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        bd_frame(b"\xc0" + packet(1))[:-1],
        bd_frame(b"\xc0" + packet(1), scid=43),
        bd_frame(b"\xc0" + packet(1), vcid=2),
        bd_frame(b"\xc1" + packet(1)),  # MAP 1
        TcFrame(SCID, VCID, False, False, 0, b"\xc0" + packet(1)).encode(),  # AD
        TcFrame(SCID, VCID, True, True, 0, b"\x00").encode(),  # BC
    ],
)
def test_frames_of_other_kinds_and_channels_are_rejected(frame: bytes) -> None:
    receiver = TelecommandReceiver(SCID, VCID)
    assert receiver.receive(frame) == []
    assert (receiver.frames_accepted, receiver.frames_rejected) == (0, 1)


@given(data=st.binary(min_size=1, max_size=30).map(lambda data: bytes([data[0] & 0xC0]) + data[1:]))
def test_any_segment_is_taken_without_an_error(data: bytes) -> None:
    receiver = TelecommandReceiver(SCID, VCID)
    receiver.receive(bd_frame(data))
    assert receiver.frames_accepted == 1


def test_the_clcw_counts_accepted_frames_modulo_4() -> None:
    receiver = TelecommandReceiver(SCID, VCID)
    for _ in range(7):
        receiver.receive(bd_frame(b"\xc0" + packet(1)))
    assert receiver.clcw.farm_b_counter == 3
    assert receiver.clcw.vcid == VCID


@pytest.mark.parametrize("arguments", [(1024, 0, 100), (0, 64, 100), (0, 0, 8), (0, 0, 1025)])
def test_a_channel_out_of_range_is_the_callers_mistake(arguments: tuple[int, int, int]) -> None:
    with pytest.raises(LocalError):
        TelecommandSender(*arguments)


@pytest.mark.parametrize("arguments", [(1024, 0), (0, 64)])
def test_a_receivers_channel_out_of_range_is_the_callers_mistake(arguments: tuple[int, int]) -> None:
    with pytest.raises(LocalError):
        TelecommandReceiver(*arguments)


def test_only_packets_are_pushed() -> None:
    with pytest.raises(LocalError):
        TelecommandSender(SCID, VCID, 100).push(packet(1) + b"x")
