"""What an operator says of energy: who measures it, and what is to be spared."""

from dataclasses import dataclass, field

from flatsat.energy.energy_policy import EnergyLimits
from flatsat.energy.energy_source import BOARD, EnergySource
from flatsat.errors import ConfigError


@dataclass(frozen=True, slots=True)
class EnergySettings:
    """Where answers are metered, if anywhere, and at which limits none begins."""

    source: EnergySource | None = None
    limits: EnergyLimits = field(default_factory=EnergyLimits)

    @property
    def by_board(self) -> bool:
        """Whether the board is the meter."""
        return self.source is not None and self.source.kind == BOARD

    def require_sensors(self, *, board: bool) -> None:
        """Raise ConfigError for what would be read by nobody, on a flatsat with or without a board."""
        if board:
            return
        limits = self.limits
        if self.by_board:
            raise ConfigError(
                "energy", BOARD, "a flatsat with a board (--board); tegrastats, hwmon, rapl or model else"
            )
        for name, value in (("lowest-charge", limits.lowest_charge), ("lowest-bus-v", limits.lowest_bus_v)):
            if value is not None:
                raise ConfigError(name, value, "a flatsat with a board (--board), which measures it")
        if limits.highest_temperature_c is not None and self.source is None:
            accepted = "a flatsat with a board (--board) or another sensor (--energy)"
            raise ConfigError("highest-temperature-c", limits.highest_temperature_c, accepted)
