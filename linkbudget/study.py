"""A study: an orbit, a station and links, with what is to be found out about them."""

from datetime import datetime
from typing import Annotated, Literal

from linkbudget.checks import require_finite, require_positive
from linkbudget.decibels import Real
from linkbudget.errors import LinkInputError
from linkbudget.link import Link
from linkbudget.orbit.station import Station
from linkbudget.propagation.local_climate import LocalClimate
from linkbudget.quantity import Within, check_quantities, table
from linkbudget.uncertainty.draws import MonteCarlo


@table
class OrbitTable:
    """Which satellite: its elements (a file may name a file of them, `file`, instead), or a preset at an epoch."""

    elements: Annotated[str | None, "text of a TLE, or of an OMM as XML, KVN, JSON or CSV"] = None
    satellite: Annotated[str | None, "name or catalogue number, where the elements are of several"] = None
    preset: Annotated[
        str | None, "`sso-550-1030`, `sso-600-dawn-dusk`, `leo-500-51.6`: altitude in km, inclination"
    ] = None
    epoch: Annotated[datetime | None, "time at which a preset's orbit holds"] = None

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

    start: Annotated[datetime, "time at which the search begins, in UTC unless it carries an offset"]
    hours: Annotated[float, Within(0.1, 720.0, "h", "length of the search")] = 24.0
    min_elevation_deg: Annotated[float, Within(0.0, 89.0, "deg", "least elevation")] = 5.0
    number: Annotated[int | None, Within(1, 10_000, "", "of the pass, from 1; the highest if left out")] = None
    step_s: Annotated[float, Within(0.01, 600.0, "s", "between two moments")] = 1.0
    least_margin_db: Annotated[float, Within(-50.0, 50.0, "dB", "margin from which a mode is used")] = 0.0


@table
class SweepAxis:
    """One number of the study, and the values that it takes."""

    place: Annotated[str, "the number's dotted place: `links.downlink.transmitter.power_w`"]
    lowest: Annotated[float, "its first value"]
    highest: Annotated[float, "its last value"]
    points: Annotated[int, Within(2, 2000, "", "number of values")] = 41
    spacing: Literal["linear", "logarithmic"] = "linear"

    def __post_init__(self) -> None:
        check_quantities(self)
        require = require_finite if self.spacing == "linear" else require_positive
        require("lowest", self.lowest)
        require("highest", self.highest)


@table
class SweepTable:
    """What is swept, and which line of the budget is looked at."""

    link: Annotated[str, "name of the link"]
    result: Annotated[str, "key of the budget's line, as `linkbudget budget --json` prints it"] = "margin_db"
    x: SweepAxis
    y: SweepAxis | None = None

    def __post_init__(self) -> None:
        if self.y and self.y.place == self.x.place:
            raise LinkInputError("y.place", self.y.place, "another place than that of x")


@table
class BentPipeTable:
    """Links in series through a transparent repeater."""

    links: Annotated[tuple[str, ...], "names of the links, from the first to the last"]
    c_im0_db_hz: Annotated[float | None, Within(0.0, 200.0, "dB-Hz", "carrier to intermodulation density")] = None

    def __post_init__(self) -> None:
        check_quantities(self)
        if not self.links:
            raise LinkInputError("links", "none", "at least one link")


@table
class Study:
    """All of it. A link, a budget or a sweep needs only what it is worked out from."""

    name: Annotated[str, "of the study"]
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

    def __post_init__(self) -> None:
        if not self.links:
            raise LinkInputError("links", "none", "at least one link")
        if self.sweep:
            self._require_link("sweep.link", self.sweep.link)
        for name in self.bent_pipe.links if self.bent_pipe else ():
            self._require_link("bent_pipe.links", name)

    def _require_link(self, field: str, name: str) -> None:
        if name not in self.links:
            raise LinkInputError(field, name, f"one of {', '.join(self.links)}")
