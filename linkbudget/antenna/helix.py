"""The helix in its axial mode."""

from typing import Annotated, Literal

import numpy as np
from typing_extensions import override

from linkbudget.antenna.aperture import beamwidth_for_gain_deg, wavelength_m
from linkbudget.antenna.lobe import gaussian_lobe_dbi
from linkbudget.antenna.radiator import FloorGain, Radiator
from linkbudget.decibels import Floats, Real
from linkbudget.provenance import Range, Source
from linkbudget.quantity import Within, table

AXIAL_MODE = (Range("circumference_wavelengths", 0.75, 4 / 3), Range("pitch_deg", 12.0, 15.0))
KRAUS = Source(
    "J. D. Kraus, Antennas, 2nd ed., ch. 7",
    "G = 12 C^2 N S; width = 52 / (C sqrt(N S)); in wavelengths",
    (*AXIAL_MODE, Range("turns", 3.0, 60.0)),
)
KING_WONG = Source(
    "H. E. King and J. L. Wong, Characteristics of 1 to 8 wavelength uniform helical antennas, IEEE Trans. AP-28, 1980",
    "G = 8.3 C^(sqrt(N + 2) - 1) (N S)^0.8 (tan 12.5 deg / tan pitch)^(sqrt(N) / 2); in wavelengths",
    (*AXIAL_MODE, Range("turns", 5.0, 35.0)),
)


@table
class Helix(Radiator):
    """A helix over a ground plane, radiating along its axis; circumference and spacing are those of a turn.

    `relation` "king-wong" is fitted to measured gains; Kraus' is the textbook's, 1 to 3 dB more than is measured.
    Below its axial mode the gain falls to the floor; above it, the gain is held, though a real one breaks up.
    """

    turns: Annotated[Real, Within(1.0, 60.0, "", "turns")]
    circumference_m: Annotated[Real, Within(1e-4, 20.0, "m", "circumference of a turn")]
    spacing_m: Annotated[Real, Within(1e-5, 10.0, "m", "distance between turns along the axis")]
    kind: Literal["helix"] = "helix"
    relation: Literal["king-wong", "kraus"] = "king-wong"
    floor_dbi: FloorGain = -10.0

    def circumference_wavelengths(self, frequency_hz: Real) -> Floats:
        """Return the circumference of a turn; about 1 in the axial mode."""
        return np.asarray(self.circumference_m / wavelength_m(frequency_hz), dtype=np.float64)

    def pitch_deg(self) -> Floats:
        """Return the angle between the wire and the plane across the axis."""
        return np.asarray(np.degrees(np.arctan(np.divide(self.spacing_m, self.circumference_m))), dtype=np.float64)

    @override
    def peak_gain_dbi(self, frequency_hz: Real) -> Floats:
        """Return the gain along the axis by the chosen relation, at least the floor."""
        circumference = np.minimum(self.circumference_wavelengths(frequency_hz), AXIAL_MODE[0].highest)
        length = self.turns * circumference * np.divide(self.spacing_m, self.circumference_m)
        relation = self._kraus if self.relation == "kraus" else self._king_wong
        gain = relation(circumference, length)
        return np.asarray(np.maximum(10.0 * np.log10(gain), self.floor_dbi), dtype=np.float64)

    @property
    @override
    def source(self) -> Source:
        """What the gain is computed by."""
        return KING_WONG if self.relation == "king-wong" else KRAUS

    def _kraus(self, circumference: Floats, length: Floats) -> Floats:
        return np.asarray(12.0 * np.square(circumference) * length, dtype=np.float64)

    def _king_wong(self, circumference: Floats, length: Floats) -> Floats:
        """Return the gain as a ratio; a pitch out of range counts as the range's end."""
        pitch = np.clip(self.pitch_deg(), AXIAL_MODE[1].lowest, AXIAL_MODE[1].highest)
        steepness = np.tan(np.radians(pitch)) / np.tan(np.radians(12.5))
        exponent = np.sqrt(np.add(self.turns, 2.0)) - 1.0
        gain = 8.3 * circumference**exponent * length**0.8 / steepness ** (0.5 * np.sqrt(self.turns))
        return np.asarray(gain, dtype=np.float64)

    @override
    def _pattern_dbi(self, angle_deg: Real, frequency_hz: Real) -> Floats:
        # Kraus' width is 180 / sqrt(G) to 0.1 %, so that the two relations share it
        peak_dbi = self.peak_gain_dbi(frequency_hz)
        return gaussian_lobe_dbi(angle_deg, peak_dbi, beamwidth_for_gain_deg(peak_dbi), self.floor_dbi)
