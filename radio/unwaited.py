"""A transmitter that nobody waits for: what it has not given in time is silence."""

import numpy as np
from numpy.typing import NDArray

from radio.zmq_iq import IqSink

CUSHION_S = 0.1
"""That its samples wait at first: they come in the portions of its receiver's driver."""
LONGEST_S = 0.4
"""That they wait at most: who fell behind and made up for it would be that much later for good."""


class Unwaited:
    """Samples in the order in which they came, as many as are wanted, whether they are there or not. Pure.

    The first of them set when it begins: so much later than it heard, a transmitter answers. From then on a sample
    that is not there when its moment comes is late, and a silent one takes its place.
    """

    def __init__(self, sample_rate_hz: float) -> None:
        self._cushion, self._longest = (round(time_s * sample_rate_hz) for time_s in (CUSHION_S, LONGEST_S))
        self.late_samples = 0
        """In place of which there was silence."""
        self.surplus_samples = 0
        """That waited too long, and were left out."""
        self.begin()

    def begin(self) -> None:
        """Forget what waits: who sends from now on is another."""
        self._waiting = np.zeros(0, dtype=np.complex64)
        self._begun = False

    def put(self, samples: NDArray[np.complex64]) -> None:
        """Take in complex64[n]; the oldest go if too many wait."""
        self._waiting = np.concatenate((self._waiting, samples))
        self._begun = self._begun or len(self._waiting) >= self._cushion
        if len(self._waiting) > self._longest:
            surplus = len(self._waiting) - self._cushion
            self._waiting = self._waiting[surplus:]
            self.surplus_samples += surplus

    def take(self, count: int) -> NDArray[np.complex64]:
        """Return complex64[count]."""
        if not self._begun:
            return np.zeros(count, dtype=np.complex64)
        samples, self._waiting = self._waiting[:count], self._waiting[count:]
        missing = count - len(samples)
        self.late_samples += missing
        return np.concatenate((samples, np.zeros(missing, dtype=np.complex64)))


class UnwaitedSink:
    """Requests samples all the time (a REQ socket, as gr-zeromq's req_source), and hands on what comes."""

    def __init__(self, endpoint: str, block: int, received: Unwaited) -> None:
        """Connect; the other end need not be there yet. Raise LinkPortError if the endpoint is not valid."""
        self._sink, self._block, self._received = IqSink(endpoint), block, received
        self.socket = self._sink.socket
        self._sink.want(block)

    @property
    def listening(self) -> bool:
        """Whether a reply is to come: always."""
        return self._sink.listening

    def on_readable(self) -> None:
        """Take in a reply, and ask for more."""
        self._sink.on_readable()
        if self._sink.complete:
            self._received.put(self._sink.take())
            self._sink.want(self._block)

    def close(self) -> None:
        """Close the socket."""
        self._sink.close()
