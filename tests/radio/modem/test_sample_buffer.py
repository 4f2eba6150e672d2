import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.modem.sample_buffer import SampleBuffer

ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(0, 3000)),
        st.tuples(st.just("trim"), st.integers(-50, 12_000)),
        st.tuples(st.just("view"), st.tuples(st.integers(-10, 12_000), st.integers(-10, 4000))),
    ),
    max_size=30,
)


@given(actions=ACTIONS)
def test_it_is_a_window_onto_one_long_array(actions):
    buffer, whole, first = SampleBuffer(), np.zeros(0, dtype=np.complex64), 0
    for action, value in actions:
        if action == "append":
            samples = np.arange(len(whole), len(whole) + value).astype(np.complex64)
            buffer.append(samples)
            whole = np.concatenate((whole, samples))
        elif action == "trim":
            buffer.trim(value)
            first = max(first, min(value, len(whole)))
        elif first <= value[0] <= sum(value) <= len(whole):
            np.testing.assert_array_equal(buffer.view(value[0], sum(value)), whole[value[0] : sum(value)])
        else:
            with pytest.raises(IndexError, match=rf"samples .* of {first} to {len(whole)}"):
                buffer.view(value[0], sum(value))
        assert (buffer.first, buffer.end) == (first, len(whole))
        np.testing.assert_array_equal(buffer.view(first, len(whole)), whole[first:])


def test_what_is_appended_is_copied():
    buffer, samples = SampleBuffer(), np.ones(4, dtype=np.complex64)
    buffer.append(samples)
    samples[:] = 0
    np.testing.assert_array_equal(buffer.view(0, 4), np.ones(4))


def test_a_long_stream_through_a_short_window_takes_little_memory():
    buffer = SampleBuffer()
    for k in range(300):
        buffer.append(np.full(1000, k, dtype=np.complex64))
        buffer.trim(buffer.end - 500)
    assert (buffer.first, buffer.end) == (299_500, 300_000)
    assert len(buffer._store) < 10_000
