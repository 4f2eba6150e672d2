"""The steps of a budget from the transmitter's power down to the margin."""

from dataclasses import dataclass

from linkbudget.errors import LinkInputError
from linkbudget.lines import Budget, Kind, Line
from linkbudget.output.rows import number


@dataclass(frozen=True, slots=True)
class Step:
    """One row: the running sum goes from `start` to `end`, and is `end` at a total."""

    line: Line
    start: float
    end: float

    @property
    def is_total(self) -> bool:
        """Whether the row says the sum so far."""
        return self.line.kind is Kind.TOTAL

    @property
    def is_margin(self) -> bool:
        """Whether the row is what the budget is for."""
        return self.line.key == "margin_db"

    @property
    def change_db(self) -> float:
        """What the row does to the running sum."""
        return self.end - self.start

    @property
    def shown(self) -> float:
        """The number that is printed: a total's sum, another row's change."""
        return self.end if self.is_total else self.change_db


def steps(budget: Budget, mode: int = 0) -> list[Step]:
    """Return the rows of a budget that make its running sum, of one moment and in one mode.

    Raises LinkInputError for a budget with an axis of time or draws.
    """
    found, level = [], 0.0
    for line in budget:
        if line.kind in (Kind.GAIN, Kind.LOSS, Kind.TOTAL):
            found.append(_step(line, level, mode))
            level = found[-1].end
    return found


def _step(line: Line, level: float, mode: int) -> Step:
    if line.value.size > 1 and (line.value.ndim != 2 or line.value.shape[1] > 1):
        raise LinkInputError(line.key, line.value.shape, "the shape of one moment without draws: () or (modes, 1)")
    value = number(line, mode)
    ends = {Kind.GAIN: level + value, Kind.LOSS: level - value, Kind.TOTAL: value}
    return Step(line, level, ends[line.kind])
