"""What a receiver heard over a run, for the trace and the report."""

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import welch

from radio.modem.reception import Reception

_SPECTRUM_BINS = 512
_REMEMBERED_BURSTS = 10_000
_KEPT_S = 0.2
"""Samples kept: the end of the longest bursts, the whole of others."""


@dataclass(frozen=True, slots=True)
class LoggedBurst:
    """One burst as the receiver saw it."""

    started_s: float
    ended_s: float
    es_n0_db: float
    first_offset_hz: float
    last_offset_hz: float
    corrected: int
    decoded: bool
    """To a frame, and found good by the link layer."""
    symbols: int
    """Channel symbols after the marker, if it was decoded to a frame."""
    symbol_errors: int
    """How many of them had the wrong sign."""


class ReceptionLog:
    """Keeps a line per burst, and constellation and samples of the last good one."""

    def __init__(self, sample_rate_hz: float) -> None:
        self._rate_hz = sample_rate_hz
        self.bursts: deque[LoggedBurst] = deque(maxlen=_REMEMBERED_BURSTS)
        self.constellation = np.zeros(0, dtype=np.complex64)
        self._samples = np.zeros(0, dtype=np.complex64)
        self._recent: deque[NDArray[np.complex64]] = deque()
        self._recent_end_s = 0.0
        self._kept = 0
        """Samples in ``_recent``."""

    def hear(self, samples: NDArray[np.complex64], now_s: float) -> None:
        """Take every block of samples, complex64[n], received up to ``now_s``; the latest are kept for a while."""
        self._recent.append(samples)
        self._recent_end_s = now_s
        self._kept += len(samples)
        while self._kept - len(self._recent[0]) > _KEPT_S * self._rate_hz:
            self._kept -= len(self._recent.popleft())

    def add(self, reception: Reception, accepted: bool) -> None:
        """Take a reception, and whether the link layer found its frame good."""
        quality = reception.quality
        self.bursts.append(
            LoggedBurst(
                quality.started_s,
                quality.ended_s,
                quality.es_n0_db,
                quality.first_offset_hz,
                quality.last_offset_hz,
                quality.corrected,
                accepted,
                quality.symbols,
                quality.symbol_errors,
            )
        )
        if accepted:
            self.constellation, self._samples = quality.constellation, self._between(quality.started_s, quality.ended_s)

    def _between(self, from_s: float, to_s: float) -> NDArray[np.complex64]:
        """Return what is still kept of a span of link time."""
        kept = np.concatenate(list(self._recent)) if self._recent else self._samples[:0]
        first = len(kept) - round((self._recent_end_s - from_s) * self._rate_hz)
        last = len(kept) - round((self._recent_end_s - to_s) * self._rate_hz)
        return kept[max(first, 0) : max(last, 0)]

    def spectrum(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return frequency (Hz) and power density (dB relative to full scale per Hz) of the last good burst.

        float64[k] both, k at most 512; empty before the first frame.
        """
        if not len(self._samples):
            return np.zeros(0), np.zeros(0)
        bins = min(_SPECTRUM_BINS, len(self._samples))
        frequency, density = welch(self._samples, self._rate_hz, nperseg=bins, return_onesided=False, detrend=False)
        order = np.argsort(frequency)
        return frequency[order], 10 * np.log10(density[order] + 1e-20)

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain lists and numbers."""
        frequency, density = self.spectrum()
        return {
            "bursts": [asdict(burst) for burst in self.bursts],
            "constellation": [[float(p.real), float(p.imag)] for p in self.constellation],
            "spectrum": {"frequency_hz": frequency.tolist(), "density_db": density.tolist()},
        }
