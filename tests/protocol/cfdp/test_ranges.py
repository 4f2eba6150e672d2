from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from protocol.cfdp.ranges import Ranges

EDGES = st.integers(0, 40)
STEPS = st.lists(st.tuples(st.booleans(), EDGES, EDGES), max_size=25)


@given(steps=STEPS, start=EDGES, end=EDGES, count=st.integers(0, 5))
def test_they_are_a_set_of_octets(steps: list[tuple[bool, int, int]], start: int, end: int, count: int) -> None:
    ranges, octets = Ranges(), set[int]()
    for adds, low, high in steps:
        if adds:
            assert ranges.add(low, high)
            octets |= set(range(low, high))
        else:
            ranges.remove(low, high)
            octets -= set(range(low, high))
    listed = list(ranges)
    assert [octet for low, high in listed for octet in range(low, high)] == sorted(octets)
    assert all(before[1] < after[0] for before, after in pairwise(listed))
    assert (len(ranges), bool(ranges), ranges.octets) == (len(listed), bool(octets), len(octets))
    assert ranges.end == max(octets, default=-1) + 1
    assert ranges.covers(start, end) == (set(range(start, end)) <= octets)
    gaps = ranges.gaps(start, end, 100)
    assert {octet for low, high in gaps for octet in range(low, high)} == set(range(start, end)) - octets
    assert ranges.gaps(start, end, count) == gaps[:count]
    if octets:
        assert ranges.first() == listed[0]
    assert list(Ranges(listed)) == listed


def test_their_number_is_bounded() -> None:
    ranges = Ranges(max_count=2)
    assert ranges.add(0, 1)
    assert ranges.add(10, 11)
    assert not ranges.add(5, 6)
    assert ranges.add(1, 2)  # touches one, and so is no more
    assert list(ranges) == [(0, 2), (10, 11)]
