"""What the sky has at a Red Pitaya's connectors: what one end of the link hears, and what it transmits. Pure."""

import math

import numpy as np
from numpy.typing import NDArray

from radio.emulated.red_pitaya import DEFAULT, Transmission, Tuning
from radio.emulated.rtl_tuner import RtlTuner
from radio.transmit.up_converter import BACK_OFF
from radio.unwaited import Unwaited

_STILL_TO_COME_S = 0.003
"""What was put out so lately may not have been told yet."""


class SkyAntenna:
    """Converters around a device that tunes up to 60 MHz: each direction's carrier lies at a frequency that it has.

    What the device puts out is amplified so that what it is given of the link's unit power is unit power in the air.
    Both ways samples wait some tenths of a second, for neither the device nor the sky waits for the other.
    """

    def __init__(self, link_rate_hz: float, receive_hz: float, transmit_hz: float, now_s: float) -> None:
        """Take the sample rate of what the sky gives and takes, and where the device has either carrier."""
        self._rate_hz, self._receive_hz, self._transmit_hz = link_rate_hz, receive_hz, transmit_hz
        self._out = Unwaited(link_rate_hz)
        self._clock_s = now_s
        """Until when it is known what was put out."""
        self._tune_in(DEFAULT)
        self._tune_out(DEFAULT)

    def hear(self, signal: NDArray[np.complex64]) -> None:
        """Take what there is in the air over a span: complex64[n] around the carrier."""
        self._in.put(self._receiver.process(signal))

    def received(self, tuning: Tuning, count: int) -> NDArray[np.complex64]:
        """Return what the device has heard: complex64[count], silence where nothing has come."""
        if tuning != self._receive:
            self._tune_in(tuning)
        return self._in.take(count)

    def transmitted(self, transmission: Transmission) -> None:
        """Take what the device has put out."""
        self._fall_silent(transmission.start_s)
        if transmission.tuning != self._transmit:
            self._tune_out(transmission.tuning)
        self._put_out(transmission.samples)

    def pass_time(self, now_s: float) -> None:
        """Say that all is told that was put out by now."""
        self._fall_silent(now_s - _STILL_TO_COME_S)

    def sent(self, count: int) -> NDArray[np.complex64]:
        """Return what goes into the air over the next span: complex64[count] around the carrier."""
        return self._out.take(count)

    def _tune_in(self, tuning: Tuning) -> None:
        self._receive, self._in = tuning, Unwaited(tuning.sample_rate_hz)
        shift_hz = self._receive_hz - tuning.frequency_hz
        self._receiver = RtlTuner(self._rate_hz, shift_hz, tuning.sample_rate_hz)

    def _tune_out(self, tuning: Tuning) -> None:
        self._transmit = tuning
        shift_hz = tuning.frequency_hz - self._transmit_hz
        self._transmitter = RtlTuner(tuning.sample_rate_hz, shift_hz, self._rate_hz)
        self._gain = np.float32(math.sqrt(self._rate_hz / tuning.sample_rate_hz) / BACK_OFF)  # a tuner's keeps noise

    def _fall_silent(self, until_s: float) -> None:
        silent = max(0, round((until_s - self._clock_s) * self._transmit.sample_rate_hz))
        self._put_out(np.zeros(silent, dtype=np.complex64))

    def _put_out(self, samples: NDArray[np.complex64]) -> None:
        self._clock_s += len(samples) / self._transmit.sample_rate_hz
        self._out.put(self._gain * self._transmitter.process(samples))
