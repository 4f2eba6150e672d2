"""An end of the link that receives through an emulated dongle, and that nobody waits for."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radio.emulated.rtl_dongle import RtlDongle
from radio.emulated.rtl_tcp import Command, Op
from radio.emulated.rtl_tcp_server import SCHEME, RtlTcpServer
from radio.sky import LegSettings
from radio.unwaited import Unwaited, UnwaitedSink
from radio.zmq_iq import Pollable


def is_dongle(endpoint: str) -> bool:
    """Whether a receiver's endpoint asks for a dongle."""
    return endpoint.startswith(f"{SCHEME}:")


class DongleEnd:
    """What the sky has at such an end: the dongle, and the transmitter while its node is there."""

    def __init__(
        self,
        endpoint: str,
        leg: LegSettings,
        sample_rate_hz: float,
        rng: np.random.Generator,
        on_client: Callable[[str, str], None],
    ) -> None:
        """Put a dongle where ``leg`` leads to, with the front end that the leg says.

        Raise RtlTcpPortError if the endpoint is taken or not valid.
        """
        _load_kernels(_dongle(leg, sample_rate_hz, np.random.default_rng(0)), leg)
        self._dongle = _dongle(leg, sample_rate_hz, rng)
        self._server = RtlTcpServer(self._dongle, endpoint, on_client)
        self._sink: UnwaitedSink | None = None
        self._sent = Unwaited(sample_rate_hz)

    @property
    def endpoint(self) -> str:
        """Where a client finds the dongle."""
        return self._server.endpoint

    @property
    def transmitting(self) -> bool:
        """Whether its node takes part in the link."""
        return self._sink is not None

    @property
    def ports(self) -> tuple[Pollable, ...]:
        """What a poller has to serve. The dongle's clients are served with each span that it hears."""
        return (self._sink,) if self._sink else ()

    def connect(self, endpoint: str, block: int) -> None:
        """Fetch what its node transmits. Raise LinkPortError if the endpoint is not valid."""
        self._sent.begin()
        self._sink = UnwaitedSink(endpoint, block, self._sent)

    def disconnect(self) -> None:
        """Fetch no more: its node is gone, and silent."""
        if self._sink:
            self._sink.close()
        self._sink = None

    def sent(self, count: int) -> NDArray[np.complex64]:
        """Return what it transmits over a span, complex64[count], as far as it is there."""
        return self._sent.take(count) if self._sink else np.zeros(count, dtype=np.complex64)

    def hear(self, signal: NDArray[np.complex64]) -> None:
        """Give it what there is at its antenna over a span, complex64[n] in units of the noise per sample."""
        self._server.put(signal)

    def summary(self) -> dict[str, Any]:
        """Return what went through it, and what did not."""
        return {
            **asdict(self._dongle.counters),
            "lost_samples": self._dongle.lost_samples,
            "late_samples": self._sent.late_samples,
            "surplus_samples": self._sent.surplus_samples,
            "state": asdict(self._dongle.state),
        }

    def close(self) -> None:
        """Close every socket."""
        self.disconnect()
        self._server.close()


def _dongle(leg: LegSettings, sample_rate_hz: float, rng: np.random.Generator) -> RtlDongle:
    return RtlDongle(leg.carrier_hz, sample_rate_hz, leg.noise_rms_lsb, leg.front_end, rng)


def _load_kernels(dongle: RtlDongle, leg: LegSettings) -> None:
    """Have a dongle that is thrown away hear, with each gain: the first time takes a second, and the clock runs."""
    for command in (Command(Op.FREQUENCY, round(leg.carrier_hz)), Command(Op.GAIN, 0)):
        dongle.obey(command)
        dongle.receive(np.zeros(1, dtype=np.complex64))
