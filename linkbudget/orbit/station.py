"""Where a ground station stands."""

from typing import Annotated

from linkbudget.quantity import Within, table


@table
class Station:
    """A ground station on the WGS-84 ellipsoid: north and east are positive, altitude is above the ellipsoid.

    Raises LinkInputError if the latitude is not within 90 degrees, the longitude within 180 degrees or the
    altitude between -500 m and 10 km.
    """

    name: Annotated[str, "of the place"]
    latitude_deg: Annotated[float, Within(-90.0, 90.0, "deg", "geodetic latitude, north positive")]
    longitude_deg: Annotated[float, Within(-180.0, 180.0, "deg", "longitude, east positive")]
    altitude_m: Annotated[float, Within(-500.0, 10_000.0, "m", "altitude above the ellipsoid")]
