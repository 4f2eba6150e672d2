"""How long a prompt's way took, from its milestones."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class PromptTimes:
    """When a prompt was asked and how its answer grew, in link time. The figures' names are those of reports."""

    queued_s: float
    first_word_s: float | None = None
    _grown_s: float | None = None
    """When the answer grew last."""
    _readable: int = 0
    """Segments that are here without a gap before them."""
    _beyond: set[int] = field(default_factory=set)
    """Segments that are here beyond a gap."""

    def first_word(self, now_s: float) -> float | None:
        """The first word is readable: return TTFT, None if it was before."""
        if self.first_word_s is not None:
            return None
        self.first_word_s = now_s
        return now_s - self.queued_s

    def segment(self, index: int, now_s: float) -> float | None:
        """A segment is here: return ITL, the time since the answer grew last; None if it does not grow now.

        Segments that come in one moment are one growth.
        """
        self._beyond.add(index)
        if self._readable not in self._beyond:
            return None
        while self._readable in self._beyond:
            self._beyond.remove(self._readable)
            self._readable += 1
        before_s, self._grown_s = self._grown_s, now_s
        return None if before_s is None or before_s == now_s else now_s - before_s
