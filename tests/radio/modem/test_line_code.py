import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from radio.modem.line_code import changes, levels

SYMBOLS = st.lists(st.sampled_from([-1, 1]), min_size=1, max_size=60)


def test_a_bit_1_changes_the_level_and_a_bit_0_keeps_it():
    bits = np.array([0, 1, 1, 0, 0, 1])
    sent = (1 - 2 * bits).astype(np.int8)
    np.testing.assert_array_equal(levels(sent), [1, -1, 1, 1, 1, -1])
    np.testing.assert_array_equal(levels(sent, np.int8(-1)), [-1, 1, -1, -1, -1, 1])
    assert levels(sent).dtype == np.int8


@given(sent=SYMBOLS, before=st.sampled_from([-1, 1]), turned=st.sampled_from([-1.0, 1.0]))
def test_changes_give_the_symbols_back_whichever_way_round_the_levels_are(sent, before, turned):
    coded = np.concatenate(([before], levels(np.array(sent, dtype=np.int8), before))).astype(np.float32)
    np.testing.assert_array_equal(changes(turned * coded), sent)
    assert changes(coded).dtype == np.float32


def test_a_change_is_as_sure_as_the_less_sure_level():
    soft = np.array([2.0, -0.5, -3.0, 0.0, 1.0], dtype=np.float32)
    np.testing.assert_array_equal(changes(soft), [-0.5, 0.5, 0.0, 0.0])
