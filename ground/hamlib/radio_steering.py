"""Steering a radio: it is kept where the Doppler shift puts the link, through the passes of a forecast."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from ground.hamlib.doppler import DopplerTuning
from ground.hamlib.errors import PeerError
from ground.hamlib.link_time import LinkTime
from ground.hamlib.retry import Retry

STEP_HZ = 1.0
"""The least that a radio is tuned by: hamlib's radios count whole hertz."""


class Radio(Protocol):
    """What is tuned."""

    ahead_s: float
    """From when it is told of two frequencies until they should be right: half its way to the next telling, or all."""

    async def tune(self, receive_hz: float, transmit_hz: float) -> None:
        """Set both frequencies. Raise PeerError if it cannot be reached or refuses."""

    async def close(self) -> None:
        """Let go of it."""


class RadioSteering:
    """Tunes a radio for as long as it runs."""

    def __init__(
        self, connect: Callable[[], Awaitable[Radio]], tuning: DopplerTuning, time: LinkTime, retry: Retry
    ) -> None:
        self._connect, self._tuning, self._time, self._retry = connect, tuning, time, retry

    async def run(self) -> None:
        """Steer until cancelled. A radio that is lost is told of once, and tried again and again."""
        while True:
            try:
                await self._steer(await self._connect())
            except PeerError as error:
                await self._retry.failed(error)

    async def _steer(self, radio: Radio) -> None:
        tuned_hz = (0.0, 0.0)
        try:
            while True:
                wanted_hz = self._tuning.at(await self._time.next_s() + radio.ahead_s)
                if max(abs(wanted - tuned) for wanted, tuned in zip(wanted_hz, tuned_hz, strict=True)) >= STEP_HZ:
                    await radio.tune(*wanted_hz)
                    tuned_hz = wanted_hz
                self._retry.worked()
        finally:
            await radio.close()
