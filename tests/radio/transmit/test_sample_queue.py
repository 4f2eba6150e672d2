import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from radio.transmit.sample_queue import SampleQueue


@given(st.lists(st.integers(0, 50), max_size=20), st.integers(1, 30))
def test_all_comes_out_in_its_order_but_the_rest(lengths, chunk):
    queue, given_out = SampleQueue(1000.0, chunk), []
    samples = np.arange(sum(lengths)).astype(np.complex64)
    for part in np.split(samples, np.cumsum(lengths)[:-1]) if lengths else []:
        queue.put(part)
        while (taken := queue.peek()) is not None:
            given_out.append(taken)
            queue.drop()
    whole = len(samples) // chunk * chunk
    assert np.array_equal(np.concatenate([samples[:0], *given_out]), samples[:whole])
    assert queue.length_s == (len(samples) - whole) / 1000
