"""When a radio is given frames: its own air time, and whose turn it is."""

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radio.front_end_file import SerialRadioTable
from radio.serial_radio.channel_access import ChannelAccess, FrameLengths, pause_s, slot_s

LENGTHS = FrameLengths(sent=200, heard=100)
STEP_S = 0.01


def radio(**fields: object) -> SerialRadioTable:
    values = {"device": "line", "baud": 10_000, "air_rate_bit_s": 1000.0, "preamble_s": 0.1, "busy_s": 0.5}
    return SerialRadioTable(**{**values, **fields})


def test_in_full_duplex_a_frame_waits_for_the_one_before_and_the_busy_time():
    access = ChannelAccess(radio(half_duplex=False), LENGTHS, yields=False)
    assert access.is_free(0.0)
    # 50 octets of 10 bits over the line at 10 kbit/s; 40 octets at 1 kbit/s and the preamble; then 0.5 s
    assert access.sent(line_octets=50, frame_octets=40, now_s=0.0) == pytest.approx(0.05)
    assert not access.is_free(0.05 + 0.1 + 0.32 + 0.5 - 0.001)
    access.heard(0.2)
    assert not access.is_free(0.2)
    assert access.is_free(0.05 + 0.1 + 0.32 + 0.5 + 0.001)


def test_in_half_duplex_the_channel_is_left_to_the_other_end_for_a_frame():
    access = ChannelAccess(radio(), LENGTHS, yields=False)
    access.sent(216, 200, 0.0)
    ends_s = 0.216 + 0.1 + 1.6
    longest_answer_s = 0.1 + 0.8 + 2 * 0.116
    assert not access.is_free(ends_s + longest_answer_s)
    assert access.is_free(ends_s + longest_answer_s + 0.4), "line time of what was sent, and a moment"


def test_an_end_that_yields_waits_for_two_frames():
    patient, other = (pause_s(radio(), LENGTHS, yields) for yields in (True, False))
    assert patient - other == pytest.approx(0.1 + 0.8 + 2 * 0.116, abs=0.03)


def test_who_has_heard_a_frame_has_the_turn_after_the_turn_around_time_and_only_for_a_moment():
    access = ChannelAccess(radio(turn_around_s=0.2), LENGTHS, yields=True)
    access.heard(10.0)
    assert not access.is_free(10.19)
    assert access.is_free(10.21)
    assert not access.is_free(10.4)
    assert access.is_free(20.0)


def test_a_turn_that_comes_while_the_radio_is_busy_waits_for_it():
    access = ChannelAccess(radio(busy_s=0.5), LENGTHS, yields=False)
    access.sent(0, 1, 0.0)  # until 0.108 s
    access.heard(0.55)
    assert not access.is_free(0.6)
    assert access.is_free(0.61)


def test_a_turn_is_for_one_frame():
    access = ChannelAccess(radio(busy_s=0.0), LENGTHS, yields=False)
    access.heard(10.0)
    assert access.is_free(10.0)
    access.sent(2, 1, 10.0)
    assert not access.is_free(10.2)


@pytest.mark.parametrize("yields", [True, False])
def test_a_slot_is_the_longest_frame_and_the_pause_after_it(yields):
    access = ChannelAccess(radio(), LENGTHS, yields)
    access.sent(LENGTHS.sent + 16, LENGTHS.sent, 0.0)
    assert not access.is_free(slot_s(radio(), LENGTHS, yields) - 2 * STEP_S)
    assert access.is_free(slot_s(radio(), LENGTHS, yields))


LIGHT_S = 0.01
BOTH = FrameLengths(100, 100)
FRAMES = st.lists(st.integers(1, 100), min_size=1, max_size=8)


class End:
    """An end with frames to send, each kept until the other end has heard it."""

    def __init__(self, table: SerialRadioTable, yields: bool, frames: list[int]) -> None:
        self.access, self.table, self.frames = ChannelAccess(table, BOTH, yields), table, list(frames)
        self.sent: list[tuple[float, float]] = []
        self.arriving: list[float] = []

    def step(self, now_s: float) -> None:
        while self.arriving and self.arriving[0] <= now_s:
            self.access.heard(self.arriving.pop(0))
        if self.frames and self.access.is_free(now_s):
            octets = self.frames[0]
            began_s = self.access.sent(octets + 4, octets, now_s)
            self.sent.append((began_s, began_s + self.table.preamble_s + 8 * octets / self.table.air_rate_bit_s))


def converse(ground: End, flatsat: End, limit_s: float, frames_lost: Callable[[], bool] = lambda: False) -> int:
    """Let them send until neither has anything left; return how many frames met another."""
    flight: list[tuple[End, End, tuple[float, float]]] = []
    met = steps = 0
    while ground.frames or flatsat.frames:
        now_s, steps = steps * STEP_S, steps + 1
        assert now_s < limit_s, "one keeps the other from being heard"
        for end, other in ((ground, flatsat), (flatsat, ground)):
            count = len(end.sent)
            end.step(now_s)
            flight += [(end, other, each) for each in end.sent[count:]]
        for arrived in [each for each in flight if each[2][1] + LIGHT_S <= now_s]:
            flight.remove(arrived)
            sender, hearer, (began_s, ended_s) = arrived
            if any(a < ended_s + LIGHT_S and b > began_s + LIGHT_S for a, b in hearer.sent):
                met += 1
            elif not frames_lost():
                sender.frames.pop(0)
                hearer.arriving.append(ended_s + LIGHT_S + hearer.access._air.line_s(104))
    return met


FAST = {"baud": 115_200, "air_rate_bit_s": 10_000.0, "preamble_s": 0.02}


@settings(max_examples=30)
@given(ground=FRAMES, flatsat=FRAMES, busy_s=st.sampled_from([0.0, 0.3]), turn_around_s=st.sampled_from([0.0, 0.1]))
def test_ends_that_hear_each_other_never_speak_at_once(ground, flatsat, busy_s, turn_around_s):
    table = radio(**FAST, busy_s=busy_s, turn_around_s=turn_around_s)
    first, second = End(table, True, ground), End(table, False, flatsat)
    second.access.sent(104, 100, -0.2)  # it has just been heard: the ground speaks first
    assert converse(first, second, 60.0) == 0


@settings(max_examples=30)
@given(ground=FRAMES, flatsat=FRAMES, seed=st.integers(0, 99))
def test_ends_that_begin_at_once_and_lose_frames_are_both_heard_in_the_end(ground, flatsat, seed):
    table, rng = radio(**FAST, busy_s=0.05), Random(seed)
    converse(End(table, True, ground), End(table, False, flatsat), 120.0, lambda: rng.random() < 0.2)
