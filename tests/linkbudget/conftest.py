import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from linkbudget.orbit.orbit import Orbit
from linkbudget.orbit.station import Station
from linkbudget.orbit.tle import Tle

ASTROCAST = """\
ASTROCAST 0.1
1 43798U 18099AS  24021.70115283  .00014813  00000-0  98015-3 0  9997
2 43798  97.5592  87.1577 0012401  79.5466 280.7158 15.07383665280634
"""


@pytest.fixture(scope="session")
def golden() -> Any:
    return json.loads((Path(__file__).parents[1] / "golden" / "linkbudget.json").read_text())


@pytest.fixture(scope="session")
def tle_text() -> str:
    return ASTROCAST


@pytest.fixture(scope="session")
def orbit() -> Orbit:
    return Orbit(Tle.parse(ASTROCAST).elements)


@pytest.fixture(scope="session")
def zurich() -> Station:
    return Station(name="Zurich", latitude_deg=47.3769, longitude_deg=8.5417, altitude_m=408.0)


@pytest.fixture(scope="session")
def monday() -> datetime:
    return datetime(2024, 1, 22, tzinfo=timezone.utc)
