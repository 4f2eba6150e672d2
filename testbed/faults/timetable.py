"""When the faults of a scenario come."""

import random
from collections.abc import Iterable

from testbed.faults.fault import ProgramFault


class Timetable:
    """Faults in the order of their moments. The same seed gives the same moments."""

    def __init__(self, faults: Iterable[ProgramFault], rng: random.Random) -> None:
        moments = [(moment_s, fault) for fault in faults for moment_s in fault.moments_s(rng)]
        self._coming = sorted(moments, key=lambda each: each[0])

    @property
    def coming(self) -> list[tuple[float, ProgramFault]]:
        """What has not come yet, with its link times."""
        return list(self._coming)

    def due(self, link_time_s: float) -> list[ProgramFault]:
        """Return what has come since the last call."""
        due = [fault for moment_s, fault in self._coming if moment_s <= link_time_s]
        del self._coming[: len(due)]
        return due
