"""A rotator that is not there: two motors that turn at their rates, and stop where they are told or at their ends."""

from collections.abc import Callable

from ground.hamlib.rotator import Pointing, RotatorLimits, SlewRates


class Mount:
    """Where such a rotator points at any time. Pure; time never goes back."""

    def __init__(self, limits: RotatorLimits, rates: SlewRates, at: Pointing, now_s: float = 0.0) -> None:
        """Begin at rest."""
        self.limits, self._rates = limits, rates
        self._start = self._target = at
        self._since_s = now_s

    def position(self, now_s: float) -> Pointing:
        """Return where it points."""
        elapsed_s, start, target = max(0.0, now_s - self._since_s), self._start, self._target
        return Pointing(
            _toward(start.azimuth_deg, target.azimuth_deg, self._rates.azimuth_deg_s * elapsed_s),
            _toward(start.elevation_deg, target.elevation_deg, self._rates.elevation_deg_s * elapsed_s),
        )

    def point(self, target: Pointing, now_s: float) -> None:
        """Turn there from now on, or as far that way as it goes."""
        self._start, self._since_s = self.position(now_s), now_s
        self._target = Pointing(
            _within(target.azimuth_deg, *self.limits.azimuth_deg),
            _within(target.elevation_deg, *self.limits.elevation_deg),
        )

    def stop(self, now_s: float) -> None:
        """Stay where it points now."""
        self.point(self.position(now_s), now_s)


class SimulatedRotator:
    """A mount as a rotator, in the time that it is given."""

    def __init__(self, mount: Mount, park: Pointing, now_s: Callable[[], float]) -> None:
        self._mount, self._park, self._now_s = mount, park, now_s

    async def limits(self) -> RotatorLimits:
        """Return how far it turns."""
        return self._mount.limits

    async def position(self) -> Pointing:
        """Return where it points now."""
        return self._mount.position(self._now_s())

    async def point(self, pointing: Pointing) -> None:
        """Begin to turn there."""
        self._mount.point(pointing, self._now_s())

    async def stop(self) -> None:
        """Stay."""
        self._mount.stop(self._now_s())

    async def park(self) -> None:
        """Begin to turn to where it is kept."""
        await self.point(self._park)

    async def close(self) -> None:
        """Nothing is open."""


def _within(angle: float, lowest: float, highest: float) -> float:
    return min(max(angle, lowest), highest)


def _toward(start: float, target: float, most: float) -> float:
    return target if abs(target - start) <= most else start + (most if target > start else -most)
