"""What a device has still to transmit of what it was given, worked out from its sample rate. Pure."""


class PlayOut:
    """The queue in a device, in seconds."""

    def __init__(self, sample_rate_hz: float) -> None:
        self._rate_hz = sample_rate_hz
        self._empty_s = 0.0
        self.in_signal = False
        """Whether what was given last was a signal."""

    def write(self, count: int, is_signal: bool, now_s: float) -> None:
        """So many samples are given to it: a signal, or silence."""
        self._empty_s = max(self._empty_s, now_s) + count / self._rate_hz
        self.in_signal = is_signal

    def ahead_s(self, now_s: float) -> float:
        """Return how long it has something to transmit; negative, if it has had nothing for so long."""
        return self._empty_s - now_s
