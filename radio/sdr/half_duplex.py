"""One frequency, or one antenna, for both directions: never transmit and receive at once."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radio.node import Port
from radio.sdr.carrier_sense import CarrierSense
from radio.zmq_iq import Step

_PATIENCE_S = 5.0
"""So long it waits for silence: what still sounds then is no frame that ends."""


class HalfDuplex:
    """A step around a step: what is received while we transmit is blanked, what we transmit waits for silence.

    Both ways ``turn_around_s`` lies between. The step within does not know that it waits: a burst may leave later
    than the moment at which it was asked for, by as long as the other end transmits.
    """

    def __init__(self, step: Step, rate_hz: float, turn_around_s: float) -> None:
        self._step, self._rate_hz, self._turn_around_s = step, rate_hz, turn_around_s
        self._sense = CarrierSense(rate_hz)
        self._waiting = np.zeros(0, dtype=np.complex64)
        self._sending = False
        self._deaf_s = (0.0, 0.0)
        """The span in which nothing is heard, for we transmit or turn around."""
        self._heard_s = -np.inf
        """When somebody else was heard last."""
        self._waits_since_s: float | None = None

    def __call__(self, rx: NDArray[np.complex64], now_s: float) -> NDArray[np.complex64]:
        """Take the samples received up to ``now_s``; return as many to transmit from then on: complex64[n] both."""
        heard = self._blanked(rx, now_s)
        if heard is rx and self._sense.hears(rx):
            self._heard_s = now_s
        self._waiting = np.concatenate((self._waiting, self._step(heard, now_s)))
        self._drop_silence(len(rx))
        if not self._may_send(now_s):
            return np.zeros(len(rx), dtype=np.complex64)
        return self._send(len(rx), now_s)

    def _blanked(self, rx: NDArray[np.complex64], now_s: float) -> NDArray[np.complex64]:
        first_s = now_s - len(rx) / self._rate_hz
        begin, end = (round((at_s - first_s) * self._rate_hz) for at_s in self._deaf_s)
        if end <= 0 or begin >= len(rx):
            return rx
        heard = rx.copy()
        heard[max(begin, 0) : end] = 0
        return heard

    def _drop_silence(self, count: int) -> None:
        """Leave out whole blocks of silence ahead of what waits, so that nothing waits for them."""
        while len(self._waiting) and not self._waiting[:count].any():
            self._waiting = self._waiting[count:]
            self._sending = False

    def _may_send(self, now_s: float) -> bool:
        if not len(self._waiting):
            self._waits_since_s = None
        elif not self._sending:
            self._waits_since_s = now_s if self._waits_since_s is None else self._waits_since_s
            silent = now_s - self._heard_s > self._turn_around_s
            self._sending = silent or now_s - self._waits_since_s > _PATIENCE_S
        return self._sending

    def _send(self, count: int, now_s: float) -> NDArray[np.complex64]:
        tx, self._waiting = self._waiting[:count], self._waiting[count:]
        used = np.flatnonzero(tx)
        begin_s = now_s + used[0] / self._rate_hz - self._turn_around_s
        end_s = now_s + (used[-1] + 1) / self._rate_hz + self._turn_around_s
        self._deaf_s = (min(begin_s, self._deaf_s[0]) if self._deaf_s[1] >= begin_s else begin_s, end_s)
        return np.concatenate((tx, np.zeros(count - len(tx), dtype=np.complex64)))


class HalfDuplexPort:
    """A port whose steps are half duplex."""

    def __init__(self, port: Port, rate_hz: float, turn_around_s: float) -> None:
        self._port, self._rate_hz, self._turn_around_s = port, rate_hz, turn_around_s
        self.tx_endpoint, self.latency_s = port.tx_endpoint, port.latency_s + 2 * turn_around_s

    def run(self, step: Step, begin_s: float, interrupted: Callable[[], bool]) -> None:
        """Work as the port within does."""
        self._port.run(HalfDuplex(step, self._rate_hz, self._turn_around_s), begin_s, interrupted)

    def report(self) -> dict[str, Any]:
        """Return what the port within does."""
        return self._port.report()

    def close(self) -> None:
        """Close the port within."""
        self._port.close()
