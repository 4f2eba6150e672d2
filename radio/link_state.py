"""What the sky knows of one direction of the link over time. Made elsewhere: this package knows no orbits."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

SPEED_OF_LIGHT_M_S = 299_792_458.0


@dataclass(frozen=True, slots=True)
class LinkStates:
    """A series of link states at evenly spaced link times; each field is float64[n], n >= 2."""

    time_s: NDArray[np.float64]
    range_m: NDArray[np.float64]
    range_rate_m_s: NDArray[np.float64]
    """Positive when receding."""
    elevation_deg: NDArray[np.float64]
    c_n0_db_hz: NDArray[np.float64]
    """Carrier power to noise density at the receiver, before fading."""
    direct_db: NDArray[np.float64]
    """Median power of the direct ray over the unfaded carrier's."""
    multipath_db: NDArray[np.float64]
    """Mean power of the scattered rays, under a median shadow, over the unfaded carrier's; -200 stands for none."""
    shadowing_db: NDArray[np.float64]
    """Standard deviation of the shadowing."""

    def __post_init__(self) -> None:
        """Raise ValueError if the series is not evenly spaced, its fields differ in length or a value is not finite."""
        steps = np.diff(self.time_s)
        if len(steps) < 1 or not steps[0] > 0 or not np.allclose(steps, steps[0], rtol=1e-6, atol=0):
            raise ValueError("time_s: wants at least two evenly spaced, rising times")
        for name in SERIES[1:]:
            if getattr(self, name).shape != self.time_s.shape:
                raise ValueError(f"{name}: wants as many values as time_s")
            if not np.all(np.isfinite(getattr(self, name))):
                raise ValueError(f"{name}: wants finite values")

    def delay_s(self, time_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the light time at each time, float64[k], by cubic Hermite interpolation of range and range rate.

        Over one second the fourth derivative of a low orbit's range leaves under 0.2 mm. Outside the series
        the range goes on at the first or last range rate.
        """
        spacing = self.time_s[1] - self.time_s[0]
        inside_s = np.clip(time_s, self.time_s[0], self.time_s[-1])
        position = (inside_s - self.time_s[0]) / spacing
        k = np.minimum(position.astype(np.int64), len(self.time_s) - 2)
        u = position - k
        r0, r1 = self.range_m[k], self.range_m[k + 1]
        v0, v1 = self.range_rate_m_s[k] * spacing, self.range_rate_m_s[k + 1] * spacing
        range_m = r0 + u * (v0 + u * (3 * (r1 - r0) - 2 * v0 - v1 + u * (2 * (r0 - r1) + v0 + v1)))
        beyond_s = time_s - inside_s
        beyond_m = beyond_s * np.where(beyond_s < 0, self.range_rate_m_s[0], self.range_rate_m_s[-1])
        return np.asarray((range_m + beyond_m) / SPEED_OF_LIGHT_M_S, dtype=np.float64)

    def at(self, field: str, time_s: float) -> float:
        """Return one field at a time, linearly interpolated and held at the ends."""
        return float(np.interp(time_s, self.time_s, getattr(self, field)))


SERIES = tuple(field.name for field in fields(LinkStates))
"""Their names, in order."""
