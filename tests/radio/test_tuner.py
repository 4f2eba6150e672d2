import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from radio.modem.modulator import Modulator
from radio.modem.open_receiver import open_receiver
from radio.profile import Profile
from radio.tuner import GLIDE_S, Mixer, Tuner, TuningError, TuningRange

RATE_HZ = 48e3
DOWN, UP = TuningRange(437.05e6, RATE_HZ, 9600), TuningRange(145.9e6, RATE_HZ, 1200)
GLIDE = round(GLIDE_S * RATE_HZ)


def ones(count: int) -> NDArray[np.complex64]:
    return np.ones(count, dtype=np.complex64)


def glided(shift_hz: float, count: int) -> NDArray[np.complex128]:
    """Return a carrier that goes from 0 to a frequency within the glide, and keeps it: the phase is its integral."""
    time_s = np.arange(count) / RATE_HZ
    turns = np.where(time_s < GLIDE_S, shift_hz * time_s**2 / (2 * GLIDE_S), shift_hz * (time_s - GLIDE_S / 2))
    return np.exp(2j * np.pi * turns)


def test_what_was_never_tuned_costs_nothing() -> None:
    tuner, samples = Tuner(DOWN, UP), ones(7)
    assert tuner.received(samples) is samples
    assert tuner.transmitted(samples) is samples


@pytest.mark.parametrize("shift_hz", [9234.5, -1.25])
def test_a_shift_is_glided_to_and_kept(shift_hz: float) -> None:
    mixer = Mixer(RATE_HZ)
    mixer.glide_to(shift_hz)
    np.testing.assert_allclose(mixer.mix(ones(2 * GLIDE)), glided(shift_hz, 2 * GLIDE), atol=1e-4)
    assert mixer.shift_hz == pytest.approx(shift_hz)


def test_what_is_received_comes_down_and_what_is_transmitted_goes_up() -> None:
    tuner = Tuner(DOWN, UP)
    tuner.tune(437.05e6 + 9000, 145.9e6 - 3000)
    down, up = tuner.received(ones(2 * GLIDE)), tuner.transmitted(ones(2 * GLIDE))
    np.testing.assert_allclose(down, glided(-9000, 2 * GLIDE), atol=1e-4)
    np.testing.assert_allclose(up, glided(-3000, 2 * GLIDE), atol=1e-4)
    assert tuner.receive_shift_hz == pytest.approx(9000)
    assert tuner.transmit_shift_hz == pytest.approx(-3000)


def test_one_leg_is_tuned_without_the_other() -> None:
    tuner = Tuner(DOWN, UP)
    tuner.tune(receive_hz=437.051e6)
    tuner.tune(transmit_hz=145.901e6)
    assert (tuner.receive_hz, tuner.transmit_hz) == (437.051e6, 145.901e6)


@given(
    steps=st.lists(st.tuples(st.floats(-9e3, 9e3), st.integers(0, 5000)), max_size=6),
    cut=st.integers(1, 3000),
)
def test_blocks_leave_no_seam_and_no_jump(steps: list[tuple[float, int]], cut: int) -> None:
    whole, cut_up = Mixer(RATE_HZ), Mixer(RATE_HZ)
    together, parts = [], []
    for shift_hz, count in steps:
        whole.glide_to(shift_hz)
        cut_up.glide_to(shift_hz)
        together.append(whole.mix(ones(count)))
        parts += [cut_up.mix(ones(min(cut, count - begin))) for begin in range(0, count, cut)]
    one, other = (np.concatenate([ones(1), *each]) for each in (together, parts))
    np.testing.assert_allclose(one, other, atol=1e-4)
    np.testing.assert_allclose(np.abs(one), 1.0, atol=1e-5)
    # between two samples no phase moves by more than the highest frequency has it move
    assert np.all(np.abs(np.angle(one[1:] * np.conj(one[:-1]))) <= 2 * math.pi * 9e3 / RATE_HZ + 1e-3)


def test_the_phase_stays_right_for_a_minute() -> None:
    """In turns, at a shift that is no whole number of turns a block."""
    mixer = Mixer(RATE_HZ)
    mixer.glide_to(1234.5678)
    mixer.mix(ones(GLIDE))
    silence = ones(GLIDE)
    for _ in range(60):
        mixer.mix(silence)
    last = mixer.mix(ones(1))[0]
    turns = 1234.5678 * (GLIDE_S / 2 + 60 * GLIDE_S)
    assert abs(last - np.exp(2j * np.pi * turns)) < 1e-4


def test_back_at_the_carrier_the_phase_is_kept() -> None:
    mixer = Mixer(RATE_HZ)
    for shift_hz in (1000.3, 0.0):
        mixer.glide_to(shift_hz)
        before = mixer.mix(ones(GLIDE + 1))
    after = mixer.mix(ones(10))
    assert mixer.shift_hz == 0
    np.testing.assert_allclose(after, np.full(10, before[-1]), atol=1e-4)


def test_the_samples_given_are_not_changed() -> None:
    mixer, samples = Mixer(RATE_HZ), ones(100)
    mixer.glide_to(100.0)
    mixer.mix(samples)
    np.testing.assert_array_equal(samples, ones(100))


def test_an_empty_block() -> None:
    mixer = Mixer(RATE_HZ)
    mixer.glide_to(100.0)
    assert mixer.mix(ones(0)).shape == (0,)


def test_the_range_keeps_the_signal_within_the_samples() -> None:
    assert (DOWN.lowest_hz, DOWN.highest_hz) == (437.05e6 - 14.4e3, 437.05e6 + 14.4e3)
    assert DOWN.bandwidth_hz == 19.2e3
    assert TuningRange(437e6, 9600, 9600).highest_hz == 437e6


@pytest.mark.parametrize("value", [437.05e6 + 14.5e3, 0, math.nan, math.inf, "437e6", True, [1]])
def test_a_frequency_out_of_reach_is_refused_and_changes_nothing(value: object) -> None:
    tuner = Tuner(DOWN, UP)
    with pytest.raises(TuningError, match=r"receive_hz is .*, accepted: 437035600 to 437064400"):
        tuner.tune(value, 145.901e6)
    with pytest.raises(TuningError, match="transmit_hz"):
        tuner.tune(437.051e6, value)
    assert (tuner.receive_hz, tuner.transmit_hz) == (437.05e6, 145.9e6)
    assert tuner.received(samples := ones(3)) is samples


def test_a_signal_beyond_the_receivers_range_is_brought_into_it() -> None:
    """A downlink 30 kHz above its carrier, which is looked for up to 12 kHz away."""
    leg, rate_hz = Profile.load("leo-bpsk").downlink, 240e3
    there, code, frame = TuningRange(leg.carrier_hz, rate_hz, leg.symbol_rate_baud), leg.code(), bytes(range(223))
    burst = Modulator(leg, rate_hz).burst(np.concatenate((code.acquisition, code.encode(frame))))
    silence = np.zeros(round(GLIDE_S * rate_hz), dtype=np.complex64)
    sent = np.concatenate((silence, burst, silence[:12000]))
    shifted = sent * np.exp(2j * np.pi * 30e3 / rate_hz * np.arange(len(sent))).astype(np.complex64)
    tuner = Tuner(there, there)
    tuner.tune(leg.carrier_hz + 30e3)
    frames = [
        [reception.frame for reception in open_receiver(leg, rate_hz).process(samples)]
        for samples in (shifted, tuner.received(shifted))
    ]
    assert frames == [[], [frame]]
