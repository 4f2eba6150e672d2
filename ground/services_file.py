"""What a gateway runs beside its web, as a TOML file: hamlib's servers and steering, mission control."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from pydantic import Field

from edge.checked_toml import CheckedModel, load_checked
from ground.errors import RequestError
from ground.forecast import Forecast
from ground.gateway.address import Address
from ground.gateway.gateway import Service, ServiceOf
from ground.gateway.station_line import StationLine
from ground.hamlib.rotator import Pointing, RotatorLimits, SlewRates
from ground.hamlib.services import HamlibServices
from ground.hamlib.settings import HamlibSettings
from ground.hamlib.tracker import TrackSettings
from ground.mission_control.metrics import Metrics
from ground.mission_control.services import mission_control

Two = Annotated[list[float], Field(min_length=2, max_length=2)]


class HamlibTable(CheckedModel):
    """[hamlib]: who steers us, and what we steer."""

    rigctld: str | None = None
    """HOST:PORT of a server at which a program for satellites tunes the station."""
    rotctld: str | None = None
    """HOST:PORT of a server at which it turns a simulated antenna."""
    radio: str | None = None
    """HOST:PORT of the rigctld of a radio to tune through the pass; "station" shifts the station's own samples."""
    rotator: str | None = None
    """HOST:PORT of the rotctld of an antenna to point; "simulated" is one that is not there."""
    azimuth_deg: Two | None = None
    """From stop to stop. Left out with elevation_deg: what the rotator tells of itself; without: 0 to 360."""
    elevation_deg: Two | None = None
    """From stop to stop; up to 180 lets it go over the zenith. Left out without azimuth_deg: 0 to 90."""
    park_deg: Two | None = None
    """Azimuth and elevation between passes; where the pass left it if left out."""
    dead_band_deg: float = 1.0
    """By how much it may point beside the satellite before it moves."""
    slew_deg_per_s: Two | None = None
    """How fast it turns, in azimuth and elevation; 5 and 2.5 if left out."""

    def settings(self) -> HamlibSettings:
        """Return the same as hamlib's services take it. Raises RequestError for what cannot be."""
        park = Pointing(*self.park_deg) if self.park_deg else None
        rates = SlewRates(*self.slew_deg_per_s) if self.slew_deg_per_s else SlewRates()
        return HamlibSettings(
            _address("rigctld", self.rigctld),
            _address("rotctld", self.rotctld),
            self.radio,
            self.rotator,
            self._limits(),
            TrackSettings(park, self.dead_band_deg, rates),
        )

    def _limits(self) -> RotatorLimits | None:
        if self.azimuth_deg is None and self.elevation_deg is None:
            return None
        return RotatorLimits(*(self.azimuth_deg or (0.0, 360.0)), *(self.elevation_deg or (0.0, 90.0)))


class MissionControlTable(CheckedModel):
    """[mission_control]: telemetry in packets, and the log."""

    telemetry: str | None = None
    """HOST:PORT of a TCP server that gives CCSDS space packets."""
    log: str | None = None
    """File of a line of JSON for each event, relative to the current directory; "-" is standard error."""


class ServicesFile(CheckedModel):
    """The file."""

    hamlib: HamlibTable = HamlibTable()
    mission_control: MissionControlTable = MissionControlTable()

    @classmethod
    def load(cls, path: Path) -> "ServicesFile":
        """Read a file. Raises RequestError naming the field that cannot be used."""
        return load_checked(path, cls, RequestError)

    def services(self, metrics: Metrics, forecast: Forecast | None) -> list[ServiceOf]:
        """Return what makes the services; metrics are counted always. Raises RequestError for what cannot be used."""
        with _in_table("mission_control"):
            telemetry = _address("telemetry", self.mission_control.telemetry)
        with _in_table("hamlib"):
            settings = self.hamlib.settings()
        found = mission_control(metrics, telemetry, self.mission_control.log)
        return [
            *(_of_table("mission_control", make) for make in found),
            _of_table("hamlib", _hamlib(settings, forecast)),
        ]


def _address(field: str, text: str | None) -> Address | None:
    return None if text is None else Address.of(field, text)


def _hamlib(settings: HamlibSettings, forecast: Forecast | None) -> ServiceOf:
    def make(line: StationLine, warn: Callable[[str], None]) -> Service:  # noqa: ARG001 - it warns by an event
        return HamlibServices(settings, line, forecast, line.tell)

    return make


def _of_table(name: str, make: ServiceOf) -> ServiceOf:
    def named(line: StationLine, warn: Callable[[str], None]) -> Service:
        with _in_table(name):
            return make(line, warn)

    return named


@contextmanager
def _in_table(name: str) -> Iterator[None]:
    """Say in what table the field is that cannot be used."""
    try:
        yield
    except RequestError as error:
        raise RequestError(f"{name}.{error.field}", error.value, error.accepted) from None
