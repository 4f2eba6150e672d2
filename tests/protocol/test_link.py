import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.clcw import Clcw
from protocol.cop1.fop_settings import FopSettings
from protocol.journey import Milestone
from protocol.link import APID_ANSWER, APID_COMMAND, APID_HEALTH, REPORT_S, GroundLink, SpacecraftLink
from protocol.messages import Accepted, AnswerSegment, Cancel, Health, Message, Missing, Prompt
from protocol.sdls.link_ends import new_link_ends
from protocol.sdls.link_keys import SecurityMode
from protocol.sdls.security_store import MemoryStore
from protocol.space_packet import SpacePacket
from protocol.telemetry import TelemetryReceiver

ID = bytes(range(8))
UP = 256
DOWN = 223
COMMANDS: list[Message] = [Prompt(ID, "Why? " * 200, 5), Missing(ID, (1, 2), 5), Cancel(ID)]
REPORTS: list[Message] = [Accepted(ID, 2), AnswerSegment(ID, 0, "é" * 300), Health(1.0, 0, False, 1, 2)]
FOP = FopSettings(timeout_type=0)
ENDS = new_link_ends(0x2A5, 0, 0, SecurityMode.ENCRYPTED, random.Random(1).randbytes)
STRANGERS = new_link_ends(0x2A5, 0, 0, SecurityMode.ENCRYPTED, random.Random(2).randbytes)


@pytest.fixture
def ground() -> GroundLink:
    return GroundLink(ENDS.ground, MemoryStore(), UP, DOWN, FOP)


@pytest.fixture
def spacecraft() -> SpacecraftLink:
    return SpacecraftLink(ENDS.flatsat, MemoryStore(), DOWN)


@pytest.fixture
def talk(ground: GroundLink, spacecraft: SpacecraftLink) -> Callable[[float], tuple[list[Message], list[Message]]]:
    now = [0.0]

    def until(end_s: float) -> tuple[list[Message], list[Message]]:
        """Let time pass; return what the spacecraft has heard, and what the ground has."""
        up: list[Message] = []
        down: list[Message] = []
        while now[0] < end_s:
            now[0] += 0.05
            ground.tick(now[0])
            if frame := ground.next_frame(now[0]):
                up += spacecraft.receive(frame, now[0])
            if frame := spacecraft.next_frame(now[0]):
                down += ground.receive(frame, now[0])
        return up, down

    return until


Talk = Callable[[float], tuple[list[Message], list[Message]]]


def test_commands_go_up_and_are_delivered(ground: GroundLink, talk: Talk) -> None:
    numbers = [ground.send(message) for message in COMMANDS]
    heard, _ = talk(3.0)
    assert heard == COMMANDS
    assert ground.delivered() == numbers
    assert ground.sender.frames_sent == 9, "Unlock, Set V(R), five parts of the prompt, and two more"


def test_reports_come_down(ground: GroundLink, spacecraft: SpacecraftLink, talk: Talk) -> None:
    assert not spacecraft.pending
    empty = spacecraft.free_octets
    for message in REPORTS:
        spacecraft.send(message)
    assert spacecraft.pending
    assert spacecraft.free_octets < empty
    _, heard = talk(1.0)
    assert heard == REPORTS
    assert not spacecraft.pending


def test_nothing_goes_down_where_there_is_nothing_to_say(spacecraft: SpacecraftLink) -> None:
    assert spacecraft.next_frame(0.0) is None
    assert spacecraft.next_frame(1e6) is None


def frame_up(ground: GroundLink, now_s: float) -> bytes:
    ground.tick(now_s)
    frame = ground.next_frame(now_s)
    assert frame is not None
    return frame


def test_a_frame_is_reported_in_time_and_a_new_flag_at_once(ground: GroundLink, spacecraft: SpacecraftLink) -> None:
    for now_s in (1.0, 2.0):  # Unlock, Set V(R): the FARM-B counter changes
        spacecraft.receive(frame_up(ground, now_s), now_s)
        report = spacecraft.next_frame(now_s)
        assert report is not None
        assert ground.receive(report, now_s) == []
        assert spacecraft.next_frame(now_s + 0.9) is None
    ground.send(Cancel(ID))
    spacecraft.receive(frame_up(ground, 3.0), 3.0)
    assert spacecraft.next_frame(3.0 + 0.9 * REPORT_S) is None
    report = spacecraft.next_frame(3.0 + REPORT_S)
    assert report is not None
    assert len(report) == DOWN
    ground.receive(report, 3.4)
    assert ground.delivered() == [1]
    assert ground.receiver.clcw == Clcw(0, farm_b_counter=2, report_value=129)


def test_a_frame_that_comes_again_is_reported_again(ground: GroundLink, spacecraft: SpacecraftLink) -> None:
    """Its report may have been lost."""
    spacecraft.receive(frame_up(ground, 0.0), 0.0)
    assert spacecraft.next_frame(0.0) is not None
    spacecraft.receive(frame_up(ground, 20.0), 20.0)
    assert spacecraft.next_frame(20.0 + REPORT_S) is not None


def test_what_is_not_ours_is_not_reported(spacecraft: SpacecraftLink) -> None:
    stranger = GroundLink(STRANGERS.ground, MemoryStore(), UP, DOWN, FOP)
    assert spacecraft.receive(frame_up(stranger, 0.0), 0.0) == []
    assert spacecraft.receiver.frames_rejected == 1
    assert spacecraft.next_frame(1e3) is None


def test_a_stream_has_idle_frames_where_there_are_no_others() -> None:
    spacecraft = SpacecraftLink(ENDS.flatsat, MemoryStore(), DOWN, streams=True)
    assert len(spacecraft.next_frame(0.0) or b"") == DOWN


def test_packets_are_numbered_per_application(spacecraft: SpacecraftLink) -> None:
    for message in (*REPORTS, *REPORTS):
        spacecraft.send(message)
    receiver = TelemetryReceiver(0x2A5, 0, DOWN, ENDS.ground.receiver(MemoryStore()))
    frames = iter(lambda: spacecraft.next_frame(0.0), None)
    packets = [SpacePacket.parse(octets) for frame in frames for octets in receiver.receive(frame)]
    answers = [packet.sequence_count for packet in packets if packet.apid == APID_ANSWER]
    healths = [packet.sequence_count for packet in packets if packet.apid == APID_HEALTH]
    assert (answers, healths) == ([0, 1, 2, 3], [0, 1])
    assert not any(packet.is_telecommand for packet in packets)


@pytest.mark.parametrize("broken", [False, True])
def test_packets_without_a_message_are_counted(
    ground: GroundLink, spacecraft: SpacecraftLink, talk: Talk, broken: bool
) -> None:
    packet = bytearray(SpacePacket(APID_COMMAND, True, 0, b"no message").encode())
    packet[-1] ^= broken
    ground.sender.push(bytes(packet))
    assert talk(2.0) == ([], [])
    assert spacecraft.malformed == 1


def test_files_go_both_ways_beside_messages(ground: GroundLink, spacecraft: SpacecraftLink, talk: Talk) -> None:
    ground.send_pdu(b"up" * 400)
    ground.send(Cancel(ID))
    spacecraft.send_pdu(b"down")
    spacecraft.send(Accepted(ID, 2))
    assert talk(3.0) == ([Cancel(ID)], [Accepted(ID, 2)])
    assert spacecraft.received_pdus() == [b"up" * 400]
    assert ground.received_pdus() == [b"down"]
    assert ground.received_pdus() == spacecraft.received_pdus() == []
    assert ground.malformed == spacecraft.malformed == 0


@given(st.lists(st.binary(max_size=DOWN) | st.binary(min_size=DOWN, max_size=DOWN), max_size=10))
def test_any_octets_give_messages_or_none(octets: list[bytes]) -> None:
    ground = GroundLink(ENDS.ground, MemoryStore(), UP, DOWN, FOP)
    spacecraft = SpacecraftLink(ENDS.flatsat, MemoryStore(), DOWN)
    for frame in octets:
        assert ground.receive(frame, 0.0) == []
        assert spacecraft.receive(frame, 0.0) == []


def test_milestones_have_names_of_their_own() -> None:
    assert len({milestone.value for milestone in Milestone}) == len(Milestone)
    assert all(milestone.value == milestone.name.lower() for milestone in Milestone)
