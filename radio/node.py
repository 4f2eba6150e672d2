"""A node of the link: a program and its transceiver, stepped together."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from radio.profile import LinkProfile
from radio.reception_log import ReceptionLog
from radio.transceiver import LinkLayer, Transceiver
from radio.zmq_iq import Step, ZmqNode


class Program(LinkLayer, Protocol):
    """A link layer with work of its own to do between frames."""

    def tick(self, now_s: float) -> None:
        """Do what is due at link time ``now_s``."""


class Node:
    """One end of the link."""

    def __init__(self, program: Program, send: LinkProfile, receive: LinkProfile, sample_rate_hz: float) -> None:
        """Raise ProfileError if a profile does not fit the sample rate."""
        self._program = program
        self.log = ReceptionLog(sample_rate_hz)
        self.transceiver = Transceiver(send, receive, sample_rate_hz, program, self.log.add)
        self.link_time_s = 0.0

    def step(self, rx: NDArray[np.complex64], now_s: float) -> NDArray[np.complex64]:
        """Take the samples received up to ``now_s``; return as many to transmit from then on."""
        self.link_time_s = now_s
        self.log.hear(rx, now_s)
        self._program.tick(now_s)
        return self.transceiver.step(rx, now_s)

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

    def run(self, step: Step, begin_s: float, interrupted: Callable[[], bool]) -> None:
        """Call ``step`` for each span of samples until interrupted.

        The first begins at link time ``begin_s``. What was under way in an earlier run is dropped.
        """

    def close(self) -> None:
        """Close what is open."""


def open_port(front_end: str, rx_endpoint: str, tx_endpoint: str, block: int, sample_rate_hz: float) -> Port:
    """Return a port of the kind ``zmq`` or ``gnuradio``."""
    if front_end == "gnuradio":
        from radio.gnuradio_node import GnuRadioNode  # loaded only when asked for: it takes a second and is GPL

        return GnuRadioNode(rx_endpoint, tx_endpoint, block, sample_rate_hz)
    return ZmqNode(rx_endpoint, tx_endpoint, block, sample_rate_hz)
