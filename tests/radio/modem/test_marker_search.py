import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radio.modem.acquisition import STEP
from radio.modem.marker_search import MarkerSearch
from radio.modem.sample_buffer import SampleBuffer

REACH = 5


class Told:
    """An acquisition whose metrics are the samples' real parts."""

    reach, search_threshold = 4, 0.087

    def metrics(self, samples):
        return np.ascontiguousarray(samples[: len(samples) - self.reach + 1 : STEP].real)


def candidates(metrics, sizes=()):
    """All windows picked, and rejected, of a stream with these metrics, fed in blocks of these sizes."""
    samples = np.repeat(np.asarray(metrics, dtype=np.complex64), STEP)
    search, buffer, found = MarkerSearch(Told(), REACH * STEP, 0), SampleBuffer(), []
    ends = [*np.minimum(np.cumsum(sizes), len(samples)).astype(int), len(samples)] if sizes else [len(samples)]
    for start, end in zip([0, *ends[:-1]], ends, strict=True):
        buffer.append(samples[start:end])
        while (window := search.next_window(buffer)) is not None:
            found.append(window // STEP)
            search.reject(window)
        buffer.trim(search.first)
    return found


def test_takes_the_best_within_reach():
    assert candidates([0, 0.5, 0.2, 0.9, 0, 0, 0, 0, 0, 0, 0, 0]) == [3]


def test_what_is_better_further_on_is_found_from_the_better_one():
    """A crossing long before the marker must not lead to the sidelobe at the end of its reach."""
    assert candidates([0.1, 0, 0, 0, 0.4, 0.5, 0, 0.9, 0, 0, 0, 0, 0, 0, 0])[0] == 7


def test_once_it_is_rejected_the_search_goes_on_behind_it():
    assert candidates([0.9, 0, 0, 0, 0, 0, 0, 0, 0.3] + 10 * [0]) == [0, 8]


def test_once_it_is_rejected_the_next_best_is_picked_even_before_it():
    """Noise within the look-ahead may be better than the marker."""
    assert candidates([0.5, 0, 0, 0, 0.9, 0, 0, 0, 0.3] + 10 * [0]) == [4, 0, 8]


def test_what_saw_the_same_as_a_rejected_one_is_not_picked():
    assert candidates([0, 0.5, 0.6, 0.7, 0.9, 0.7, 0.6, 0.5] + 10 * [0]) == [4]


def test_thinned_out_the_best_alone_is_left_before_a_window():
    buffer, search = SampleBuffer(), MarkerSearch(Told(), REACH * STEP, 0)
    buffer.append(np.repeat(np.asarray([0.3, 0, 0, 0, 0.5, 0, 0, 0, 0.9] + 9 * [0], dtype=np.complex64), STEP))
    first = search.next_window(buffer)
    search.reject(first)
    search.thin(first)
    second = search.next_window(buffer)
    search.reject(second)
    assert (first, second, search.next_window(buffer)) == (8 * STEP, 4 * STEP, None)


def test_what_is_not_rejected_is_picked_again():
    buffer, search = SampleBuffer(), MarkerSearch(Told(), REACH * STEP, 0)
    buffer.append(np.repeat(np.asarray([0, 0.9] + 9 * [0], dtype=np.complex64), STEP))
    assert [search.next_window(buffer) for _ in range(2)] == [STEP, STEP]


def test_nothing_is_decided_before_the_reach_is_known():
    assert candidates([0, 0.9, 0, 0, 0]) == []


def test_crossings_need_the_threshold():
    assert candidates([0.9 * Told.search_threshold] * 30) == []


@settings(max_examples=80, deadline=None)
@given(
    metrics=st.lists(st.sampled_from([0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.9]), min_size=20, max_size=60),
    sizes=st.lists(st.integers(1, 20), max_size=20),
)
def test_the_split_into_blocks_changes_nothing(metrics, sizes):
    whole = candidates(metrics)
    assert candidates(metrics, sizes) == whole


@given(metrics=st.lists(st.sampled_from([0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.9]), min_size=20, max_size=60))
def test_each_has_none_better_within_reach_and_none_is_left_out(metrics):
    """But for what was rejected before."""
    left = np.concatenate((metrics, np.zeros(2 * REACH)))
    for k in candidates(left):
        assert left[k] == max(left[k : k + REACH + 1])
        left[max(0, k - 3) : k + 4] = 0
    assert max(left) < Told.search_threshold


def test_restart_forgets():
    buffer, search = SampleBuffer(), MarkerSearch(Told(), REACH * STEP, 0)
    buffer.append(np.repeat(np.asarray([0.9, 0, 0, 0, 0, 0, 0, 0, 0.5] + 9 * [0], dtype=np.complex64), STEP))
    search.restart(4 * STEP)
    assert search.next_window(buffer) == 8 * STEP


def test_the_buffer_refuses_what_it_does_not_hold():
    buffer = SampleBuffer()
    buffer.append(np.arange(10, dtype=np.complex64))
    buffer.trim(4)
    np.testing.assert_array_equal(buffer.view(4, 6).real, [4, 5])
    assert (buffer.first, buffer.end) == (4, 10)
    for start, stop in ((3, 6), (5, 11), (7, 6)):
        with pytest.raises(IndexError, match="4 to 10"):
            buffer.view(start, stop)
