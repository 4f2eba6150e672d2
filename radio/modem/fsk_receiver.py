"""Samples of frequency-shift keying to frames."""

import numpy as np
from numpy.typing import NDArray

from radio.framing.deframer import Deframed, Deframer
from radio.modem.fsk_frequency import FmAudio, FskSignal, IqFrequency
from radio.modem.fsk_level import SymbolLevel
from radio.modem.reception import FrameQuality, Reception
from radio.modem.symbol_clock import SymbolClock
from radio.modem.usable import usable

CONSTELLATION_POINTS = 256
_SOFT, _INSTANT, _OFFSET, _SECOND, _FOURTH = range(5)
_EDGE_SYMBOLS = 32
"""At either end of a frame, whose block of samples may lie half outside of a burst."""


class FskReceiver:
    """One signal's receiver, fed with samples of any block length. Bit 1 is the higher frequency.

    Each stage looks ahead, some 1200 symbols in all: a frame is given when so many more have come, be it of noise.
    """

    def __init__(self, signal: FskSignal, deframer: Deframer, sample_rate_hz: float) -> None:
        """Raise ProfileError if the signal does not fit the sample rate."""
        make = IqFrequency if signal.kind == "iq" else FmAudio
        self._frequency = make(signal, sample_rate_hz)
        self._rate_hz = signal.samples_per_symbol * signal.symbol_rate_baud
        self._clock = SymbolClock(signal.samples_per_symbol, signal.symbol_rate_tolerance)
        self._level = SymbolLevel()
        self._deframer = deframer
        self._waiting = np.zeros((2, 0))
        """Soft symbols and instants, float64[2, n], whose threshold is not known yet."""
        self._symbols = np.zeros((5, 0))
        """Soft symbols, instants, conditions, float64[5, n], that a frame still to be found may want."""
        self._first = 0
        self.samples_unusable = 0
        """How many samples were not finite, or absurdly large, and were taken as zero."""

    @property
    def following(self) -> bool:
        """True while a frame is being followed."""
        return self._deframer.following

    def process(self, samples: NDArray[np.complex64]) -> list[Reception]:
        """Take complex64[n] (of FM audio, its real part counts) and return what ended in them.

        Times count from the first sample ever taken.
        """
        clean, spoilt = usable(samples)
        self.samples_unusable += spoilt
        soft = self._sliced(self._frequency.process(clean))
        receptions = [self._reception(each) for each in self._deframer.process(soft)]
        forgotten = self._deframer.oldest - self._first
        self._symbols = self._symbols[:, forgotten:]
        self._first += forgotten
        return receptions

    def _sliced(self, frequency: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the soft symbols about their threshold that are ready, and keep what a frame's quality needs."""
        run = self._clock.process(frequency)
        self._waiting = np.concatenate((self._waiting, (run.soft, run.instants)), axis=1)
        thresholds = self._level.process(run.soft)
        ready, self._waiting = self._waiting[:, : len(thresholds)], self._waiting[:, len(thresholds) :]
        soft: NDArray[np.float64] = thresholds - ready[0]
        conditions = self._frequency.conditions(ready[1], thresholds)
        self._symbols = np.concatenate((self._symbols, np.vstack((soft, ready[1], conditions))), axis=1)
        return soft.astype(np.float32)

    def _reception(self, found: Deframed) -> Reception:
        symbols = self._symbols[:, found.start - self._first : found.stop - self._first]
        second, fourth = symbols[_SECOND:, _EDGE_SYMBOLS:-_EDGE_SYMBOLS].mean(axis=1)
        quality = FrameQuality(
            started_s=float(symbols[_INSTANT, 0]) / self._rate_hz - self._frequency.delay_s,
            ended_s=float(symbols[_INSTANT, -1] + 1) / self._rate_hz - self._frequency.delay_s,
            es_n0_db=self._frequency.es_n0_db(symbols[_SOFT], second, fourth),
            first_offset_hz=float(symbols[_OFFSET, 0]),
            last_offset_hz=float(symbols[_OFFSET, -1]),
            corrected=found.corrected,
            constellation=_constellation(symbols[_SOFT]),
        )
        return Reception(found.frame, quality)


def _constellation(soft: NDArray[np.float64]) -> NDArray[np.complex64]:
    chosen = soft[:: max(1, len(soft) // CONSTELLATION_POINTS)][:CONSTELLATION_POINTS]
    return np.asarray(chosen / np.sqrt(np.mean(chosen**2) + 1e-30), dtype=np.complex64)
