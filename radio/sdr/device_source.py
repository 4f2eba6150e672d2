"""A receiving device as a GNU Radio block, and the opening of the one that a table names."""

from dataclasses import dataclass
from typing import Any

from radio.front_end_errors import DeviceError
from radio.front_end_file import SdrReceiveTable

BLOCK_S = 0.005
"""The span of samples that a device is asked for at once: what waits for more of them is that much later."""
_LUMPS_S = {"driver=redpitaya": 0.75}
"""Of a driver that sleeps when it has less than it is asked for, for as long as GNU Radio bids it to wait: 0.5 s. Seen
with all that comes on top: 0.61 s."""


@dataclass(frozen=True, slots=True)
class DeviceSource:
    """What gives samples, tuned and running as its table says."""

    block: Any
    """A source block of GNU Radio's, complex64."""
    oscillator_ppm: float
    """What the device has not corrected of its oscillator's error."""


def open_device_source(table: SdrReceiveTable) -> DeviceSource:
    """Open the device of a table. Raise DeviceError if its driver is not installed, or cannot open or set it."""
    try:
        if table.driver == "osmosdr":
            from radio.sdr.osmosdr_source import open_osmosdr  # each is loaded only when asked for: GPL, and a second

            return open_osmosdr(table)
        from radio.sdr.soapy_source import open_soapy

        return open_soapy(table)
    except ImportError as error:
        packages = "gnuradio and gr-osmosdr" if table.driver == "osmosdr" else "gnuradio and soapysdr-module-all"
        accepted = f"Debian's packages {packages}, seen by this Python"
        raise DeviceError(table.device, f"its driver cannot be loaded ({error})", accepted) from None


def stream_octets(sample_rate_hz: float) -> int:
    """Return the size of an RTL-SDR's transfers, in octets: a multiple of 512. The drivers' own holds up to 0.5 s."""
    return max(1, round(2 * sample_rate_hz * BLOCK_S / 512)) * 512


def lumps_s(table: SdrReceiveTable) -> float:
    """Return the longest time between two lumps of samples from the table's driver; 0 if they come as they are made."""
    return max((length_s for driver, length_s in _LUMPS_S.items() if driver in table.device), default=0.0)
