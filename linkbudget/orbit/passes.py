"""A pass of a satellite over a station."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Pass:
    """A span at or above the least elevation: acquisition, closest approach and loss of signal, in UTC.

    The azimuths are those at the three times; `sunlit` says whether the Sun shines on the satellite at the closest
    approach (False: eclipse).
    """

    aos: datetime
    tca: datetime
    los: datetime
    max_elevation_deg: float
    aos_azimuth_deg: float
    tca_azimuth_deg: float
    los_azimuth_deg: float
    sunlit: bool

    @property
    def duration_s(self) -> float:
        """How long the pass lasts."""
        return (self.los - self.aos).total_seconds()
