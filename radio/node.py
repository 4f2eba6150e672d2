"""A node of the link: a program and its transceiver, stepped together."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from radio.modem.reception import Reception
from radio.profile import LinkProfile
from radio.reception_log import ReceptionLog
from radio.transceiver import LinkLayer, Transceiver
from radio.zmq_iq import Step


class Program(LinkLayer, Protocol):
    """A link layer with work of its own to do between frames."""

    def tick(self, now_s: float) -> None:
        """Do what is due at link time ``now_s``."""


class Ear(Protocol):
    """What keeps something of what a node receives."""

    def hear(self, samples: NDArray[np.complex64], now_s: float) -> None:
        """Take every block of samples, complex64[n], received up to ``now_s``: before the receiver gets it."""

    def add(self, reception: Reception, accepted: bool) -> None:
        """Take a reception, and whether the link layer found its frame good."""


class Node:
    """One end of the link."""

    def __init__(self, program: Program, send: LinkProfile, receive: LinkProfile, sample_rate_hz: float) -> None:
        """Raise ProfileError if a profile does not fit the sample rate."""
        self._program = program
        self.log = ReceptionLog(sample_rate_hz)
        self.ears: list[Ear] = [self.log]
        self.transceiver = Transceiver(send, receive, sample_rate_hz, program, self._tell)
        self.link_time_s = 0.0

    def step(self, rx: NDArray[np.complex64], now_s: float) -> NDArray[np.complex64]:
        """Take the samples received up to ``now_s``; return as many to transmit from then on."""
        self.link_time_s = now_s
        for ear in self.ears:
            ear.hear(rx, now_s)
        self._program.tick(now_s)
        return self.transceiver.step(rx, now_s)

    def _tell(self, reception: Reception, accepted: bool) -> None:
        for ear in self.ears:
            ear.add(reception, accepted)

    def to_json(self) -> dict[str, Any]:
        """Return what went through this node, as plain lists and numbers."""
        return {
            "link_time_s": self.link_time_s,
            "sent": [asdict(burst) for burst in self.transceiver.sent],
            "bursts_undecoded": self.transceiver.counters.bursts_undecoded,
            **self.log.to_json(),
        }


class Port(Protocol):
    """What moves a node's samples."""

    tx_endpoint: str
    """Where the sky fetches what this node transmits."""
    latency_s: float
    """From the air and back to it at most, by what devices and their drivers buffer."""

    def run(self, step: Step, begin_s: float, interrupted: Callable[[], bool]) -> None:
        """Call ``step`` for each span of samples until interrupted.

        The first begins at link time ``begin_s``. What was under way in an earlier run is dropped.
        """

    def report(self) -> dict[str, Any]:
        """Return what the devices behind it say, as plain numbers; nothing where there are none."""

    def close(self) -> None:
        """Close what is open."""
