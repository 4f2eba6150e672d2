from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radio.coding.channel_code import DecodedFrame
from radio.framing.marker import FALSE_ALARM, MarkerDeframer, correlation_threshold

MARKER = np.array([1 - 2 * int(bit) for bit in f"{0x1ACFFC1D:032b}"], dtype=np.int8)
DATA = 120
UNIT = len(MARKER) + DATA


@dataclass
class SignsDecoder:
    """Takes DATA symbols; fails if the last is negative."""

    symbols_wanted: int = DATA
    taken: list[float] = field(default_factory=list)

    def feed(self, soft: np.ndarray) -> None:
        self.taken += soft[: self.symbols_wanted].tolist()
        self.symbols_wanted = DATA - len(self.taken)

    @property
    def failed(self) -> bool:
        return not self.symbols_wanted and self.taken[-1] < 0

    @property
    def result(self) -> DecodedFrame | None:
        over = not self.symbols_wanted and not self.failed
        return DecodedFrame(bytes(int(s > 0) for s in self.taken), 3) if over else None


class SignsCode:
    acquisition = np.resize(np.array([1, -1], np.int8), 64)
    marker = MARKER
    continuous = False
    information_bits_per_symbol = 1.0

    def encode(self, frame: bytes) -> np.ndarray:
        return np.concatenate((MARKER, [2 * b - 1 for b in frame])).astype(np.int8)

    def decoder(self) -> SignsDecoder:
        return SignsDecoder()


def deframer(either: bool = False, longest: int = UNIT) -> MarkerDeframer:
    return MarkerDeframer(SignsCode(), longest, either)


def frame(seed: int) -> bytes:
    return bytes([*np.random.default_rng(seed).integers(0, 2, DATA - 1).tolist(), 1])


def stream(*frames: bytes, gap: int = 100, noise: float = 0.3, seed: int = 1) -> np.ndarray:
    code, rng = SignsCode(), np.random.default_rng(seed)
    quiet = np.zeros(gap)
    parts = [part for each in frames for part in (quiet, code.encode(each))]
    symbols = np.concatenate([*parts, np.zeros(200)])
    return np.asarray(symbols + noise * rng.standard_normal(len(symbols)), dtype=np.float32)


def test_units_are_found_with_gaps_and_without() -> None:
    sent = [frame(k) for k in range(3)]
    for gap in (100, 0):
        found = deframer().process(stream(*sent, gap=gap))
        assert [each.frame for each in found] == sent
        assert [each.start for each in found] == [gap + k * (gap + UNIT) for k in range(3)]
        assert [each.stop - each.start for each in found] == [UNIT] * 3
        assert found[0].corrected == 3


@pytest.mark.parametrize("gain", [1e-3, -1.0, -1e3])
def test_the_level_does_not_matter_and_the_polarity_where_told(gain: float) -> None:
    soft = np.float32(gain) * stream(frame(1))
    assert [each.frame for each in deframer(either=True).process(soft)] == [frame(1)]
    if gain < 0:
        assert deframer().process(soft) == []


def test_a_threshold_that_is_off_does_not_hide_the_marker() -> None:
    found = deframer().process(stream(frame(1), noise=0.1) + np.float32(2.0))
    assert [each.start for each in found] == [100]


def test_the_acquisition_sequence_ahead_is_no_marker() -> None:
    acquisition = np.resize([1.0, -1.0], 64)
    marker = np.concatenate((acquisition[:48], MARKER[:16]))  # as a telecommand's: most of it is alternating, too

    class Code(SignsCode):
        def encode(self, frame: bytes) -> np.ndarray:
            return np.concatenate((marker, [2 * b - 1 for b in frame])).astype(np.int8)

    code = Code()
    code.marker = marker.astype(np.int8)  # type: ignore[misc]
    soft = np.concatenate((np.zeros(50), acquisition, code.encode(frame(2)), np.zeros(200))).astype(np.float32)
    soft += 0.1 * np.random.default_rng(2).standard_normal(len(soft)).astype(np.float32)
    found = MarkerDeframer(code, 64 + DATA, False).process(soft)
    assert [(each.start, each.frame) for each in found] == [(114, frame(2))]


def test_a_marker_with_nothing_to_decode_behind_it_is_told_and_does_not_hide_the_next() -> None:
    false = np.concatenate((MARKER, np.full(DATA // 2, -1.0)))
    good = SignsCode().encode(bytes(8) + frame(3)[8:])  # the false marker's unit ends in its marker's zeros: it fails
    soft = np.concatenate((np.zeros(60), 0.8 * false, np.zeros(100), good, np.zeros(200)))
    soft += 0.3 * np.random.default_rng(3).standard_normal(len(soft))
    found = deframer().process(soft.astype(np.float32))
    assert [(each.frame, each.start) for each in found] == [(None, 60), (bytes(8) + frame(3)[8:], 60 + 92 + 100)]


def test_a_marker_within_a_unit_that_does_not_decode_is_found() -> None:
    class NoLead(SignsCode):
        acquisition = np.zeros(0, np.int8)

    false = np.concatenate((MARKER, np.full(40, -1.0)))
    good = NoLead().encode(bytes(60) + frame(3)[60:])  # where the false marker's unit ends there are zeros: it fails
    soft = np.concatenate((np.zeros(60), false, good, np.zeros(200)))
    soft += 0.1 * np.random.default_rng(4).standard_normal(len(soft))
    found = MarkerDeframer(NoLead(), UNIT, False).process(soft.astype(np.float32))
    assert [(each.frame, each.start) for each in found] == [(None, 60), (bytes(60) + frame(3)[60:], 60 + 72)]


def test_a_unit_that_does_not_end_is_cut() -> None:
    found = deframer(longest=UNIT - 10).process(stream(frame(4)))
    assert [(each.frame, each.stop - each.start) for each in found] == [(None, UNIT - 10)]


@settings(max_examples=25)
@given(st.lists(st.integers(0, 770), max_size=6))
def test_any_split_gives_the_same(cuts: list[int]) -> None:
    soft = stream(frame(5), frame(6), frame(7), gap=40)
    split = deframer(either=True)
    found = [each for part in np.split(soft, sorted(cuts)) for each in split.process(part)]
    assert found == deframer(either=True).process(soft)


def test_it_tells_when_it_follows_a_unit() -> None:
    soft, listening = stream(frame(1), noise=0.1), deframer()
    told = []
    for k in range(0, len(soft), 20):
        listening.process(soft[k : k + 20])
        told.append(listening.following)
    began, ended = told.index(True), len(told) - told[::-1].index(True)
    assert not listening.following
    assert 100 + 32 < 20 * began < 20 * ended <= 100 + UNIT + 20


def test_it_remembers_no_more_than_it_needs() -> None:
    searching = deframer()
    noise = np.random.default_rng(9).standard_normal(50_000).astype(np.float32)
    searching.process(noise)
    assert searching.oldest > 50_000 - 3 * len(MARKER)


@pytest.mark.parametrize("either", [False, True])
def test_noise_exceeds_the_threshold_as_often_as_said(either: bool) -> None:
    rng = np.random.default_rng(10)
    x = rng.standard_normal((100_000, 32))
    x -= x.mean(axis=1, keepdims=True)
    marker = MARKER - MARKER.mean()
    found = x @ marker / np.sqrt((x**2).sum(axis=1) * (marker**2).sum())
    above = np.abs(found) if either else found
    assert np.mean(above > correlation_threshold(32, 1e-2, either)) == pytest.approx(1e-2, rel=0.15)


def test_noise_holds_no_marker() -> None:
    noise = np.random.default_rng(11).standard_normal(500_000).astype(np.float32)
    assert len(deframer().process(noise)) <= 1, f"{500_000 * FALSE_ALARM} are expected"


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf, 3e38])
def test_symbols_that_are_no_numbers_hide_the_frames_near_them_alone(odd: float) -> None:
    sent = [frame(k) for k in range(3)]
    symbols = stream(*sent)
    symbols[100 + UNIT + 50] = odd
    found = [each.frame for each in deframer().process(symbols)]
    assert found[0] == sent[0]
    assert found[-1] == sent[2]
