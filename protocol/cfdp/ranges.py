"""Sets of octets of a file, as ranges."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import islice


class Ranges:
    """Half-open ranges (start, end), merged where they touch, in order.

    A range is found in O(log n) steps. Never are there more than `max_count`: `add` refuses what would be one more.
    """

    def __init__(self, ranges: Iterable[tuple[int, int]] = (), max_count: int = 1 << 16) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._max_count = max_count
        self.octets = 0
        for start, end in ranges:
            self.add(start, end)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(self._starts, self._ends, strict=True)

    def __bool__(self) -> bool:
        return bool(self._starts)

    def __len__(self) -> int:
        return len(self._starts)

    @property
    def end(self) -> int:
        """The end of the last range, 0 if there is none."""
        return self._ends[-1] if self._ends else 0

    def add(self, start: int, end: int) -> bool:
        """Take in (start, end); return whether it is in now. An empty one is."""
        if start >= end:
            return True
        first, last = bisect_left(self._ends, start), bisect_right(self._starts, end)
        if first < last:  # it touches those from first to last
            start, end = min(start, self._starts[first]), max(end, self._ends[last - 1])
        elif len(self._starts) >= self._max_count:
            return False
        self._replace(first, last, [start], [end])
        return True

    def remove(self, start: int, end: int) -> None:
        """Take out (start, end)."""
        if start >= end:
            return
        first, last = bisect_right(self._ends, start), bisect_left(self._starts, end)
        if first >= last:
            return
        left, right = (self._starts[first], start), (end, self._ends[last - 1])
        left_over = [part for part in (left, right) if part[0] < part[1]]
        self._replace(first, last, [part[0] for part in left_over], [part[1] for part in left_over])

    def covers(self, start: int, end: int) -> bool:
        """Tell whether all of (start, end) is in."""
        if start >= end:
            return True
        index = bisect_right(self._starts, start) - 1
        return index >= 0 and self._ends[index] >= end

    def first(self) -> tuple[int, int]:
        """Return the first range. Raises IndexError if there is none."""
        return self._starts[0], self._ends[0]

    def gaps(self, start: int, end: int, max_count: int) -> list[tuple[int, int]]:
        """Return the first `max_count` ranges between `start` and `end` that are not in."""
        return list(islice(self._gaps(start, end), max_count))

    def _gaps(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        index = bisect_right(self._ends, start)
        while start < end and index < len(self._starts) and self._starts[index] < end:
            if start < self._starts[index]:
                yield start, self._starts[index]
            start = self._ends[index]
            index += 1
        if start < end:
            yield start, end

    def _replace(self, first: int, last: int, starts: list[int], ends: list[int]) -> None:
        self.octets += sum(self._starts[first:last]) - sum(self._ends[first:last]) + sum(ends) - sum(starts)
        self._starts[first:last] = starts
        self._ends[first:last] = ends
