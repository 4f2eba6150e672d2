"""What a Jetson's own monitor prints, one line a sample.

The line has been the same since Jetson Linux 35 (JetPack 5) in what is read here: rails as NAME 4761mW/4778mW (now, and
the average since the start; later versions add the maximum) and sensors as name@48.468C (later versions add a maximum
here, too). A sensor whose part is switched off reads -256.
"""

import re
from dataclasses import dataclass

_RAIL = re.compile(r"\b([A-Z][A-Z0-9_]*) (\d+)mW\b")
_SENSOR = re.compile(r"\b(\w+)@(-?\d+(?:\.\d+)?)C\b")
_INPUT = "VDD_IN"
_PARTS = ("VDD_GPU_SOC", "VDD_CPU_CV", "VIN_SYS_5V0")
"""Jetson AGX Orin has no rail for its whole input; these make the module up. VDDQ_VDD2_1V8AO is fed from the last."""
_JUNCTION = "tj"
_OFF_C = -256.0


@dataclass(frozen=True, slots=True)
class TegraSample:
    """A line's power of the module and temperature of the chip's hottest place; None where it tells none."""

    power_w: float | None
    temperature_c: float | None


def parse_tegrastats(line: str) -> TegraSample:
    """Return what a line tells; of a line of something else, nothing."""
    rails_mw = {name: int(value) for name, value in _RAIL.findall(line)}
    sensors_c = {name.lower(): float(value) for name, value in _SENSOR.findall(line) if float(value) > _OFF_C}
    return TegraSample(_power_w(rails_mw), sensors_c.get(_JUNCTION, max(sensors_c.values(), default=None)))


def _power_w(rails_mw: dict[str, int]) -> float | None:
    if _INPUT in rails_mw:
        return rails_mw[_INPUT] / 1000
    if all(part in rails_mw for part in _PARTS):
        return sum(rails_mw[part] for part in _PARTS) / 1000
    return None
