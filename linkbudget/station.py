"""Where a ground station stands."""

from dataclasses import dataclass

from linkbudget.checks import require_between


@dataclass(frozen=True, slots=True)
class Station:
    """A ground station on the WGS84 ellipsoid: north and east are positive, altitude is above the ellipsoid.

    Raises LinkInputError if the latitude is not within 90 degrees, the longitude within 180 degrees or the
    altitude between -500 m and 10 km.
    """

    name: str
    latitude_deg: float
    longitude_deg: float
    altitude_m: float

    def __post_init__(self) -> None:
        require_between("latitude_deg", self.latitude_deg, -90.0, 90.0)
        require_between("longitude_deg", self.longitude_deg, -180.0, 180.0)
        require_between("altitude_m", self.altitude_m, -500.0, 10_000.0)
