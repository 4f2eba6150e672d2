from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.cop1.farm import FarmVariables
from protocol.cop1.farm_table import FarmState
from protocol.cop1.fop_settings import FopSettings
from protocol.cop1.fop_table import AlertReason, FopState
from protocol.errors import LocalError, RemoteError
from protocol.sdls.association import Direction
from protocol.sdls.link_ends import LinkEnds
from protocol.sdls.security_store import MemoryStore
from protocol.space_packet import SpacePacket
from protocol.tc_frame import TcFrame
from protocol.telecommand import TelecommandReceiver, TelecommandSender, TelecommandState, TelecommandStatus

MAX_OCTETS = 64
STEP_S = 0.1
SETTINGS = FopSettings(t1_initial_s=1.0, timeout_type=0, transmission_limit=5, window_frames=6)


def packet(count: int, octets: int = 1) -> bytes:
    return SpacePacket(1, True, count, bytes([count % 256]) * octets).encode()


class Channel:
    """Both ends of a telecommand channel; what `lost` says is lost, frames and reports."""

    def __init__(self, ends: LinkEnds, settings: FopSettings = SETTINGS, state: TelecommandState | None = None) -> None:
        sent, heard = ends.ground.send, ends.flatsat.receive[0]
        self.ends, self.store = ends, MemoryStore()
        self.sender = TelecommandSender(sent.scid, sent.vcid, MAX_OCTETS, ends.ground.sender(MemoryStore()), settings)
        self.start_receiver(state)
        self.received: list[bytes] = []
        self.frames: list[bytes] = []
        self.now_s = 0.0
        assert heard.direction is Direction.TELECOMMAND

    def start_receiver(self, state: TelecommandState | None) -> None:
        heard = self.ends.flatsat.receive[0]
        self.receiver = TelecommandReceiver(heard.scid, heard.vcid, self.ends.flatsat.receiver(self.store), state)

    def step(self, lost: bool = False, report_lost: bool = False) -> None:
        self.now_s += STEP_S
        self.sender.tick(self.now_s)
        frame = self.sender.next_frame(self.now_s)
        if frame is not None:
            self.frames.append(frame)
            if not lost:
                self.received += self.receiver.receive(frame)
        if not report_lost:
            self.sender.clcw_received(self.receiver.clcw, self.now_s)

    def settle(self) -> list[int]:
        for _ in range(100):
            self.step()
        return self.sender.delivered()


@pytest.fixture
def channel(ends: LinkEnds) -> Channel:
    return Channel(ends)


def step_until(channel: Channel, done: Callable[[], bool]) -> None:
    for _ in range(100):
        if done():
            return
        channel.step()
    raise AssertionError("in vain")


def test_what_becomes_of_a_packet_can_be_watched(channel: Channel) -> None:
    first, second = (channel.sender.packet(channel.sender.push(packet(n, 60))) for n in (1, 2))
    assert first is not None
    assert second is not None
    assert len(first.segments) == len(second.segments) == 3
    assert (first.confirmed, first.frames_sent) == (0, 0)
    step_until(channel, lambda: first.confirmed == 2)
    assert (first.frames_sent, second.frames_sent) == (2, 0)
    assert channel.sender.packet(first.number) is first
    channel.settle()
    assert channel.sender.packet(first.number) is None
    assert [(one.confirmed, one.frames_sent, one.frames_resent) for one in (first, second)] == [(3, 3, 0)] * 2


def test_repeated_frames_count_for_the_packet_that_they_are_of(channel: Channel) -> None:
    step_until(channel, lambda: channel.sender.ready)
    first, second = (channel.sender.packet(channel.sender.push(packet(n, 60))) for n in (1, 2))
    assert first is not None
    assert second is not None
    channel.step()
    channel.step(lost=True)
    channel.settle()
    assert first.frames_sent == 3 + first.frames_resent
    assert second.frames_sent == 3 + second.frames_resent
    assert first.frames_resent + second.frames_resent == channel.sender.frames_resent > 0
    assert first.frames_resent


def test_what_goes_again_after_an_alert_counts_as_sent_again(channel: Channel) -> None:
    step_until(channel, lambda: channel.sender.ready)
    one = channel.sender.packet(channel.sender.push(packet(1, 60)))
    assert one is not None
    while not channel.sender.alerts:
        channel.step(lost=True, report_lost=True)
    assert one.confirmed == 0
    lost = one.frames_sent
    assert (lost > 3, one.frames_resent) == (True, lost - 3)
    step_until(channel, lambda: one.frames_sent > lost)
    assert (one.frames_sent, one.frames_resent) == (lost + 1, lost - 2)
    channel.settle()
    assert (one.frames_sent, one.frames_resent) == (lost + 3, lost)


def test_where_the_sender_stands(channel: Channel) -> None:
    assert channel.sender.status == TelecommandStatus(FopState.INITIAL, 0, 0, 0, 0, None)
    step_until(channel, lambda: channel.sender.ready)
    ready = channel.sender.status
    assert (ready.state, ready.v_s, ready.outstanding) == (FopState.ACTIVE, ready.nn_r, 0)
    assert ready.heard == channel.receiver.clcw
    channel.sender.push(packet(1, 130))
    assert (channel.sender.status.outstanding, channel.sender.status.waiting) == (0, 6)
    channel.step(report_lost=True)
    sent = channel.sender.status
    assert (sent.v_s, sent.outstanding) == ((ready.v_s + 2) % 256, 2), "one has left, one waits to be taken"
    assert sent.outstanding + sent.waiting == 6
    channel.settle()
    assert channel.sender.status == TelecommandStatus(
        FopState.ACTIVE, (ready.v_s + 6) % 256, (ready.v_s + 6) % 256, 0, 0, channel.receiver.clcw
    )


def opened(channel: Channel) -> list[TcFrame]:
    """The frames sent, without security."""
    receiver = channel.ends.flatsat.receiver(MemoryStore())
    return [receiver.process(TcFrame.parse(frame)) for frame in channel.frames]


def test_the_service_begins_with_unlock_and_set_vr_and_packets_follow_in_sequence(channel: Channel) -> None:
    numbers = [channel.sender.push(packet(1, 40)), channel.sender.push(packet(2))]
    assert channel.sender.backlog
    assert not channel.sender.ready
    assert channel.settle() == numbers
    assert channel.sender.delivered() == []
    assert channel.sender.ready
    assert not channel.sender.backlog
    assert channel.received == [packet(1, 40), packet(2)]
    frames = opened(channel)
    assert [(frame.bypass, frame.control_command) for frame in frames] == [*2 * [(True, True)], *3 * [(False, False)]]
    assert [frame.data for frame in frames[:2]] == [b"\x00", b"\x82\x00\x80"]
    assert [frame.sequence_number for frame in frames[2:]] == [128, 129, 130]
    assert [frame.data[0] for frame in frames[2:]] == [0x40, 0x80, 0xC0]
    assert not channel.sender.alerts
    assert all(len(frame) <= MAX_OCTETS for frame in channel.frames)


@given(sizes=st.lists(st.integers(1, 60), max_size=6), losses=st.lists(st.tuples(st.booleans(), st.booleans())))
def test_whatever_is_lost_every_packet_arrives_once(
    ends: LinkEnds, sizes: list[int], losses: list[tuple[bool, bool]]
) -> None:
    channel = Channel(ends)
    packets = [packet(count, octets) for count, octets in enumerate(sizes)]
    numbers = [channel.sender.push(octets) for octets in packets]
    for lost, report_lost in losses:
        channel.step(lost, report_lost)
    delivered = channel.sender.delivered() + channel.settle()
    assert delivered == numbers
    if not channel.sender.alerts:
        assert channel.received == packets
    assert list(dict.fromkeys(channel.received)) == packets


def test_more_than_256_frames_wrap_the_count(channel: Channel) -> None:
    packets = [packet(count) for count in range(600)]
    for octets in packets:
        channel.sender.push(octets)
    while channel.sender.backlog:
        channel.step(lost=len(channel.frames) % 7 == 3)
    channel.settle()
    assert channel.received == packets
    assert not channel.sender.alerts


def test_out_of_contact_no_time_passes(channel: Channel) -> None:
    channel.settle()
    channel.sender.push(packet(1))
    channel.step(lost=True)
    channel.now_s += 1e5
    assert channel.settle() == [1]
    assert not channel.sender.alerts


def test_after_an_alert_what_is_not_confirmed_goes_again_from_its_first_segment(channel: Channel) -> None:
    channel.settle()
    channel.sender.push(packet(1, 40))
    channel.step()
    for _ in range(80):
        channel.step(lost=True)
    assert channel.sender.alerts[AlertReason.T1] > 0
    assert channel.settle() == [1]
    assert channel.received == [packet(1, 40)]


def test_a_receiver_that_forgot_everything_is_begun_anew(channel: Channel) -> None:
    for count in range(10):
        channel.sender.push(packet(count))
    channel.settle()
    channel.start_receiver(None)
    number = channel.sender.push(packet(99))
    assert channel.settle() == [number]
    assert channel.received[-1] == packet(99)


@pytest.mark.parametrize("v_r", [3, 100, 128, 250])
def test_a_receiver_with_another_memory_is_begun_anew(ends: LinkEnds, v_r: int) -> None:
    state = TelecommandState(FarmVariables(FarmState.LOCKOUT, v_r, lockout=True, retransmit=True), b"rest")
    channel = Channel(ends, state=state)
    channel.sender.push(packet(1))
    assert channel.settle() == [1]
    assert channel.received == [packet(1)]


def test_a_receiver_that_kept_its_state_goes_on_in_the_middle_of_a_packet(channel: Channel) -> None:
    channel.settle()
    channel.sender.push(packet(1, 60))
    channel.step()
    assert channel.receiver.state.partial
    channel.start_receiver(TelecommandState.parse(channel.receiver.state.encode()))
    assert channel.settle() == [1]
    assert channel.received == [packet(1, 60)]
    assert not channel.sender.alerts


@given(
    v_r=st.integers(0, 255),
    flag=st.sampled_from(["", "lockout", "wait"]),
    retransmit=st.booleans(),
    counter=st.integers(0, 3),
    partial=st.binary(max_size=50),
)
def test_a_state_is_what_was_written(v_r: int, flag: str, retransmit: bool, counter: int, partial: bytes) -> None:
    state = {"": FarmState.OPEN, "lockout": FarmState.LOCKOUT, "wait": FarmState.WAIT}[flag]
    farm = FarmVariables(state, v_r, flag == "lockout", flag == "wait", retransmit, counter)
    kept = TelecommandState(farm, partial)
    assert TelecommandState.parse(kept.encode()) == kept


@pytest.mark.parametrize("octets", [b"", b"\0", b"\0\x20", b"\0\xff"])
def test_octets_that_are_no_state_are_refused(octets: bytes) -> None:
    with pytest.raises(RemoteError):
        TelecommandState.parse(octets)


def test_frames_that_are_not_ours_change_nothing(channel: Channel) -> None:
    channel.settle()
    before, good = channel.receiver.state, channel.receiver.frames_accepted
    ours = channel.ends.ground.send
    frames = [b"", b"x" * 40, TcFrame(ours.scid, ours.vcid, False, False, 0, b"\xc0" + packet(1)).encode()]
    frames += [TcFrame(ours.scid, ours.vcid, True, True, 0, b"\x00").encode(), *channel.frames]
    for frame in frames:
        assert channel.receiver.receive(frame) == []
    assert channel.receiver.state == before
    assert (channel.receiver.frames_accepted, channel.receiver.frames_rejected) == (good, len(frames))


def test_a_frame_that_comes_again_by_the_sender_is_ours_and_discarded(channel: Channel) -> None:
    channel.settle()
    channel.sender.push(packet(1))
    channel.step(report_lost=True)
    for _ in range(15):
        channel.step(report_lost=True)
    assert channel.received == [packet(1)]
    assert channel.receiver.farm.discards.total() >= 1
    assert channel.receiver.frames_accepted == len(channel.frames)
    assert channel.settle() == [1]


@pytest.mark.parametrize("octets", [38, 1025])
def test_a_frame_length_out_of_range_is_the_callers_mistake(ends: LinkEnds, octets: int) -> None:
    with pytest.raises(LocalError):
        TelecommandSender(42, 1, octets, ends.ground.sender(MemoryStore()), SETTINGS)


def test_only_a_service_that_goes_on_by_itself_is_begun(ends: LinkEnds) -> None:
    with pytest.raises(LocalError):
        TelecommandSender(42, 1, 64, ends.ground.sender(MemoryStore()), FopSettings(timeout_type=1))


def test_only_packets_are_pushed(channel: Channel) -> None:
    with pytest.raises(LocalError):
        channel.sender.push(packet(1) + b"x")
