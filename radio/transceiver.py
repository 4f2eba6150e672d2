"""The transceiver: a function of samples."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from radio.modem.modulator import Modulator
from radio.modem.open_receiver import open_receiver
from radio.modem.reception import FrameQuality, Reception
from radio.profile import LinkProfile


class LinkLayer(Protocol):
    """What a transceiver is built with: takes the frames received, gives the frames to send."""

    def frame_received(self, frame: bytes, quality: FrameQuality, now_s: float) -> bool:
        """Take one frame and return whether it is good: a channel code without a checksum lets some others through.

        ``now_s`` is the link time at which the transceiver got to know the frame.
        """

    def frame_to_send(self, now_s: float) -> bytes | None:
        """Give the next frame, whose first sample leaves at ``now_s``, or None if there is none yet.

        A stream that is not to pause asks for frames that hold nothing where there are no others.
        """


_REMEMBERED_UNITS = 10_000
_SAME_MOMENT_S = 1e-6


@dataclass(frozen=True, slots=True)
class SentUnit:
    """One burst, or unit of a stream, that was sent: the link time of its start, and how long it was on the air."""

    started_s: float
    air_time_s: float


@dataclass(slots=True)
class TransceiverCounters:
    """What has gone through a transceiver."""

    frames_sent: int = 0
    frames_received: int = 0
    bursts_undecoded: int = 0
    samples_unusable: int = 0
    """Received samples that were no finite numbers."""


class Transceiver:
    """Sends on one link profile and receives on another.

    Owns no clock, thread or socket; time is the count of samples.
    """

    def __init__(
        self,
        send: LinkProfile,
        receive: LinkProfile,
        sample_rate_hz: float,
        link: LinkLayer,
        on_reception: Callable[[Reception, bool], None],
    ) -> None:
        """Take ``on_reception``, called with each burst and whether the link layer found its frame good.

        Raise ProfileError if a profile does not fit the sample rate.
        """
        self._link, self._on_reception = link, on_reception
        self._rate_hz = sample_rate_hz
        self._send_code = send.code()
        self._modulator = Modulator(send, sample_rate_hz)
        self._receive_profile = receive
        self._receiver = open_receiver(receive, sample_rate_hz)
        self._outgoing = np.zeros(0, dtype=np.complex64)
        if self._send_code.continuous:
            self._outgoing = self._modulator.stream(self._send_code.acquisition)
        self._origin_s = 0.0
        self._next_s: float | None = None
        self.counters = TransceiverCounters()
        self.sent: deque[SentUnit] = deque(maxlen=_REMEMBERED_UNITS)

    def step(self, rx: NDArray[np.complex64], now_s: float) -> NDArray[np.complex64]:
        """Take the samples received up to ``now_s``; return as many to transmit from then on. complex64[n] both."""
        start_s = now_s - len(rx) / self._rate_hz
        if self._next_s is None or abs(start_s - self._next_s) > _SAME_MOMENT_S:
            self._begin(start_s)
        self._next_s = now_s
        for reception in self._receiver.process(rx):
            self._deliver(reception.shifted(self._origin_s), now_s)
        self.counters.samples_unusable = self._receiver.samples_unusable
        return self._transmit(len(rx), now_s)

    def _begin(self, start_s: float) -> None:
        """Receive from this moment on; what was heard before a leap in time does not go on after it."""
        if self._next_s is not None:
            self._receiver = open_receiver(self._receive_profile, self._rate_hz)
        self._origin_s = start_s

    def _deliver(self, reception: Reception, now_s: float) -> None:
        frame, quality = reception.frame, reception.quality
        good = frame is not None and self._link.frame_received(frame, quality, now_s)
        self.counters.frames_received += good
        self.counters.bursts_undecoded += not good
        self._on_reception(reception, good)

    def _transmit(self, count: int, now_s: float) -> NDArray[np.complex64]:
        while len(self._outgoing) < count:
            start_s = now_s + len(self._outgoing) / self._rate_hz
            samples = self._next_samples(start_s)
            if samples is None:
                break
            self._outgoing = np.concatenate((self._outgoing, samples))
        tx, self._outgoing = self._outgoing[:count], self._outgoing[count:]
        return tx if len(tx) == count else np.concatenate((tx, np.zeros(count - len(tx), dtype=np.complex64)))

    def _next_samples(self, start_s: float) -> NDArray[np.complex64] | None:
        frame = self._link.frame_to_send(start_s)
        if frame is None:
            return None
        unit = self._send_code.encode(frame)
        if self._send_code.continuous:
            samples, started_s = self._modulator.stream(unit), start_s + self._modulator.delay_s
        else:
            samples, started_s = self._modulator.burst(np.concatenate((self._send_code.acquisition, unit))), start_s
        self.counters.frames_sent += 1
        self.sent.append(SentUnit(started_s, len(samples) / self._rate_hz))
        return samples
