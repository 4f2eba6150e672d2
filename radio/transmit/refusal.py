"""Why something is not transmitted."""

from dataclasses import dataclass
from enum import Enum


class Cause(Enum):
    """What an interlock refuses."""

    NO_PERMIT = "no permit"
    FREQUENCY = "frequency"
    POWER = "power"
    ATTENUATION = "attenuation"
    AMPLITUDE = "amplitude"
    NOT_A_NUMBER = "not a number"
    TOO_LONG = "too long"
    DUTY = "duty"
    SAMPLES_LOST = "samples lost"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that was not transmitted, or not any further."""

    cause: Cause
    found: str
    allowed: str

    def __str__(self) -> str:
        return f"{self.cause.value}: {self.found}; allowed: {self.allowed}"

    def to_json(self) -> dict[str, str]:
        """Return the fields as plain text."""
        return {"cause": self.cause.value, "found": self.found, "allowed": self.allowed}
