"""When to order a rotator where, pass after pass. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ground.errors import RequestError
from ground.hamlib.rotator import WIDEST, Pointing, SlewRates
from ground.hamlib.rotator_path import RotatorPath

MARGIN_S = 15.0
"""Before the begin of a pass the mount is to be there: motors take a while to start, and drivers to tell them."""


@dataclass(frozen=True, slots=True)
class TrackSettings:
    """What an operator can set. Raises RequestError for a dead band that is none, or a place where no mount points."""

    park: Pointing | None = None
    """Where the mount is kept between passes; None: where the pass left it."""
    dead_band_deg: float = 1.0
    """By how much it may point beside the satellite, on either axis, before it moves: motors last longer."""
    rates: SlewRates = field(default_factory=SlewRates)

    def __post_init__(self) -> None:
        if not 0 <= self.dead_band_deg <= 45:
            raise RequestError("dead_band_deg", self.dead_band_deg, "0 to 45")
        if self.park and self.park not in WIDEST:
            shown = f"{self.park.azimuth_deg:g},{self.park.elevation_deg:g}"
            raise RequestError("park_deg", shown, f"within {WIDEST}, and the rotator's own")


class Tracker:
    """Says for each moment what to order, if anything."""

    def __init__(self, paths: Sequence[RotatorPath], settings: TrackSettings) -> None:
        """Take the paths of passes in their order."""
        self._paths, self._settings = paths, settings
        self.aim: Pointing | None = None
        """What was ordered last."""

    def order(self, now_s: float, at: Pointing) -> Pointing | None:
        """Return where to send a mount that points `at` something; None if it is well as it is."""
        path = next((each for each in self._paths if now_s <= each.end_s), None)
        if path is not None and now_s >= path.begin_s:
            return self._follow(path, now_s)
        if path is not None and self._is_due(path, now_s, at):
            return self._go(path.at(path.begin_s))
        return self._go(self._settings.park) if self._settings.park else None

    def _is_due(self, path: RotatorPath, now_s: float, at: Pointing) -> bool:
        """Return whether to be on the way to where a pass begins; once it is, that stays so."""
        start = path.at(path.begin_s)
        return self.aim == start or now_s >= path.begin_s - MARGIN_S - self._settings.rates.time_s(at, start)

    def _follow(self, path: RotatorPath, now_s: float) -> Pointing | None:
        """Go ahead of the satellite by the dead band, and on when it is as far ahead."""
        dead_band_deg = self._settings.dead_band_deg
        if self.aim is not None and self.aim.turn_to(path.at(now_s)) <= dead_band_deg > 0:
            return None
        return self._go(path.ahead(now_s, dead_band_deg))

    def _go(self, aim: Pointing) -> Pointing | None:
        if aim == self.aim:
            return None
        self.aim = aim
        return aim
