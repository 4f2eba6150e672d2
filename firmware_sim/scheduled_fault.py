"""A fault that happens by itself, at its time."""

import re
from dataclasses import dataclass

from firmware_sim.errors import SettingError
from protocol.serial.board import FaultKind

_MAX_PARAMETER = 2**32 - 1
_FORM = re.compile(r"([a-z-]+):(\d{1,10})@(\d+(?:\.\d+)?)")
_NAMES = {kind.name.lower().replace("_", "-"): kind for kind in FaultKind}


@dataclass(frozen=True, slots=True)
class ScheduledFault:
    """Something that breaks `time_s` after power-on; FaultKind says what the parameter is."""

    time_s: float
    fault: FaultKind
    parameter: int

    @classmethod
    def parse(cls, text: str) -> "ScheduledFault":
        """Return the fault that KIND:PARAMETER@TIME_S names. Raises SettingError if it names none."""
        found = _FORM.fullmatch(text)
        if not found or found[1] not in _NAMES or int(found[2]) > _MAX_PARAMETER:
            raise SettingError("fault", text, f"KIND:PARAMETER@TIME_S, KIND one of {', '.join(_NAMES)}")
        return cls(float(found[3]), _NAMES[found[1]], int(found[2]))
