"""A step attenuator in the signal's way, as a bench's programmable one is."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from radio.channel.settings import Within, check_bounds, settings
from radio.errors import ChannelError


@settings
class AttenuationSettings:
    """An entry of the schedule."""

    time_s: Annotated[float, Within(0.0, 1e6)]
    attenuation_db: Annotated[float, Within(0.0, 200.0)]


@settings
class AttenuatorSettings:
    """Its steps and range, and what it is set to over link time: from 0 dB on."""

    step_db: Annotated[float, Within(0.05, 20.0)] = 0.5
    most_db: Annotated[float, Within(0.0, 200.0)] = 63.5
    schedule: tuple[AttenuationSettings, ...] = ()

    def __post_init__(self) -> None:
        check_bounds(self)
        for entry in self.schedule:
            self.check(entry.attenuation_db)
        times_s = [entry.time_s for entry in self.schedule]
        if times_s != sorted(set(times_s)):
            raise ChannelError("schedule", times_s, "rising times")

    def check(self, attenuation_db: float) -> None:
        """Raise ChannelError for an attenuation that is not one of the steps."""
        steps = attenuation_db / self.step_db
        if not (0 <= attenuation_db <= self.most_db and abs(steps - round(steps)) < 1e-6):
            accepted = f"0 to {self.most_db:g} dB in steps of {self.step_db:g} dB"
            raise ChannelError("attenuation_db", attenuation_db, accepted)


class Attenuator:
    """Weakens samples by what it is set to; a step acts from one sample to the next."""

    def __init__(self, given: AttenuatorSettings, sample_rate_hz: float) -> None:
        """Begin with no attenuation at sample 0."""
        self._given = given
        self._steps = [(round(entry.time_s * sample_rate_hz), entry.attenuation_db) for entry in given.schedule]
        self._count = 0
        self.attenuation_db = 0.0

    def set(self, attenuation_db: float) -> None:
        """Set it from the next sample on, until the schedule's next entry; raise ChannelError for no such step."""
        self._given.check(attenuation_db)
        self.attenuation_db = attenuation_db

    def weaken(self, samples: NDArray[np.complex64]) -> None:
        """Attenuate the next complex64[n], in place."""
        done = 0
        while self._steps and self._steps[0][0] < self._count + len(samples):
            step, attenuation_db = self._steps.pop(0)
            self._scale(samples[done : step - self._count])
            done, self.attenuation_db = step - self._count, attenuation_db
        self._scale(samples[done:])
        self._count += len(samples)

    def _scale(self, samples: NDArray[np.complex64]) -> None:
        if self.attenuation_db:
            samples *= np.float32(10 ** (-self.attenuation_db / 20))
