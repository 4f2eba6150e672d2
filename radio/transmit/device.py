"""The port of a transmitting device."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from radio.transmit.permission import DeviceSetup


class TransmitDevice(Protocol):
    """A device that transmits. All methods raise DeviceError if it is not there or does not do as it is told."""

    setup: DeviceSetup
    """How it says that it is set."""
    chunk: int
    """How many samples it is best given at once."""

    def on(self) -> None:
        """Switch the carrier on."""

    def write(self, samples: NDArray[np.complex64]) -> None:
        """Transmit complex64[n] after what was written before; return before that is done."""

    def off(self) -> None:
        """Switch the carrier off; it does not matter if it is."""

    def underruns(self) -> int:
        """Return how often the device has had nothing to transmit since the last call, as far as it tells."""

    def close(self) -> None:
        """Switch the carrier off, and let the device go; it does not matter if that has been done."""
