"""One unit on its way in: marker, then what the decoder wants."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radio.coding.channel_code import ChannelCode, DecodedFrame
from radio.coding.symbols import SoftSymbols, Symbols
from radio.modem.certainty import carrier_certainty, level, marker_certainty
from radio.modem.comparison import Comparison
from radio.modem.filter_bank import SAMPLES_PER_SYMBOL
from radio.modem.line_code import changes, levels
from radio.modem.sample_buffer import SampleBuffer
from radio.modem.tracker import Tracker
from radio.modem.waveform import Waveform

CONSTELLATION_POINTS = 256
_SPARE_SYMBOLS = 128
"""Two codeblocks: how much longer than the longest frame's a unit is whose tail sequence was not recognised."""
_TRIAL_TICKS = 1024
_FEWEST_TICKS = 128
_MOST_SPREADS = 4.5
_QUARTER_TURNS = (1, 1j, -1, -1j)


@dataclass(frozen=True, slots=True)
class Framing:
    """What all units of a link have in common."""

    code: ChannelCode
    waveform: Waveform
    differential: bool
    longest_symbols: int
    """From the end of the marker to the end of the longest unit."""

    @classmethod
    def of(cls, code: ChannelCode, waveform: Waveform, differential: bool, frame_octets: int) -> "Framing":
        """Return the framing of frames of at most so many octets."""
        return cls(code, waveform, differential, longest_unit(code, frame_octets))

    def as_sent(self, symbols: Symbols) -> Symbols:
        """Return the levels of symbols: in NRZ-M their sign may be the other one."""
        return levels(symbols) if self.differential else symbols

    @property
    def marker_levels(self) -> Symbols:
        """The marker as it is sent."""
        return self.as_sent(self.code.marker)

    @property
    def marker_ticks(self) -> NDArray[np.complex64]:
        """What the marker's ticks carry."""
        return self.waveform.ticks(self.marker_levels)


def longest_unit(code: ChannelCode, frame_octets: int) -> int:
    """Return how many symbols may follow a marker, in a unit with a frame of at most so many octets."""
    longest = len(code.encode(bytes(frame_octets))) - len(code.marker)
    return longest + (0 if code.continuous else _SPARE_SYMBOLS)


class Unit:
    """Takes ticks from a tracker until its decoder wants no more."""

    def __init__(self, framing: Framing, tracker: Tracker, lead_ticks: int = 0) -> None:
        """Take how many ticks come before the marker."""
        self._framing, self._tracker, self._lead_ticks = framing, tracker, lead_ticks
        self._decoder = framing.code.decoder()
        self._marker = framing.marker_ticks
        self._longest = framing.longest_symbols // framing.waveform.axes_per_tick
        self._ticks = [np.empty(0, dtype=np.complex64)]
        self._count = 0
        self._turn = np.complex64(1)
        self._last_level = np.empty(0, dtype=np.float32)
        self.started = tracker.position
        """Sample number of its first tick, as well as it is known."""
        self.first_offset_cycles = tracker.offset_cycles

    def advance(self, buffer: SampleBuffer, on_trial: bool) -> bool:
        """Take in what has come; return True once the unit is over, or once it can be judged if it is on trial."""
        self._lead_ticks -= len(self._tracker.take(buffer, self._lead_ticks)) if self._lead_ticks else 0
        if self._lead_ticks:
            return False
        most = len(self._marker) + (_TRIAL_TICKS if on_trial else self._longest)
        while not (self.over or self._count >= most):
            ticks = self._tracker.take(buffer, min(self._wanted, most - self._count))
            if not len(ticks):
                return False
            self._take(ticks)
        return True

    @property
    def over(self) -> bool:
        """Whether the decoder wants no more, or more than any frame has."""
        received = self._count - len(self._marker)
        return received >= 0 and (self._decoder.symbols_wanted == 0 or received >= self._longest)

    @property
    def result(self) -> DecodedFrame | None:
        """The frame, if it was decoded."""
        return self._decoder.result

    @property
    def _wanted(self) -> int:
        missing = len(self._marker) - self._count
        return missing if missing > 0 else -(-self._decoder.symbols_wanted // self._framing.waveform.axes_per_tick)

    def _take(self, ticks: NDArray[np.complex64]) -> None:
        in_marker = self._count < len(self._marker)
        self._ticks.append(ticks)
        self._count += len(ticks)
        if not in_marker:
            self._decoder.feed(self._soft(ticks * self._turn))
        elif self._count == len(self._marker):
            self._settle_turn()

    def _settle_turn(self) -> None:
        """Find which quarter turn the marker shows: a carrier phase that slipped since the unit before."""
        correlation = np.vdot(self._marker, np.concatenate(self._ticks))
        turns = _QUARTER_TURNS if self._framing.waveform.axes_per_tick == 2 else _QUARTER_TURNS[::2]
        spacing = SAMPLES_PER_SYMBOL / self._framing.waveform.ticks_per_symbol
        self.started = self._tracker.position - len(self._marker) * spacing
        self._turn = np.complex64(max(turns, key=lambda turn: float((correlation * turn).real)))
        last = self._framing.waveform.symbols(self._ticks[-1][-1:] * self._turn)
        self._last_level = last[-1:]

    def _soft(self, ticks: NDArray[np.complex64]) -> SoftSymbols:
        soft = self._framing.waveform.symbols(ticks)
        if not self._framing.differential:
            return soft
        joined = np.concatenate((self._last_level, soft))
        self._last_level = soft[-1:]
        return changes(joined)

    def marker_certainty(self) -> float:
        """Return how many standard deviations of noise the marker stands out by."""
        ticks = np.concatenate(self._ticks)[: len(self._marker)] * self._turn
        return marker_certainty(ticks, self._marker)

    def carrier_certainty(self) -> float:
        """Return by how many standard deviations of noise the first ticks after the marker show a carrier."""
        ticks = np.concatenate(self._ticks)[len(self._marker) :][:_TRIAL_TICKS]
        return carrier_certainty(ticks, self._framing.waveform)

    @property
    def carrier_would_show(self) -> bool:
        """Whether a carrier has to show: it may not in few ticks, nor where only fourth powers show one."""
        return self._framing.waveform.line_is_squared and self._count >= len(self._marker) + _FEWEST_TICKS

    def marker_is_as_strong_as_the_rest(self) -> bool:
        """Whether the marker shows as clearly as the ticks after it say that it would: other data may resemble it."""
        ticks = np.concatenate(self._ticks) * self._turn
        marker, rest = ticks[: len(self._marker)], ticks[len(self._marker) :][:_TRIAL_TICKS]
        symbols = len(self._framing.code.marker)
        # not the tracker's amplitude: a false marker has spoilt that
        expected, noise = level(self._framing.waveform.symbols(rest))
        amplitude = float(np.vdot(self._marker, marker).real) / symbols
        least = expected - _MOST_SPREADS * noise / np.sqrt(symbols)
        return bool(amplitude > min(max(least, 0.3 * expected), 0.9 * expected))

    def constellation(self) -> NDArray[np.complex64]:
        """Return up to 256 of its ticks after the marker, of unit mean power."""
        ticks = np.concatenate(self._ticks)[len(self._marker) :] * self._turn
        chosen = ticks[:: max(1, len(ticks) // CONSTELLATION_POINTS)][:CONSTELLATION_POINTS]
        return np.asarray(chosen / np.sqrt(np.mean(np.abs(chosen) ** 2) + 1e-30), dtype=np.complex64)

    def against(self, frame: bytes) -> Comparison:
        """Compare what was received with the symbols that a frame has."""
        sent = self._framing.as_sent(self._framing.code.encode(frame))
        ticks = np.concatenate(self._ticks)[len(self._marker) :] * self._turn
        soft = self._framing.waveform.symbols(ticks)
        sent = sent[len(self._framing.code.marker) :][: len(soft)]
        return Comparison.of(soft[: len(sent)], sent)
