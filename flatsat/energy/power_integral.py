"""Energy from samples of power."""


class PowerIntegral:
    """The integral of power over time by the trapezoidal rule, in joules."""

    def __init__(self) -> None:
        self.energy_j = 0.0
        self._last: tuple[float, float] | None = None

    def add(self, power_w: float, now_s: float) -> None:
        """Take a sample; one that is not later than the last stands in its place."""
        if self._last is not None:
            last_w, last_s = self._last
            self.energy_j += (last_w + power_w) / 2 * max(0.0, now_s - last_s)
        self._last = power_w, now_s

    def pause(self) -> None:
        """Nothing is known of the power until the next sample: that time counts as without."""
        self._last = None
