"""Where sequence numbers outlive a program: a port, and one for runs that nothing outlives."""

from typing import Protocol


class SecurityStore(Protocol):
    """Holds the highest number of each counter; a counter that it has never seen stands at 0."""

    def highest(self, counter: str) -> int:
        """Return how far a counter was ever raised."""

    def raise_to(self, counter: str, number: int) -> None:
        """Raise a counter; a number that is not higher changes nothing.

        After the return the number outlives a loss of power. Raises OSError if that cannot be promised; the counter
        then stands where it stood.
        """


class MemoryStore:
    """Counters that end with the program: for runs whose keys do, too."""

    def __init__(self) -> None:
        self._counters: dict[str, int] = {}

    def highest(self, counter: str) -> int:
        """Return how far a counter was raised."""
        return self._counters.get(counter, 0)

    def raise_to(self, counter: str, number: int) -> None:
        """Raise a counter."""
        self._counters[counter] = max(number, self.highest(counter))


class SparseStore:
    """Hands only each 64th number on to another store, for telemetry, whose frames are too many to store each.

    After a crash up to 64 frames that were accepted before would be so again.
    """

    EVERY = 64

    def __init__(self, store: SecurityStore) -> None:
        self._store = store
        self._counters: dict[str, int] = {}

    def highest(self, counter: str) -> int:
        """Return how far a counter was raised."""
        return self._counters.get(counter, self._store.highest(counter))

    def raise_to(self, counter: str, number: int) -> None:
        """Raise a counter. Raises OSError as the other store does; the counter then stands where it stood."""
        if number >= self._store.highest(counter) + self.EVERY:
            self._store.raise_to(counter, number)
        self._counters[counter] = max(number, self.highest(counter))
