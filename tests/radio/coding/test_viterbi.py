import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.coding import viterbi
from radio.coding.viterbi import G1_DELAYS, G2_DELAYS, STATES

UNIT = np.float32(1)


def encoded(bits, start_state):
    """Return the symbols of `bits`, +1 and -1, int64[2 n], by shifting them through a register."""
    register, symbols = start_state, []
    for bit in bits:
        register = (register << 1 | int(bit)) % (2 * STATES)
        symbols += [(-1) ** sum(register >> delay & 1 for delay in delays) for delays in (G1_DELAYS, G2_DELAYS)]
    return np.array(symbols)


def greatest_correlation(soft, start_state, end_state):
    """Return the correlation of the best path with `soft`, int64[2 n], by the plain algorithm."""
    state = np.arange(STATES)
    metrics = np.where(state == start_state, 0, -(10**9))
    branches = np.array([[encoded([bit], s) for bit in (0, 1)] for s in state])
    for pair in soft.reshape(-1, 2):
        reached = metrics[:, np.newaxis] + branches @ pair
        former = np.stack([state >> 1, (state >> 1) + STATES // 2])
        metrics = reached[former, state & 1].max(axis=0)
    return metrics[end_state]


def state_after(bits, start_state):
    for bit in bits:
        start_state = (start_state << 1 | int(bit)) % STATES
    return start_state


@given(
    seed=st.integers(0, 2**32),
    steps=st.integers(6, 60),
    start_state=st.integers(0, STATES - 1),
    end_state=st.integers(0, STATES - 1),
)
def test_no_path_is_better(seed, steps, start_state, end_state):
    soft = np.random.default_rng(seed).integers(-127, 128, 2 * steps)
    bits = viterbi.decode(soft.astype(np.float32), UNIT, UNIT, start_state, end_state)
    assert bits.size == steps
    assert state_after(bits, start_state) == end_state
    assert encoded(bits, start_state) @ soft == greatest_correlation(soft, start_state, end_state)


@pytest.mark.parametrize("kind", ["alike", "random"])
def test_metrics_of_the_loudest_symbols_do_not_overflow(kind):
    soft = np.full(2 * 3000, 127)
    if kind == "random":
        soft *= np.random.default_rng(1).choice([-1, 1], soft.size)
    bits = viterbi.decode(soft.astype(np.float32), UNIT, UNIT, 17, 42)
    assert encoded(bits, 17) @ soft == greatest_correlation(soft, 17, 42)


def test_loud_symbols_from_another_state_do_not_overcome_the_start_state():
    bits = [1, 0, 1, 1, 0, 0, 1]
    for other_state in range(STATES):
        soft, end_state = 127 * encoded(bits, other_state), state_after(bits, other_state)
        decoded = viterbi.decode(soft.astype(np.float32), UNIT, UNIT, 0, end_state)
        assert encoded(decoded, 0) @ soft == greatest_correlation(soft, 0, end_state)


@pytest.mark.parametrize("deviation", [1, 100])
def test_faint_symbols_are_rounded_and_loud_ones_are_clipped(deviation):
    soft = np.random.default_rng(2).normal(0, deviation, 2000).astype(np.float32)
    gain = np.float32(0.7)
    levels = np.clip(np.rint(soft * gain), -127, 127)
    assert np.array_equal(viterbi.decode(soft, gain, UNIT, 0, 0), viterbi.decode(levels, UNIT, UNIT, 0, 0))


def test_the_symbols_of_g2_can_be_inverted():
    soft = np.random.default_rng(3).integers(-127, 128, 200).astype(np.float32)
    inverted = soft.copy()
    inverted[1::2] *= -1
    assert np.array_equal(viterbi.decode(soft, UNIT, -UNIT, 5, 9), viterbi.decode(inverted, UNIT, UNIT, 5, 9))
