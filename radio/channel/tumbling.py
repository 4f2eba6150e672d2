"""A satellite that turns: its antenna's pattern passes over the line of sight."""

import math
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from radio.channel.settings import Within, settings
from radio.channel.waves import Floats


@settings
class TumblingSettings:
    """Axis and antenna. The budget's C/N0 is that of the pattern's maximum."""

    period_s: Annotated[float, Within(0.05, 3600.0)]
    """Of one turn."""
    aspect_deg: Annotated[float, Within(0.0, 180.0)] = 90.0
    """Between the axis of rotation and the line of sight."""
    cant_deg: Annotated[float, Within(0.0, 180.0)] = 90.0
    """Between the axis of rotation and that of the antenna."""
    phase_deg: Annotated[float, Within(-360.0, 360.0)] = 0.0
    """Where the turn begins: at 0 the antenna's axis is as near the line of sight as it comes."""
    pattern: Literal["dipole", "patch"] = "dipole"
    beamwidth_deg: Annotated[float, Within(10.0, 170.0)] = 80.0
    """Of a patch, between the points of half power."""
    least_db: Annotated[float, Within(-80.0, 0.0)] = -25.0
    """What is left in the pattern's null."""

    def gain(self, time_s: Floats) -> NDArray[np.complex128]:
        """Return the gain at each time, complex128[n]: the pattern, and in quadrature what fills its null."""
        least = 10 ** (self.least_db / 20)
        return np.asarray(math.sqrt(1 - least**2) * self._pattern(self._cosine(time_s)) + 1j * least)

    def _cosine(self, time_s: Floats) -> Floats:
        """Return the cosine of the angle between the antenna's axis and the line of sight (law of cosines)."""
        aspect, cant = math.radians(self.aspect_deg), math.radians(self.cant_deg)
        turned = 2 * np.pi * time_s / self.period_s + math.radians(self.phase_deg)
        return np.asarray(math.cos(aspect) * math.cos(cant) + math.sin(aspect) * math.sin(cant) * np.cos(turned))

    def _pattern(self, cosine: Floats) -> Floats:
        """Return the amplitude of a half-wave dipole, or of a patch as a power of the cosine, over its maximum."""
        if self.pattern == "dipole":
            sine = np.sqrt(np.maximum(1 - cosine**2, 1e-12))
            return np.asarray(np.cos(np.pi / 2 * cosine) / sine)
        exponent = -math.log(2) / 2 / math.log(math.cos(math.radians(self.beamwidth_deg / 2)))
        return np.asarray(np.maximum(cosine, 0) ** exponent)
