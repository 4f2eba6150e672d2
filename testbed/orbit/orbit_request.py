"""What an orbit is asked for."""

from dataclasses import dataclass, field
from datetime import datetime

from flatsat.energy.energy_policy import EnergyLimits
from testbed.errors import ScenarioError


@dataclass(frozen=True, slots=True)
class OrbitRequest:
    """A study's orbit, what is asked meanwhile, and the state and limits of the spacecraft.

    Raises ScenarioError for what cannot be used.
    """

    study: str = "cubesat-uhf"
    profile: str = "leo-bpsk"
    start: datetime | None = None
    """The beginning; if None, a minute before the first pass of the study that asks most of a battery."""
    orbits: float = 1.0
    prompts: int = 12
    max_tokens: int = 300
    tokens_per_s: float = 6.0
    battery_charge: float = 0.42
    """At the start."""
    limits: EnergyLimits = field(default_factory=lambda: EnergyLimits(lowest_charge=0.40, highest_temperature_c=65.0))
    """At which no answer begins."""
    within_contact: bool = False
    seed: int = 1

    def __post_init__(self) -> None:
        for name, lowest, highest in (
            ("orbits", 0.1, 20.0),
            ("prompts", 1, 1000),
            ("max_tokens", 1, 65_535),
            ("tokens_per_s", 0.1, 10_000.0),
            ("battery_charge", 0.0, 1.0),
            ("seed", 0, 2**31 - 1),
        ):
            value = getattr(self, name)
            if not lowest <= value <= highest:
                raise ScenarioError(name.replace("_", "-"), value, f"{lowest:g} to {highest:g}")
