"""Two packet radios and the air between them."""

import random
from collections import deque
from collections.abc import Sequence

from firmware_sim.packet_radio.packet_radio import PacketRadio, Transmission
from firmware_sim.packet_radio.settings import RadioSettings


class RadioPair:
    """Octets from two hosts in, octets to both out. Owns no line and no clock; `seed` fixes what is lost.

    Raises SettingError if the lines' pace is out of range.
    """

    def __init__(self, settings: RadioSettings, seed: int) -> None:
        self._settings = settings
        self.radios = PacketRadio(settings), PacketRadio(settings)
        self._towards: tuple[deque[Transmission], ...] = deque(), deque()
        """By radio, what is on its way there."""
        # one for each direction: what is lost in the one does not depend on when the other is used
        self._random = [random.Random(2 * seed + number) for number in range(2)]

    @property
    def next_due_s(self) -> float:
        """When something happens by itself, or infinity."""
        arrivals_s = (self._arrival_s(flight[0]) for flight in self._towards if flight)
        return min(*(radio.next_due_s for radio in self.radios), *arrivals_s)

    def step(self, written: Sequence[bytes], now_s: float) -> tuple[bytes, bytes]:
        """Take in what each host has written and let time pass until `now_s`; return what has come to each."""
        for radio, octets in zip(self.radios, written, strict=True):
            radio.write(octets, now_s)
        for radio, flight in zip(self.radios, reversed(self._towards), strict=True):
            flight += radio.transmit(now_s)
        for number, flight in enumerate(self._towards):
            while flight and self._arrival_s(flight[0]) <= now_s:
                self._arrive(number, flight.popleft(), now_s)
            oldest_s = min([now_s, *(each.started_s + self._settings.light_time_s for each in flight)])
            self.radios[number].forget(oldest_s)
        return self.radios[0].read(now_s), self.radios[1].read(now_s)

    def _arrival_s(self, transmission: Transmission) -> float:
        return transmission.ended_s + self._settings.light_time_s

    def _arrive(self, number: int, transmission: Transmission, now_s: float) -> None:
        """Let the radio of this number hear a transmission, or not."""
        radio, settings, light_s = self.radios[number], self._settings, self._settings.light_time_s
        fate, errors = self._random[number].random(), self._random[number].random()
        started_s, ended_s = transmission.started_s + light_s, transmission.ended_s + light_s
        if settings.half_duplex and radio.is_sending(started_s, ended_s):
            radio.counters.collided += 1
        elif fate < settings.loss:
            radio.counters.lost += 1
        elif errors < settings.error_probability(len(transmission.frame)):
            radio.counters.corrupted += 1
        else:
            radio.hear(transmission.frame, now_s)
