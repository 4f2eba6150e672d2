"""When a point has been measured long enough, whatever order its work units end in."""

from dataclasses import dataclass, field

from testbed.campaign.count import Count, Measure


@dataclass(frozen=True, slots=True)
class StopRule:
    """A point ends with the first work unit at which it has so many errors, or else with the last of so many units."""

    measure: Measure
    errors: int
    most_units: int

    def __post_init__(self) -> None:
        """Raise ValueError unless both limits are 1 or more."""
        if self.errors < 1 or self.most_units < 1:
            raise ValueError(f"{self.errors} errors, {self.most_units} units; accepted: 1 or more of each")


@dataclass(slots=True)
class Tally:
    """The work units of one point that have ended.

    Units count in their order, from 0 on without a gap: so what is counted does not depend on which ended first.
    """

    rule: StopRule
    count: Count = field(default_factory=Count)
    units: int = 0
    """How many units count."""
    _early: dict[int, Count] = field(default_factory=dict)

    def add(self, unit: int, count: Count) -> None:
        """Take what a unit counted. Units beyond the one that ended the point are of no account."""
        self._early[unit] = count
        while not self.is_over and self.units in self._early:
            self.count += self._early.pop(self.units)
            self.units += 1

    @property
    def errors(self) -> int:
        """How many errors there are so far."""
        return self.count.errors(self.rule.measure)

    @property
    def is_over(self) -> bool:
        """Whether the point has been measured."""
        return self.errors >= self.rule.errors or self.units >= self.rule.most_units

    @property
    def fraction(self) -> float:
        """How much of the point is done, by what will probably end it."""
        return min(1.0, max(self.errors / self.rule.errors, self.units / self.rule.most_units))
