"""A transmitter of any make that SoapySDR has a driver for. The only importer of SoapySDR that transmits.

SoapySDR's own Python binding, not GNU Radio's sink: what is written is with the driver at once, and the stream is
deactivated by one call. A sink in a flowgraph has buffers before it that are emptied first.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from radio.front_end_errors import DeviceError
from radio.front_end_file import SoapyTransmitTable
from radio.transmit.permission import DeviceSetup

try:
    import SoapySDR
except ImportError:
    SoapySDR = None

_CHUNK_S = 0.01
_LEAST_CHUNK = 2048
"""A Red Pitaya's server takes so many at a time, and fills up with old ones what it does not get."""
_WRITE_TIMEOUT_US = 100_000


class SoapyDevice:
    """The first transmit channel of a device."""

    def __init__(self, table: SoapyTransmitTable) -> None:
        """Open and set up the device; nothing is transmitted yet. Raise DeviceError if that cannot be done."""
        if SoapySDR is None:
            raise DeviceError(table.device, "there is no SoapySDR for Python", "Debian's package python3-soapysdr")
        self._name = table.device
        self._device = self._call(SoapySDR.Device, table.device, accepted="a device that SoapySDRUtil --find shows")
        self._stream: Any = None
        self._active = False
        self._tells_underruns = True
        try:
            self._set_up(table)
        except BaseException:
            self._device.close()
            raise

    def on(self) -> None:
        """Switch the carrier on."""
        self._active = True  # before it is: what fails half-way has to be switched off, too
        self._check("cannot be activated", self._call(self._device.activateStream, self._stream))

    def write(self, samples: NDArray[np.complex64]) -> None:
        """Transmit complex64[n] after what was written before."""
        while len(samples):
            arguments = (self._stream, [samples], len(samples), 0, 0, _WRITE_TIMEOUT_US)
            written = self._call(self._device.writeStream, *arguments).ret
            self._check("takes no samples", written)
            samples = samples[written:]

    def off(self) -> None:
        """Switch the carrier off."""
        if self._active:
            self._check("cannot be deactivated", self._call(self._device.deactivateStream, self._stream))
            self._active = False

    def underruns(self) -> int:
        """Return how often the device has had nothing to transmit since the last call, as far as it tells."""
        count = 0
        while self._tells_underruns:
            status = self._call(self._device.readStreamStatus, self._stream, 0).ret
            if status != SoapySDR.SOAPY_SDR_UNDERFLOW:
                self._tells_underruns = status != SoapySDR.SOAPY_SDR_NOT_SUPPORTED
                break
            count += 1
        return count

    def close(self) -> None:
        """Switch the carrier off, and let the device go; it does not matter if that has been done."""
        if self._stream is None:
            return
        try:
            self.off()
        finally:
            stream, self._stream = self._stream, None
            self._device.closeStream(stream)
            self._device.close()

    def _set_up(self, table: SoapyTransmitTable) -> None:
        direction, device = SoapySDR.SOAPY_SDR_TX, self._device
        if device.getNumChannels(direction) == 0:
            raise DeviceError(self._name, "it does not transmit", "a device that does")
        self._check_rate(table.sample_rate_hz)
        self._call(device.setSampleRate, direction, 0, table.sample_rate_hz)
        self._call(device.setFrequency, direction, 0, table.frequency_hz)
        self._call(device.setGain, direction, 0, table.gain_db)
        if table.antenna:
            self._call(
                device.setAntenna, direction, 0, table.antenna, accepted=", ".join(device.listAntennas(direction, 0))
            )
        self._stream = self._call(device.setupStream, direction, SoapySDR.SOAPY_SDR_CF32, [0])
        rate_hz = device.getSampleRate(direction, 0)
        self.setup = DeviceSetup(device.getFrequency(direction, 0), rate_hz, device.getGain(direction, 0))
        self.chunk = max(_LEAST_CHUNK, min(device.getStreamMTU(self._stream), round(_CHUNK_S * rate_hz)))

    def _check_rate(self, rate_hz: float) -> None:
        """Raise DeviceError for a rate that the device has not: some drivers take any, and set another."""
        ranges = self._device.getSampleRateRange(SoapySDR.SOAPY_SDR_TX, 0)
        if not any(each.minimum() <= rate_hz <= each.maximum() for each in ranges):
            has = ", ".join(f"{each.minimum():.9g} to {each.maximum():.9g}" for each in ranges)
            raise DeviceError(self._name, f"it has no sample rate of {rate_hz:.9g} Hz", f"one of {has} Hz")

    def _check(self, reason: str, result: int) -> None:
        if result < 0:
            raise DeviceError(self._name, f"it {reason}: {SoapySDR.errToStr(result)}", "a device that works")

    def _call(self, function: Any, *arguments: Any, accepted: str = "a device that works, and settings it has") -> Any:
        try:
            return function(*arguments)
        except (RuntimeError, ValueError) as error:
            raise DeviceError(self._name, str(error), accepted) from None
