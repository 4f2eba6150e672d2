"""A limit with hysteresis."""


class Comparator:
    """Whether a value is beyond a limit: from `begins` on, until it is back past `ends`.

    `ends` below `begins` watches for too high a value, `ends` above it for too low a one.
    """

    def __init__(self, begins: float, ends: float) -> None:
        self.beyond = False
        self._begins, self._ends = begins, ends
        self._too_high = ends <= begins

    def update(self, value: float) -> bool:
        """Take in the newest value and return whether it is beyond the limit."""
        limit = self._ends if self.beyond else self._begins
        self.beyond = value >= limit if self._too_high else value < limit
        return self.beyond

    def move(self, begins: float, ends: float) -> None:
        """Set other limits; the next value is judged by them."""
        self._begins, self._ends = begins, ends
