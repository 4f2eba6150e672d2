"""What an operator says of hamlib's servers, and of the rotator and the radio to steer."""

from dataclasses import dataclass, field

from ground.errors import RequestError
from ground.gateway.address import Address
from ground.hamlib.rotator import RotatorLimits
from ground.hamlib.tracker import TrackSettings

STATION = "station"
"""In place of a radio's address: the station shifts its own samples."""
SIMULATED = "simulated"
"""In place of a rotator's address: one that is not there."""


@dataclass(frozen=True, slots=True)
class HamlibSettings:
    """Which servers there are, and what is steered. Raises RequestError where two would steer the same."""

    rigctld: Address | None = None
    """Where a program for satellites tunes the station."""
    rotctld: Address | None = None
    """Where it turns a simulated rotator."""
    radio: str | None = None
    """The rigctld of a radio to tune, or STATION."""
    rotator: str | None = None
    """The rotctld of a rotator to turn, or SIMULATED."""
    limits: RotatorLimits | None = None
    """Of the rotator; None: those that it tells of."""
    track: TrackSettings = field(default_factory=TrackSettings)

    def __post_init__(self) -> None:
        for name, not_there in (("radio", STATION), ("rotator", SIMULATED)):
            if getattr(self, name) not in (None, not_there):
                Address.of(name, getattr(self, name))
        if self.rigctld and self.radio:
            raise RequestError("radio", self.radio, "nothing beside rigctld: two would tune for the same shift")
        if self.rotctld and self.rotator:
            raise RequestError("rotator", self.rotator, "nothing beside rotctld, whose clients turn a rotator")
        park, limits = self.track.park, self.limits or (RotatorLimits() if self._is_simulated else None)
        if park and limits and park not in limits:
            raise RequestError("park_deg", f"{park.azimuth_deg:g},{park.elevation_deg:g}", f"within {limits}")

    @property
    def _is_simulated(self) -> bool:
        return bool(self.rotctld) or self.rotator == SIMULATED

    @property
    def steers(self) -> bool:
        """Whether a forecast is needed."""
        return bool(self.radio or self.rotator)
