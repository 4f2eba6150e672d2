"""How link time is held to the wall clock."""


class Pacer:
    """Says how long to wait before link time may reach a given moment.

    In realtime the wait is always kept. Otherwise link time runs free, except while somebody holds it (the model is
    generating): then a latency read off the trace is what a real pass would have shown.
    """

    def __init__(self, realtime: bool) -> None:
        self._realtime = realtime
        self._holders: set[str] = set()
        self._anchor: tuple[float, float] | None = None

    def hold(self, holder: str) -> None:
        """Hold link time to the wall clock until ``holder`` releases it."""
        self._holders.add(holder)

    def release(self, holder: str) -> None:
        """End a hold; releasing twice is harmless."""
        self._holders.discard(holder)

    def wait_s(self, link_s: float, wall_s: float) -> float:
        """Return how many seconds from ``wall_s`` on link time has to wait before it may be ``link_s``."""
        if not (self._realtime or self._holders):
            self._anchor = None
            return 0.0
        if self._anchor is None:
            self._anchor = (link_s, wall_s)
        anchor_link_s, anchor_wall_s = self._anchor
        return max(0.0, anchor_wall_s + (link_s - anchor_link_s) - wall_s)

    def behind_s(self, link_s: float, wall_s: float) -> float:
        """Return by how much link time, if it is now ``link_s``, is later than it is held to be."""
        if self._anchor is None:
            return 0.0
        anchor_link_s, anchor_wall_s = self._anchor
        return wall_s - anchor_wall_s - (link_s - anchor_link_s)

    def stand_still(self, wall_s: float) -> None:
        """Let so much wall-clock time go by that link time does not make up for."""
        if self._anchor is not None:
            self._anchor = (self._anchor[0], self._anchor[1] + wall_s)
