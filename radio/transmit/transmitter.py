"""Between a node's samples and a device: nothing reaches the device but what the interlock lets through.

What a device is given is at most ``AHEAD_S`` ahead of what it transmits, so little is left when it has to stop. It is
never without samples while its carrier is on: what a device does then is its maker's choice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from radio.transmit.device import TransmitDevice
from radio.transmit.interlock import Interlock, State
from radio.transmit.play_out import PlayOut
from radio.transmit.sample_queue import SampleQueue

Samples = NDArray[np.complex64]
Report = Callable[..., None]
"""Takes the name of an event, and its fields."""

AHEAD_S = 0.028
"""The most that a device is given ahead."""
LEAD_S = 0.02
"""A burst begins so long after silence before it: what comes that much late does not tear it."""
_SHORT_S = 0.004
"""With less than this ahead a device is given silence."""
_BACKLOG_S = 0.05
"""No more samples than this wait here, besides those of a turn-around."""
_LAG_S = 0.016
"""A device may transmit so much later than it is given something."""
_REST_S = 0.02
"""A device stays off for so long: one that is on the network has to notice."""


class Clock(Protocol):
    """The time that all here share."""

    def now_s(self) -> float:
        """Return the time, which never goes back."""

    def sleep(self, duration_s: float) -> None:
        """Let time pass."""


class SampleSource(Protocol):
    """What gives the samples to transmit."""

    def take(self, now_s: float) -> Samples | None:
        """Return the next block if it has come; else see to it that it is asked for."""

    def waited_s(self, now_s: float) -> float:
        """Return for how long a block has been asked for by now."""


class Converter(Protocol):
    """What makes the device's samples of the link's."""

    def process(self, samples: Samples) -> Samples:
        """Return the device's next samples."""


@dataclass(slots=True)
class Counts:
    """What went through a transmitter."""

    bursts: int = 0
    """How often the carrier was on."""
    on_s: float = 0.0
    turn_around_s: float = 0.0
    """Of it, from when the device was told to switch on to when it was given a signal."""
    late: int = 0
    """Gaps within a signal: samples that came too late."""
    underruns: int = 0
    """As the device tells them."""


class Transmitter:
    """One device and one node. ``step`` is to be called every few milliseconds."""

    def __init__(
        self,
        device: TransmitDevice,
        interlock: Interlock,
        source: SampleSource,
        converter: Converter,
        report: Report,
        clock: Clock,
        turn_around_s: float = 0.0,
    ) -> None:
        """``turn_around_s``: what the device needs, once it is on, before it transmits what it is given."""
        self._device, self._interlock, self._source, self._converter = device, interlock, source, converter
        self._report, self._clock, self._turn_around_s = report, clock, turn_around_s
        rate_hz = device.setup.sample_rate_hz
        self._queue = SampleQueue(rate_hz, device.chunk)
        self._play_out = PlayOut(rate_hz)
        self._silence = np.zeros(device.chunk, dtype=np.complex64)
        self._chunk_s = device.chunk / rate_hz
        self._on_s = self._open_s = 0.0
        self.on = False
        """Whether the carrier is on."""
        self.counts = Counts()

    def step(self) -> None:
        """Do what is due. Raise DeviceError if the device does not do as it is told."""
        self._take_in()
        now_s = self._clock.now_s()
        self._interlock.tick(now_s, self._source.waited_s(now_s))  # before the device may have let time pass
        self._feed()
        self._settle()

    def reset(self) -> None:
        """Let go of a fault."""
        self._interlock.reset(self._clock.now_s())

    def stop(self, cause: str) -> None:
        """Switch the carrier off, if it is on."""
        if self.on:
            self._switch_off(cause)

    def _take_in(self) -> None:
        """Take the samples that have come, up to some that wait: then the node waits, too."""
        while self._queue.length_s <= self._turn_around_s + _BACKLOG_S:
            now_s = self._clock.now_s()
            samples = self._source.take(now_s)
            if samples is None:
                return
            if not np.isfinite(samples).all():
                self._interlock.offer(samples, now_s)
                samples = np.zeros_like(samples)  # in the filter, one such sample would spoil others
            self._queue.put(self._converter.process(samples))

    def _feed(self) -> None:
        while self._ready() and (chunk := self._queue.peek()) is not None:
            allowed = self._interlock.offer(chunk, self._clock.now_s())
            if allowed and not self.on:
                self._switch_on()
                continue  # the chunk waits for the device
            self._queue.drop()
            if allowed:
                self._write(chunk)
            elif self.on:
                return
        if self.on:
            self._fill()

    def _ready(self) -> bool:
        """Whether the next samples can be dealt with now."""
        return self._clock.now_s() >= self._open_s and (self._room() or not self.on)

    def _room(self) -> bool:
        return self._play_out.ahead_s(self._clock.now_s()) + self._chunk_s <= AHEAD_S

    def _fill(self) -> None:
        """Give the device silence before it has nothing left."""
        least_s = _SHORT_S if self._play_out.in_signal else LEAD_S
        while self._room() and self._play_out.ahead_s(self._clock.now_s()) < least_s:
            self.counts.late += self._play_out.in_signal
            self._write(self._silence)

    def _write(self, chunk: Samples) -> None:
        self._device.write(chunk)
        self._play_out.write(len(chunk), bool(chunk.any()), self._clock.now_s())

    def _switch_on(self) -> None:
        self._on_s = self._clock.now_s()
        self.on = True
        self._device.on()
        self._open_s = self._clock.now_s() + self._turn_around_s
        self._fill()
        self.counts.bursts += 1
        self.counts.turn_around_s += self._open_s - self._on_s
        self._report("transmitting", turn_around_s=round(self._open_s - self._on_s, 6))

    def _settle(self) -> None:
        """Switch off if the interlock says so, and only then tell why."""
        refused = self._interlock.take_refusals()
        if self.on and not self._interlock.on:
            self._switch_off(refused[0].cause.value if refused else "silence")
        for refusal in refused:
            latched = self._interlock.state is State.TRIPPED
            self._report("refused", **refusal.to_json(), latched=latched)

    def _switch_off(self, cause: str) -> None:
        """Let what the device was given come out, then switch it off: what is cut off might come out elsewhere."""
        self._clock.sleep(max(0.0, self._play_out.ahead_s(self._clock.now_s()) + _LAG_S))
        self._device.off()
        self.on = False
        now_s = self._clock.now_s()
        self._interlock.carrier_off(now_s)
        self._open_s, on_s = now_s + _REST_S, now_s - self._on_s
        self.counts.on_s += on_s
        self.counts.underruns += self._device.underruns()
        self._report("off", cause=cause, on_s=round(on_s, 6), late=self.counts.late, underruns=self.counts.underruns)
