import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.journey import Milestone
from protocol.link import APID_ANSWER, APID_COMMAND, APID_HEALTH, GroundLink, SpacecraftAddress, SpacecraftLink
from protocol.messages import Accepted, AnswerSegment, Cancel, Health, Message, Missing, Prompt
from protocol.space_packet import SpacePacket
from protocol.telecommand import TelecommandReceiver, TelecommandSender
from protocol.telemetry import TelemetryReceiver

ID = bytes(range(8))
UP = 256
DOWN = 223
COMMANDS: list[Message] = [Prompt(ID, "Why? " * 200, 5), Missing(ID, (1, 2), 5), Cancel(ID)]
REPORTS: list[Message] = [Accepted(ID, 2), AnswerSegment(ID, 0, "é" * 300), Health(1.0, 0, False, 1, 2)]


@pytest.fixture
def ground() -> GroundLink:
    return GroundLink(SpacecraftAddress(), UP, DOWN)


@pytest.fixture
def spacecraft() -> SpacecraftLink:
    return SpacecraftLink(SpacecraftAddress(), DOWN)


def frames(link: GroundLink | SpacecraftLink) -> list[bytes]:
    found = []
    while frame := link.next_frame():
        found.append(frame)
    return found


def test_commands_go_up(ground: GroundLink, spacecraft: SpacecraftLink) -> None:
    for message in COMMANDS:
        ground.send(message)
    sent = frames(ground)
    assert len(sent) == 7
    assert max(map(len, sent)) == UP
    assert [message for frame in sent for message in spacecraft.receive(frame)] == COMMANDS


def test_reports_come_down(ground: GroundLink, spacecraft: SpacecraftLink) -> None:
    assert not spacecraft.pending
    assert spacecraft.next_frame() is None
    empty = spacecraft.free_octets
    for message in REPORTS:
        spacecraft.send(message)
    assert spacecraft.pending
    assert spacecraft.free_octets < empty
    sent = frames(spacecraft)
    assert {len(frame) for frame in sent} == {DOWN}
    assert [message for frame in sent for message in ground.receive(frame)] == REPORTS
    assert not spacecraft.pending


def test_a_frame_reports_what_the_spacecraft_received(ground: GroundLink, spacecraft: SpacecraftLink) -> None:
    ground.send(Cancel(ID))
    (frame,) = frames(ground)
    for _ in range(3):
        spacecraft.receive(frame)
    spacecraft.send(Accepted(ID, 0))
    for frame in frames(spacecraft):
        ground.receive(frame)
    assert ground.receiver.clcw is not None
    assert ground.receiver.clcw.farm_b_counter == 3


def test_packets_are_numbered_per_application(ground: GroundLink, spacecraft: SpacecraftLink) -> None:
    address = SpacecraftAddress()
    for message in (*REPORTS, *REPORTS):
        spacecraft.send(message)
    receiver = TelemetryReceiver(address.scid, address.telemetry_vcid, DOWN)
    packets = [SpacePacket.parse(octets) for frame in frames(spacecraft) for octets in receiver.receive(frame)]
    answers = [packet.sequence_count for packet in packets if packet.apid == APID_ANSWER]
    healths = [packet.sequence_count for packet in packets if packet.apid == APID_HEALTH]
    assert (answers, healths) == ([0, 1, 2, 3], [0, 1])
    assert not any(packet.is_telecommand for packet in packets)
    ground.send(Cancel(ID))
    uplink = TelecommandReceiver(address.scid, address.telecommand_vcid)
    (octets,) = uplink.receive(frames(ground)[0])
    assert SpacePacket.parse(octets).apid == APID_COMMAND
    assert SpacePacket.parse(octets).is_telecommand


def test_packets_without_a_message_are_counted(ground: GroundLink, spacecraft: SpacecraftLink) -> None:
    sender = TelecommandSender(SpacecraftAddress().scid, 0, UP)
    sender.push(SpacePacket(APID_COMMAND, True, 0, b"no message").encode())
    frame = sender.next_frame()
    assert frame is not None
    assert spacecraft.receive(frame) == []
    assert spacecraft.malformed == 1
    broken = bytearray(SpacePacket(APID_COMMAND, True, 0, b"x").encode())
    broken[-1] ^= 1
    sender.push(bytes(broken))
    assert spacecraft.receive(sender.next_frame() or b"") == []
    assert spacecraft.malformed == 2


def test_another_spacecrafts_frames_are_not_ours(spacecraft: SpacecraftLink) -> None:
    stranger = GroundLink(SpacecraftAddress(scid=7), UP, DOWN)
    stranger.send(Cancel(ID))
    assert spacecraft.receive(frames(stranger)[0]) == []
    assert spacecraft.receiver.frames_rejected == 1


@given(st.lists(st.binary(max_size=DOWN) | st.binary(min_size=DOWN, max_size=DOWN), max_size=10))
def test_any_octets_give_messages_or_none(octets: list[bytes]) -> None:
    ground, spacecraft = GroundLink(SpacecraftAddress(), UP, DOWN), SpacecraftLink(SpacecraftAddress(), DOWN)
    for frame in octets:
        assert ground.receive(frame) == []
        assert spacecraft.receive(frame) == []


def test_milestones_have_names_of_their_own() -> None:
    assert len({milestone.value for milestone in Milestone}) == len(Milestone)
    assert all(milestone.value == milestone.name.lower() for milestone in Milestone)
