"""A generation of a prompt that does not fit: it is over once that has been said."""

from flatsat.engine import Event, PromptTooLong


class RefusedGeneration:
    """Hands out one event."""

    def __init__(self, refusal: PromptTooLong) -> None:
        self._refusal = refusal
        self.over = False

    def poll(self, now_s: float) -> list[Event]:  # noqa: ARG002
        """Return the refusal, once."""
        if self.over:
            return []
        self.over = True
        return [self._refusal]

    def cancel(self) -> None:
        """Nothing runs."""

    def close(self) -> None:
        """Say nothing more."""
        self.over = True
