"""One link as the checker's rules see it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from linkbudget.checker.finding import Finding, Severity, nominal
from linkbudget.constants import EARTH_RADIUS_M
from linkbudget.lines import Budget
from linkbudget.link import Link, Receiver, StatedReceiver, Transmitter
from linkbudget.orbit.station import Station
from linkbudget.view import View

LOW_ORBIT_M = 2e6  # where low Earth orbit ends (IADC Space Debris Mitigation Guidelines 3.3.2)
DEEP_SPACE_M = 2e9  # where deep space begins (ITU Radio Regulations 1.177)
VHF_UHF_HZ = 1e9  # and below
UHF_SPACECRAFT_DB_K = -18.0  # the best of the small: 5 dBi that look on the Earth's 200 K

_DOWNWARD = {
    ("transmitter", "nadir"): True,
    ("transmitter", "zenith"): False,
    ("receiver", "nadir"): False,
    ("receiver", "zenith"): True,
}
_DOWNWARD_NAMES = {"down": True, "up": False}


@dataclass(frozen=True, slots=True)
class Case:
    """A link by its name, with its budget at the study's geometry and the one at the best that can be had.

    View and budgets are None where the study gives no geometry, or they cannot be worked out.
    """

    name: str
    link: Link
    view: View | None = None
    budget: Budget | None = None
    best: Budget | None = None
    station: Station | None = None
    elevation_place: str = "geometry.elevation_deg"

    def finding(
        self, place: str, value: float | str | None, suspicion: str, hint: str, severity: Severity = "warning"
    ) -> Finding:
        """Return a finding at a place within the link."""
        return Finding(f"links.{self.name}.{place}", value, suspicion, hint, severity)

    @property
    def downward(self) -> bool | None:
        """Whether the spacecraft transmits; None if nothing tells.

        What the ends aim at tells it, or the link's name, or in low orbits at VHF and UHF the figure of merit.
        """
        said = {_DOWNWARD[place, end.aim] for place, end in self.ends() if (place, end.aim) in _DOWNWARD}
        said = said or {down for word, down in _DOWNWARD_NAMES.items() if word in self.name.lower()}
        if not said and self._has_merit_of_ground():
            return True
        return said.pop() if len(said) == 1 else None

    @property
    def altitude_m(self) -> float | None:
        """The spacecraft's altitude."""
        return None if self.view is None else altitude_m(self.view)

    @property
    def in_low_orbit(self) -> bool:
        """Whether the spacecraft is known to be in a low orbit."""
        return self.altitude_m is not None and self.altitude_m < LOW_ORBIT_M

    def _has_merit_of_ground(self) -> bool:
        end = self.link.receiver
        stated_db_k = nominal(end.g_over_t_db_k) if isinstance(end, StatedReceiver) else -np.inf
        return self.in_low_orbit and self.link.frequency_hz < VHF_UHF_HZ and stated_db_k > UHF_SPACECRAFT_DB_K

    def ends(self) -> Iterator[tuple[str, Transmitter | Receiver]]:
        """Give the ends that have an antenna, with their place in the link."""
        if isinstance(self.link.transmitter, Transmitter):
            yield "transmitter", self.link.transmitter
        if isinstance(self.link.receiver, Receiver):
            yield "receiver", self.link.receiver

    def is_spacecraft(self, place: str) -> bool:
        """Say whether the end at a place is known to be the spacecraft's."""
        return self.downward is not None and self.downward == (place == "transmitter")

    def peak_dbi(self, end: Transmitter | Receiver) -> float:
        """Return the peak gain of an end's antenna."""
        return nominal(end.antenna.peak_gain_dbi(self.link.frequency_hz))


def altitude_m(view: View) -> float:
    """Return the spacecraft's altitude over a round Earth."""
    range_m, up = nominal(view.range_m), float(np.sin(np.radians(nominal(view.elevation_deg))))
    radius_m = np.sqrt(EARTH_RADIUS_M**2 + range_m**2 + 2.0 * EARTH_RADIUS_M * range_m * up)
    return float(radius_m) - EARTH_RADIUS_M
