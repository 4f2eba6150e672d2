"""Write tests/golden/sunlight.json: python tests/golden/make_sunlight.py DE421.BSP.

Source: the ephemeris DE421 of the Jet Propulsion Laboratory (https://ssd.jpl.nasa.gov/ftp/eph/planets/bsp/), read by
the Python package skyfield 1.55, whose is_sunlit asks if the middle of the Sun's disc is seen past a spherical Earth.
"""

import json
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
from skyfield.api import EarthSatellite, load, load_file, wgs84
from skyfield.searchlib import find_discrete

SATELLITES = {
    "low, dawn and dusk": (
        "1 43798U 18099AS  24021.70115283  .00014813  00000-0  98015-3 0  9997",
        "2 43798  97.5592  87.1577 0012401  79.5466 280.7158 15.07383665280634",
    ),
    "low, 51.6 deg": (
        "1 25544U 98067A   14020.93268519  .00009878  00000-0  18200-3 0  5082",
        "2 25544  51.6498 109.4756 0003572  55.9686 274.8005 15.49815350868473",
    ),
    "high, eccentric": (
        "1 08195U 75081A   06176.33215444  .00000099  00000-0  11873-3 0   813",
        "2 08195  64.1586 279.0717 6877146 264.7651  20.2257  2.00491383225656",
    ),
}
ZURICH = (47.3769, 8.5417, 408.0)
TARGET = Path(__file__).with_name("sunlight.json")


def main(path: str) -> None:
    """Write the Sun's place every 500 days, also as seen at Zurich, and three satellites' changes of light."""
    ephemeris, scale = load_file(path), load.timescale(builtin=True)
    times = [datetime(1975, 1, 1, 7, tzinfo=timezone.utc) + timedelta(days=501.3 * n) for n in range(53)]
    golden = {
        "source": " ".join(str(__doc__).split("Source: ")[1].split()),
        "sun": [_sun(ephemeris, scale, time) for time in times],
        "zurich": ZURICH,
        "changes": {name: _changes(ephemeris, scale, lines) for name, lines in SATELLITES.items()},
    }
    TARGET.write_text(json.dumps(golden, indent=1) + "\n")


def _sun(ephemeris, scale, time):
    at = scale.from_datetime(time)
    apparent = ephemeris["earth"].at(at).observe(ephemeris["sun"]).apparent()
    right_ascension, declination, distance = apparent.radec(epoch="date")
    site = ephemeris["earth"] + wgs84.latlon(*ZURICH[:2], ZURICH[2])
    altitude, azimuth, _ = site.at(at).observe(ephemeris["sun"]).apparent().altaz()
    return {
        "utc": time.isoformat(),
        "right_ascension_deg": round(15.0 * right_ascension.hours, 5),
        "declination_deg": round(declination.degrees, 5),
        "distance_au": round(distance.au, 7),
        "zurich_altitude_deg": round(altitude.degrees, 4),
        "zurich_azimuth_deg": round(azimuth.degrees, 4),
    }


def _changes(ephemeris, scale, lines):
    satellite = EarthSatellite(*lines, "", scale)
    start = satellite.epoch.utc_datetime().replace(microsecond=0)

    def lit(at):
        return satellite.at(at).is_sunlit(ephemeris)

    lit.step_days = 1.0 / 1440.0
    begin = scale.from_datetime(start)
    found, states = find_discrete(begin, scale.from_datetime(start + timedelta(days=2)), lit, epsilon=1e-6)
    seconds = (found - begin) * 86_400.0
    return {
        "tle": lines,
        "start": start.isoformat(),
        "lit_at_start": bool(lit(begin)),
        "change_s": [round(float(each), 1) for each in seconds],
        "lit_after": [bool(state) for state in np.atleast_1d(states)],
    }


if __name__ == "__main__":
    main(sys.argv[1])
