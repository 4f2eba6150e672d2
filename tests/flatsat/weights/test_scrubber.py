import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from flatsat.errors import EngineError
from flatsat.weights.flips import Flip, draw_flips, flip_bits
from flatsat.weights.scrubber import SLICE_S, Repair, Scrubber, differing_bits
from flatsat.weights.tensor import PIECE_OCTETS, tensor_hash


class Clock:
    """Time goes on by `step_s` whenever it is looked at."""

    def __init__(self, step_s: float = 0.0) -> None:
        self.now_s, self.step_s = 100.0, step_s

    def __call__(self) -> float:
        self.now_s += self.step_s
        return self.now_s


@pytest.fixture
def disk(tensors):
    return {tensor.name: tensor.values.copy() for tensor in tensors}


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def scrubber(tensors, disk, clock):
    hashes = {tensor.name: tensor_hash(tensor) for tensor in tensors}
    return Scrubber(tensors, hashes, disk.__getitem__, 10.0, clock)


def test_the_hash_is_sha_256(tensors) -> None:
    """FIPS 180-2, appendix B.1: "abc"."""
    tensors[1].values = np.frombuffer(b"abc", np.uint8)
    assert tensor_hash(tensors[1]) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_each_of_many_flips_is_found_in_one_pass_and_restored(tensors, disk, scrubber) -> None:
    for number, flip in enumerate(draw_flips(tensors, 60, np.random.default_rng(1)), start=1):
        flip_bits(tensors, [flip])
        assert scrubber.scrub() == [Repair(flip.tensor, 1, number)]
        assert all(np.array_equal(tensor.values, disk[tensor.name]) for tensor in tensors)
    assert scrubber.scrub() == []
    assert scrubber.passes == 61


def test_flips_of_one_tensor_are_counted(tensors, scrubber) -> None:
    flip_bits(tensors, [Flip("norm", 3, 31), Flip("norm", 3, 30), Flip("norm", 0, 0), Flip("proj", 1 << 18, 7)])
    assert scrubber.scrub() == [Repair("norm", 3, 1), Repair("proj", 1, 1)]


def test_a_pass_begins_with_its_period_and_pauses_after_each_slice(tensors, scrubber, clock) -> None:
    flip_bits(tensors, [Flip("proj", 0, 0)])
    clock.now_s += 9.9
    assert scrubber.tick() == []
    assert next(scrubber._pass, "not begun") == "not begun"
    clock.now_s += 0.2
    clock.step_s = SLICE_S / 2
    slices = []
    while scrubber.passes == 0:
        slices.append(scrubber.tick())
    assert len(slices) >= sum(tensor.octets for tensor in tensors) / PIECE_OCTETS / 2
    assert [repair for repairs in slices for repair in repairs] == [Repair("proj", 1, 1)]
    clock.step_s = 0.0
    assert scrubber.tick() == []
    assert scrubber.passes == 1


def test_a_pass_can_be_had_at_once(tensors, scrubber) -> None:
    flip_bits(tensors, [Flip("embed", 5, 5)])
    scrubber.hasten()
    assert scrubber.tick() == [Repair("embed", 1, 1)]


def test_what_is_bad_on_disk_too_is_not_put_into_memory(tensors, disk, scrubber) -> None:
    flip_bits(tensors, [Flip("norm", 1, 1)])
    bad = tensors[1].values.copy()
    disk["norm"][0] ^= 1
    with pytest.raises(EngineError, match="weights norm have changed both in memory and on disk"):
        scrubber.scrub()
    assert np.array_equal(tensors[1].values, bad)


def test_memory_that_does_not_keep_what_is_written_is_told(tensors, scrubber) -> None:
    flip_bits(tensors, [Flip("norm", 1, 1)])
    tensors[1].stuck = True
    with pytest.raises(EngineError, match="weights norm cannot be restored"):
        scrubber.scrub()


octets = arrays(np.uint8, st.integers(0, 50))


@given(octets, st.sets(st.integers(0, 399)))
def test_differing_bits_are_counted(one, places) -> None:
    other = one.copy()
    places = {place for place in places if place < 8 * len(one)}
    for place in places:
        other[place // 8] ^= 1 << place % 8
    assert differing_bits(one, other) == len(places)
