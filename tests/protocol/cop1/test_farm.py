from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.clcw import Clcw
from protocol.cop1.control_command import SetVr, Unlock
from protocol.cop1.farm import Discard, Farm1, FarmVariables
from protocol.cop1.farm_table import FarmState
from protocol.errors import LocalError
from protocol.tc_frame import TcFrame

NUMBERS = st.integers(0, 255)


def ad(number: int, scid: int = 3, vcid: int = 1) -> TcFrame:
    return TcFrame(scid, vcid, False, False, number, b"AD")


BD = TcFrame(3, 1, True, False, 0, b"BD")
UNLOCK = TcFrame(3, 1, True, True, 0, Unlock().encode())


def set_vr(v_r: int) -> TcFrame:
    return TcFrame(3, 1, True, True, 0, SetVr(v_r).encode())


def farm_at(v_r: int, window_frames: int = 10) -> Farm1:
    return Farm1(3, 1, window_frames, FarmVariables(v_r=v_r))


def outcome(number: int, v_r: int, window_frames: int) -> str:
    """Return what becomes of a frame: 'accept', 'retransmit', 'lockout' or 'ignore'."""
    farm = farm_at(v_r, window_frames)
    if farm.receive(ad(number)) is not None:
        return "accept"
    return "lockout" if farm.clcw.lockout else "retransmit" if farm.clcw.retransmit else "ignore"


def test_window_of_ten_at_250() -> None:  # CCSDS 232.1-B-2 6.1.8
    outcomes = {number: outcome(number, 250, 10) for number in range(256)}
    assert [number for number in outcomes if outcomes[number] == "accept"] == [250]
    assert [number for number in outcomes if outcomes[number] == "retransmit"] == [251, 252, 253, 254]
    assert [number for number in outcomes if outcomes[number] == "ignore"] == [245, 246, 247, 248, 249]
    assert [number for number in outcomes if outcomes[number] == "lockout"] == [*range(245), 255]


@given(v_r=NUMBERS, half=st.integers(1, 127), ahead=st.integers(-128, 127))
def test_every_window(v_r: int, half: int, ahead: int) -> None:
    inside = "accept" if ahead == 0 else "retransmit" if ahead > 0 else "ignore"
    assert outcome((v_r + ahead) % 256, v_r, 2 * half) == (inside if -half <= ahead < half else "lockout")


@given(v_r=NUMBERS, frames=st.lists(st.integers(0, 255).map(ad) | st.just(BD) | NUMBERS.map(set_vr), max_size=20))
def test_in_lockout_only_bd_passes_until_unlock(v_r: int, frames: list[TcFrame]) -> None:
    farm = farm_at(v_r)
    assert farm.receive(ad((v_r + 100) % 256)) is None
    for frame in frames:
        assert farm.receive(frame) == (b"BD" if frame is BD else None)
        assert farm.clcw.lockout
        assert farm.clcw.report_value == v_r
    farm.receive(UNLOCK)
    assert not farm.clcw.lockout
    assert farm.receive(ad(v_r)) == b"AD"


def test_frames_are_counted_by_what_is_wrong_with_them() -> None:
    farm = farm_at(250)
    frames = [ad(0, scid=4), ad(250, vcid=2), TcFrame(3, 1, True, True, 0, b"\x82"), ad(254), ad(249), ad(100), ad(250)]
    assert [farm.receive(frame) for frame in frames] == [None] * 7
    farm.receive(UNLOCK)
    farm.set_wait(True)
    farm.receive(ad(250))
    assert farm.discards == Counter(
        {
            Discard.OTHER_CHANNEL: 2,
            Discard.UNKNOWN_COMMAND: 1,
            Discard.GAP: 1,
            Discard.DUPLICATE: 1,
            Discard.OUTSIDE_WINDOW: 1,
            Discard.LOCKOUT: 1,
            Discard.NO_BUFFER: 1,
        }
    )


def test_without_a_buffer_nothing_is_said_until_a_frame_had_to_go() -> None:
    farm = farm_at(0)
    farm.set_wait(True)
    assert farm.clcw == Clcw(1)
    assert farm.receive(ad(0)) is None
    assert farm.clcw == Clcw(1, wait=True, retransmit=True)
    assert farm.receive(BD) == b"BD"
    farm.set_wait(False)
    assert farm.clcw == Clcw(1, retransmit=True, farm_b_counter=1)
    assert farm.receive(ad(0)) == b"AD"
    assert farm.clcw == Clcw(1, farm_b_counter=1, report_value=1)


FRAMES = NUMBERS.map(ad) | st.sampled_from([ad(0), BD, UNLOCK, ad(0, vcid=2)]) | NUMBERS.map(set_vr)


@given(steps=st.lists(FRAMES | st.booleans(), max_size=40), restarts=st.data())
def test_a_restart_changes_nothing(steps: list[TcFrame | bool], restarts: st.DataObject) -> None:
    lasting, restarted = farm_at(0), farm_at(0)
    has_buffer = True
    for step in steps:
        if isinstance(step, bool):
            has_buffer = not step
            lasting.set_wait(step)
            restarted.set_wait(step)
        else:
            assert lasting.receive(step) == restarted.receive(step)
        if restarts.draw(st.booleans()):
            restarted = Farm1(3, 1, 10, restarted.variables)
            restarted.set_wait(not has_buffer)
        assert restarted.clcw == lasting.clcw


def test_a_restart_while_waiting_goes_on_waiting() -> None:
    farm = Farm1(3, 1, 10, FarmVariables(FarmState.WAIT, 5, wait=True, retransmit=True))
    assert farm.receive(ad(5)) is None
    assert farm.clcw.wait
    assert farm.discards == {Discard.NO_BUFFER: 1}


@pytest.mark.parametrize(
    "wrong", [{"scid": 1024}, {"vcid": 64}, {"window_frames": 0}, {"window_frames": 256}, {"window_frames": 9}]
)
def test_a_number_out_of_range_is_the_callers_mistake(wrong: dict[str, int]) -> None:
    with pytest.raises(LocalError) as caught:
        Farm1(**({"scid": 3, "vcid": 1, "window_frames": 10} | wrong))
    assert caught.value.field in wrong


@pytest.mark.parametrize(
    "wrong",
    [
        {"v_r": 256},
        {"lockout": 1},
        {"wait": 0},
        {"retransmit": None},
        {"farm_b_counter": 4},
        {"state": FarmState.WAIT},
        {"state": FarmState.OPEN, "lockout": True},
    ],
)
def test_variables_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(LocalError) as caught:
        FarmVariables(**wrong)
    assert caught.value.field in wrong


def test_wait_is_true_or_false() -> None:
    with pytest.raises(LocalError):
        farm_at(0).set_wait(1)  # type: ignore[arg-type]
