"""Numbers used once, a window that only moves forward, and nothing changed by what is refused."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import LocalError
from protocol.sdls.association import Direction, SecurityAssociation, Service
from protocol.sdls.frame_cipher import MAX_NUMBER, OVERHEAD_OCTETS, FrameCipher
from protocol.sdls.key_ring import KeyRing
from protocol.sdls.link_ends import LinkEnds
from protocol.sdls.receiver import SecurityReceiver
from protocol.sdls.rejection import RejectedFrameError, Rejection
from protocol.sdls.security_store import MemoryStore
from protocol.sdls.sender import RESERVED_NUMBERS, SecuritySender
from protocol.tc_frame import TcFrame
from protocol.tm_frame import NO_PACKET_START, TmFrame

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "sdls.json").read_text())["vectors"]
SEQUENCES = [vector for vector in GOLDEN if vector["category"] == "sdls_tc_sequence"]
ASSOCIATION = SecurityAssociation(9, 4, Direction.TELECOMMAND, Service.AUTHENTICATION, 3, 0, 5)
KEYS = KeyRing({4: bytes(range(32))})
FRAME = TcFrame(3, 0, True, False, 0, b"\xff data")


class FixedStore(MemoryStore):
    """Every counter stands at one number at first."""

    def __init__(self, start: int) -> None:
        super().__init__()
        self.start = start

    def highest(self, counter: str) -> int:
        return max(self.start, super().highest(counter))


class BrokenStore(MemoryStore):
    """Keeps nothing."""

    def raise_to(self, counter: str, number: int) -> None:
        raise OSError("no space left on device")


def receiver(last: int, window: int = 5) -> SecurityReceiver:
    return SecurityReceiver([replace(ASSOCIATION, window=window)], KEYS, FixedStore(last))


def sent(number: int) -> TcFrame:
    """Return the frame of this number."""
    return SecuritySender(ASSOCIATION, KEYS, FixedStore(number - 1)).apply(FRAME)


def refusal(receiver: SecurityReceiver, frame: TcFrame | TmFrame) -> Rejection | None:
    try:
        receiver.process(frame)
    except RejectedFrameError as error:
        return error.reason
    return None


def iv(frame: TcFrame) -> int:
    return int.from_bytes(frame.data[3:15], "big")


@pytest.mark.parametrize("vector", SEQUENCES, ids=lambda vector: vector["name"])
def test_windows_as_in_cryptolib(vector: dict[str, Any]) -> None:
    """There IV and sequence number are two fields, each with a window of its own."""
    has_iv = "start_iv" in vector["input"]
    last = {name: int(vector["input"][f"start_{name}"], 16) for name in ("iv", "arsn") if has_iv or name == "arsn"}
    for step in vector["expected"]:
        octets = bytes.fromhex(step["frame_hex"])
        found = {"iv": octets[8:20], "arsn": octets[20:22]} if has_iv else {"arsn": octets[8:10]}
        numbers = {name: int.from_bytes(field, "big") for name, field in found.items()}
        refused = {name for name in numbers if refusal(receiver(last[name]), sent(numbers[name])) is not None}
        if step["expect"] == "SUCCESS":
            assert not refused
            last = numbers
        else:
            assert ("arsn" if "ARSN" in step["expect"] else "iv") in refused


@given(st.integers(0, 2**70), st.integers(1, 1000), st.data())
def test_the_window_is_last_plus_1_to_last_plus_window(last: int, window: int, data: st.DataObject) -> None:
    offset = data.draw(st.integers(-3, window + 3) | st.sampled_from([0, 1, window, window + 1]))
    number = max(1, last + offset)
    ours = receiver(last, window)
    expected = Rejection.REPLAYED if number <= last else Rejection.BEYOND_WINDOW if number > last + window else None
    assert refusal(ours, sent(number)) is expected


@given(st.lists(st.integers(1, 12), max_size=30))
def test_each_number_is_accepted_once_and_in_order(numbers: list[int]) -> None:
    ours, last = receiver(0), 0
    for number in numbers:
        inside = last < number <= last + 5
        assert (refusal(ours, sent(number)) is None) == inside
        last = number if inside else last
    assert ours.accepted == len(numbers) - ours.rejected.total()


def test_each_reason_is_told_and_counted() -> None:
    other_key = SecuritySender(ASSOCIATION, KeyRing({4: bytes(32)}), MemoryStore())
    elsewhere = replace(ASSOCIATION, vcid=1)
    ours = receiver(10)
    for frame, reason in (
        (FRAME, Rejection.MALFORMED),
        (SecuritySender(replace(ASSOCIATION, spi=8), KEYS, MemoryStore()).apply(FRAME), Rejection.UNKNOWN_SPI),
        (SecuritySender(elsewhere, KEYS, MemoryStore()).apply(replace(FRAME, vcid=1)), Rejection.WRONG_CHANNEL),
        (TmFrame(3, 0, 0, 0, 0, sent(11).data[1:], None), Rejection.WRONG_CHANNEL),
        (other_key.apply(FRAME), Rejection.WRONG_MAC),
        (sent(10), Rejection.REPLAYED),
        (sent(16), Rejection.BEYOND_WINDOW),
    ):
        assert refusal(ours, frame) is reason
    assert ours.rejected[Rejection.WRONG_CHANNEL] == 2
    assert ours.rejected.total() == 7
    assert ours.accepted == 0
    assert refusal(ours, sent(11)) is None


def test_what_is_authentic_but_no_frame_changes_nothing() -> None:
    """Only the other end's own mistake: no data at all."""
    association = replace(ASSOCIATION, direction=Direction.TELEMETRY)
    frame = TmFrame(3, 0, 0, 0, NO_PACKET_START, bytes(OVERHEAD_OCTETS), None)
    mac = FrameCipher(association, KEYS.key(4)).seal(frame, bytes(11) + b"\x05", b"")
    empty = replace(frame, data=b"\x00\x09" + bytes(11) + b"\x05" + mac)
    ours = SecurityReceiver([association], KEYS, MemoryStore())
    assert refusal(ours, empty) is Rejection.MALFORMED
    genuine = SecuritySender(association, KEYS, MemoryStore()).apply(replace(frame, data=b"data"))
    assert refusal(ours, genuine) is None


def test_a_number_that_cannot_be_stored_is_not_obeyed() -> None:
    ours = SecurityReceiver([ASSOCIATION], KEYS, BrokenStore())
    assert [refusal(ours, sent(1)) for _ in range(2)] == [Rejection.NOT_STORED] * 2


def test_what_was_accepted_is_remembered_by_the_next_receiver() -> None:
    store = MemoryStore()
    assert refusal(SecurityReceiver([ASSOCIATION], KEYS, store), sent(3)) is None
    again = SecurityReceiver([ASSOCIATION], KEYS, store)
    assert [refusal(again, sent(number)) for number in (2, 3, 4)] == [Rejection.REPLAYED, Rejection.REPLAYED, None]


@given(st.lists(st.integers(0, RESERVED_NUMBERS + 2), min_size=1, max_size=6))
def test_no_number_is_used_twice_over_any_ends_of_the_program(runs: list[int]) -> None:
    store = MemoryStore()
    numbers = []
    for count in runs:
        sender = SecuritySender(ASSOCIATION, KEYS, store)
        numbers += [iv(sender.apply(FRAME)) for _ in range(count)]
    assert numbers == sorted(set(numbers))
    assert 0 not in numbers


def test_two_senders_of_one_store_never_meet() -> None:
    store = MemoryStore()
    first, second = (SecuritySender(ASSOCIATION, KEYS, store) for _ in range(2))
    numbers = [iv(sender.apply(FRAME)) for _ in range(RESERVED_NUMBERS + 1) for sender in (first, second)]
    assert len(set(numbers)) == len(numbers)


def test_a_counter_in_memory_is_never_lowered() -> None:
    store = MemoryStore()
    for number in (5, 3):
        store.raise_to("sent", number)
    assert store.highest("sent") == 5


@given(st.binary(min_size=1, max_size=80), st.booleans())
def test_octets_that_nobody_protected_are_refused(data: bytes, control: bool) -> None:
    """Mostly of a known SPI."""
    for octets in (data, b"\xff\x00\x09" + data, b"\x00\x09" + data):
        assert refusal(receiver(0), replace(FRAME, data=octets, control_command=control)) is not None


def test_numbers_are_stored_before_they_are_used() -> None:
    sender = SecuritySender(ASSOCIATION, KEYS, BrokenStore())
    with pytest.raises(OSError, match="no space"):
        sender.apply(FRAME)


def test_a_retransmission_has_a_number_of_its_own(ends: LinkEnds, telecommand: TcFrame) -> None:
    sender, ours = ends.ground.sender(MemoryStore()), ends.flatsat.receiver(MemoryStore())
    first, second = sender.apply(telecommand), sender.apply(telecommand)
    assert iv(first) + 1 == iv(second)
    assert ours.process(first) == ours.process(second) == telecommand


def test_numbers_end(ends: LinkEnds) -> None:
    with pytest.raises(LocalError, match="new key"):
        SecuritySender(ASSOCIATION, KEYS, FixedStore(MAX_NUMBER - RESERVED_NUMBERS + 1)).apply(FRAME)


@pytest.mark.parametrize(
    "frame",
    [replace(FRAME, vcid=1), replace(FRAME, scid=4), TmFrame(3, 0, 0, 0, 0, b"data", None)],
    ids=["channel", "spacecraft", "kind"],
)
def test_another_channels_frame_is_not_protected(frame: TcFrame | TmFrame) -> None:
    with pytest.raises(LocalError, match="frame"):
        SecuritySender(ASSOCIATION, KEYS, MemoryStore()).apply(frame)


def test_a_frame_that_would_be_too_long_uses_no_number() -> None:
    sender = SecuritySender(ASSOCIATION, KEYS, MemoryStore())
    longest = replace(FRAME, data=bytes(1017 - OVERHEAD_OCTETS))
    with pytest.raises(LocalError, match="data"):
        sender.apply(replace(FRAME, data=longest.data + b"\x00"))
    assert iv(sender.apply(longest)) == 1


def test_one_spi_means_one_association() -> None:
    with pytest.raises(LocalError, match="spi"):
        SecurityReceiver([ASSOCIATION, ASSOCIATION], KEYS, MemoryStore())


@given(
    bypass=st.booleans(), control=st.booleans(), number=st.integers(0, 255), data=st.binary(min_size=1, max_size=300)
)
def test_what_is_sent_is_what_is_received(bypass: bool, control: bool, number: int, data: bytes) -> None:
    frame = TcFrame(3, 0, bypass, bypass and control, 0 if bypass else number, data)
    for service in Service:
        association = replace(ASSOCIATION, service=service)
        octets = SecuritySender(association, KEYS, MemoryStore()).apply(frame).encode()
        assert len(octets) == len(frame.encode()) + OVERHEAD_OCTETS
        assert SecurityReceiver([association], KEYS, MemoryStore()).process(TcFrame.parse(octets)) == frame
