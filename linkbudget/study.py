"""A study: an orbit, a station and links, with what is to be found out about them."""

from datetime import datetime
from typing import Annotated, Literal

from linkbudget.decibels import Real
from linkbudget.draws import MonteCarlo
from linkbudget.errors import LinkInputError
from linkbudget.link import Link
from linkbudget.orbit.station import Station
from linkbudget.propagation.local_climate import LocalClimate
from linkbudget.quantity import Within, check_quantities, table


@table
class OrbitTable:
    """Which satellite: its elements (a file may name a file of them, `file`, instead), or a preset at an epoch."""

    elements: str | None = None
    satellite: str | None = None
    preset: str | None = None
    epoch: datetime | None = None

    def __post_init__(self) -> None:
        if sum(each is not None for each in (self.elements, self.preset)) != 1:
            raise LinkInputError("elements", self.elements, "a value for one of elements, file and preset")
        if (self.preset is None) != (self.epoch is None):
            raise LinkInputError("epoch", self.epoch, "a time with a preset, and none without")


@table
class GeometryTable:
    """Where the satellite stands for a budget without an orbit."""

    elevation_deg: Annotated[Real, Within(0.0, 90.0, "deg", "of the satellite above the horizon")]
    altitude_m: Annotated[Real | None, Within(1e5, 1e9, "m", "of the satellite above the mean radius of the Earth")] = (
        None
    )
    range_m: Annotated[Real | None, Within(1.0, 1e12, "m", "distance, in place of the altitude")] = None

    def __post_init__(self) -> None:
        check_quantities(self)
        if (self.altitude_m is None) == (self.range_m is None):
            raise LinkInputError("altitude_m", self.altitude_m, "a value for one of altitude_m and range_m")


@table
class PassTable:
    """Which passes are looked for, and which of them is worked out."""

    start: datetime
    hours: Annotated[Real, Within(0.1, 720.0, "h", "length of the search")] = 24.0
    min_elevation_deg: Annotated[Real, Within(0.0, 89.0, "deg", "least elevation")] = 5.0
    number: Annotated[int | None, Within(1, 10_000, "", "of the pass, from 1; the highest if left out")] = None
    step_s: Annotated[Real, Within(0.01, 600.0, "s", "between two moments")] = 1.0
    least_margin_db: Annotated[Real, Within(-50.0, 50.0, "dB", "margin from which a mode is used")] = 0.0


@table
class SweepAxis:
    """One number of the study, and the values that it takes."""

    place: str
    lowest: float
    highest: float
    points: Annotated[int, Within(2, 2000, "", "number of values")] = 41
    spacing: Literal["linear", "logarithmic"] = "linear"


@table
class SweepTable:
    """What is swept, and which line of the budget is looked at."""

    link: str
    result: str = "margin_db"
    x: SweepAxis
    y: SweepAxis | None = None


@table
class BentPipeTable:
    """Links in series through a transparent repeater."""

    links: tuple[str, ...]
    c_im0_db_hz: Annotated[Real | None, Within(0.0, 200.0, "dB-Hz", "carrier to intermodulation density")] = None


@table
class Study:
    """All of it."""

    name: str
    orbit: OrbitTable | None = None
    station: Station | None = None
    climate: LocalClimate | None = None
    """The troposphere above the station; none is reckoned if left out."""
    geometry: GeometryTable | None = None
    links: dict[str, Link]
    passes: PassTable | None = None
    sweep: SweepTable | None = None
    bent_pipe: BentPipeTable | None = None
    monte_carlo: MonteCarlo = MonteCarlo()
