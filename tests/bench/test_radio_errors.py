import numpy as np
import pytest

from bench.radio_errors import LAGS, SEGMENT_TICKS, SETTLING_TICKS, bits_differing, error_rate
from bench.radio_rows import PeerError

TICKS = SETTLING_TICKS + 4 * SEGMENT_TICKS + 2 * LAGS


def random_ticks(both_axes: bool) -> np.ndarray:
    bits = np.random.default_rng(1).choice(np.array([-1.0, 1.0]), (2, TICKS))
    return (bits[0] + 1j * bits[1] * both_axes).astype(np.complex64)


@pytest.mark.parametrize("both_axes", [False, True])
def test_counts_the_bits_that_are_wrong(both_axes: bool) -> None:
    sent = random_ticks(both_axes)
    received = sent.copy()
    received[SETTLING_TICKS : SETTLING_TICKS + 20] *= -1
    assert error_rate(received, sent) == 20 / (4 * SEGMENT_TICKS)


@pytest.mark.parametrize("turn", [1, 1j, -1, -1j])
def test_is_told_which_quarter_turn_the_phase_settled_to(turn: complex) -> None:
    sent = random_ticks(both_axes=True)
    assert error_rate((sent * turn).astype(np.complex64), sent) == 0.0


def test_a_real_signal_may_be_upside_down() -> None:
    sent = random_ticks(both_axes=False)
    assert error_rate(-sent.real, sent) == 0.0


@pytest.mark.parametrize("lag", [-LAGS, -1, LAGS])
def test_is_told_how_many_symbols_came_before(lag: int) -> None:
    sent = random_ticks(both_axes=False)
    assert error_rate(np.roll(sent, -lag), sent) == 0.0


def test_lags_add_up() -> None:
    sent = random_ticks(both_axes=False)
    second = SETTLING_TICKS + SEGMENT_TICKS
    received = np.concatenate((sent[LAGS : second + LAGS], sent[second + 2 * LAGS :]))
    assert error_rate(received, sent) == 0.0


def test_a_slip_costs_its_segment_only() -> None:
    sent = random_ticks(both_axes=False)
    slip = SETTLING_TICKS + SEGMENT_TICKS + SEGMENT_TICKS // 4
    received = np.concatenate((sent[:slip], sent[slip + 1 :], sent[:1]))
    assert error_rate(received, sent) == pytest.approx(0.125 / 4, rel=0.2)


def test_half_of_noise_is_wrong() -> None:
    noise = np.random.default_rng(2).standard_normal(TICKS).astype(np.float32)
    assert error_rate(noise, random_ticks(both_axes=False)) == pytest.approx(0.5, abs=0.05)


def test_a_demodulator_that_gives_nothing_out_is_named() -> None:
    with pytest.raises(PeerError, match="gave out 0 symbols"):
        error_rate(np.zeros(0, np.complex64), random_ticks(both_axes=False))


def test_bits_of_frames() -> None:
    assert bits_differing(b"\x00\xff", b"\x01\x0f") == 5
