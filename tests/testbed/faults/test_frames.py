"""What becomes of frames."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.crc import append_crc16, crc16_matches
from testbed.errors import ScenarioError
from testbed.faults.frames import FrameFaults, FrameFaultSettings

FRAMES = [append_crc16(bytes([number]) * 30) for number in range(250)]
ALL = FrameFaultSettings(loss=0.2, duplicates=0.2, reordering=0.2, flips=0.2)


def carried(settings: FrameFaultSettings, seed: int = 1) -> tuple[list[list[bytes]], FrameFaults]:
    faults = FrameFaults(settings, random.Random(seed))
    return [faults.pass_on(frame, 0.0) for frame in FRAMES], faults


def test_without_faults_every_frame_arrives_as_it_was() -> None:
    arrived, faults = carried(FrameFaultSettings())
    assert arrived == [[frame] for frame in FRAMES]
    assert faults.count.carried == len(FRAMES)


@pytest.mark.parametrize("field", ["loss", "duplicates", "reordering", "flips"])
def test_each_happens_as_often_as_it_is_told_to(field: str) -> None:
    _, faults = carried(replace(FrameFaultSettings(), **{field: 0.2}))
    counts = {name: getattr(faults.count, name) for name in ("lost", "duplicated", "reordered", "flipped")}
    happened = counts.pop({"loss": "lost", "duplicates": "duplicated", "reordering": "reordered"}.get(field, "flipped"))
    assert 30 < happened < 70  # 250 frames: 50, give or take three standard deviations
    assert set(counts.values()) == {0}


def test_what_is_lost_does_not_arrive_and_a_duplicate_twice() -> None:
    lost, _ = carried(FrameFaultSettings(loss=1.0))
    assert lost == [[]] * len(FRAMES)
    doubled, _ = carried(FrameFaultSettings(duplicates=1.0))
    assert doubled == [[frame, frame] for frame in FRAMES]


def test_a_held_frame_comes_behind_the_next_even_in_the_next_pass() -> None:
    faults = FrameFaults(FrameFaultSettings(reordering=1.0), random.Random(1), lambda now_s: now_s == 10.0)
    assert faults.pass_on(FRAMES[0], 9.0) == [FRAMES[0]], "not at a boundary"
    assert faults.pass_on(FRAMES[1], 10.0) == []
    assert faults.pass_on(FRAMES[2], 900.0) == [FRAMES[2], FRAMES[1]]


@given(seed=st.integers(0, 2**32))
def test_nothing_is_invented_and_nothing_vanishes_uncounted(seed: int) -> None:
    arrived, faults = carried(replace(ALL, flips=0.0), seed)
    frames = [frame for each in arrived for frame in each]
    assert set(frames) <= set(FRAMES)
    held = len(faults._held)
    assert len(frames) == faults.count.carried
    assert faults.count.carried + held == len(FRAMES) - faults.count.lost + faults.count.duplicated


@pytest.mark.parametrize("fecf_put_right", [False, True])
def test_flipped_bits_and_their_checksum(fecf_put_right: bool) -> None:
    arrived, _ = carried(FrameFaultSettings(flips=1.0, fecf_put_right=fecf_put_right))
    seen: set[int] = set()
    for frame, (flipped,) in zip(FRAMES, arrived, strict=True):
        changes = [a ^ b for a, b in zip(frame[:-2], flipped[:-2], strict=True)]
        assert 1 <= sum(change.bit_count() for change in changes) <= 8
        seen.update(changes)
        assert crc16_matches(flipped) is fecf_put_right
    assert {1 << bit for bit in range(8)} <= seen, "any bit of an octet"


def test_everything_follows_from_the_generator() -> None:
    assert carried(ALL, 5)[0] == carried(ALL, 5)[0] != carried(ALL, 6)[0]


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_no_probability_is_refused(value: float) -> None:
    with pytest.raises(ScenarioError, match="loss"):
        FrameFaultSettings(loss=value)
