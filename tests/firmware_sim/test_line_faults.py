import math

from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.line_faults import FaultyLine
from protocol.serial.board import FaultKind

frames = st.lists(st.binary(min_size=1, max_size=30), max_size=8)


@given(frames)
def test_without_a_fault_everything_leaves_at_once(sent: list[bytes]) -> None:
    line = FaultyLine()
    for frame in sent:
        line.send(frame, 1.0)
    assert line.due(1.0) == b"".join(sent)
    assert (line.due(2.0), line.next_due_s) == (b"", math.inf)


@given(frames, st.integers(0, 100))
def test_so_many_octets_are_lost_and_no_more(sent: list[bytes], lost: int) -> None:
    line = FaultyLine()
    line.inject(FaultKind.LOSE_OCTETS, lost, 0.0)
    left = b""
    for frame in sent:
        line.send(frame, 1.0)
        left += line.due(1.0)
    assert left == b"".join(sent)[lost:]


@given(st.binary(min_size=1, max_size=30), st.integers(0, 2**32 - 1))
def test_one_octet_of_one_frame_is_changed(frame: bytes, index: int) -> None:
    line = FaultyLine()
    line.inject(FaultKind.CORRUPT_OCTET, index, 0.0)
    line.send(frame, 1.0)
    line.send(frame, 1.0)
    left = line.due(1.0)
    changed = [at for at in range(len(frame)) if left[at] != frame[at]]
    assert changed == [index % len(frame)]
    assert left[changed[0]] ^ frame[changed[0]] == 0x10
    assert left[len(frame) :] == frame


def test_nothing_leaves_a_stuck_line_and_what_was_to_leave_is_lost() -> None:
    line = FaultyLine()
    line.inject(FaultKind.STUCK, 500, 1.0)
    assert (line.stuck(1.0), line.stuck(1.499), line.stuck(1.5)) == (True, True, False)
    line.send(b"lost", 1.2)
    assert line.due(2.0) == b""
    line.send(b"sent", 2.0)
    assert line.due(2.0) == b"sent"


def test_one_reply_is_late_and_the_others_queue_behind_it() -> None:
    line = FaultyLine()
    line.inject(FaultKind.LATE, 250, 1.0)
    line.send(b"late", 2.0)
    line.send(b"behind", 2.1)
    assert line.next_due_s == 2.25
    assert line.due(2.249) == b""
    line.send(b"last", 2.2)
    assert line.due(2.25) == b"latebehindlast"
    line.send(b"at once", 3.0)
    assert line.due(3.0) == b"at once"


def test_late_reply_is_lost_if_the_line_is_stuck_when_it_would_leave() -> None:
    line = FaultyLine()
    line.inject(FaultKind.LATE, 1000, 0.0)
    line.send(b"late", 0.0)
    line.inject(FaultKind.STUCK, 100, 0.95)
    assert line.due(5.0) == b""


def test_newer_fault_of_a_kind_replaces_the_older() -> None:
    line = FaultyLine()
    line.inject(FaultKind.LOSE_OCTETS, 100, 0.0)
    line.inject(FaultKind.LOSE_OCTETS, 1, 0.0)
    line.inject(FaultKind.STUCK, 60_000, 0.0)
    line.inject(FaultKind.STUCK, 0, 0.0)
    line.send(b"abc", 0.0)
    assert line.due(0.0) == b"bc"


def test_fault_of_the_board_leaves_the_line_alone() -> None:
    line = FaultyLine()
    for fault in (FaultKind.STALE, FaultKind.BROWN_OUT, FaultKind.PAYLOAD_RESET):
        line.inject(fault, 1000, 0.0)
    line.send(b"abc", 0.0)
    assert line.due(0.0) == b"abc"
