"""Finding a known run of symbols at an unknown time and carrier offset.

Feed-forward and coherent: each window of the stream is multiplied by the expected waveform, summed over short chunks,
and the chunks are Fourier transformed, so that one transform tries every carrier offset at once. A candidate is then
refined in time and frequency. The metric is the normalised correlation |<x, t>|^2 / (<x, x> <t, t>), which needs no
gain control and has the same false-alarm rate at any level: noise alone exceeds m with (1 - m)^(d - 1) in d degrees of
freedom.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import fft

from radio.coding.symbols import Symbols
from radio.modem.filter_bank import SAMPLES_PER_SYMBOL
from radio.modem.search_kernel import STEP, reversed_bits, roots_of_unity, search, window_energies
from radio.modem.waveform import Waveform

_CHUNKS = (16, 8, 4, 2, 1)
_LARGEST_TURN = 0.16
"""Cycles that an offset may turn the carrier by within a chunk: it costs 0.3 dB."""

_SEARCHED_LOG_P = 10.5
_CONFIRMED_LOG_P = 13.5
CERTAIN_LOG_P = 30.0
"""-ln of the probability that one window of noise passes: in the search, refined, and without a further look."""

_BATCH = 128
"""Windows whose spectra are worked out side by side: they stay in the cache."""
_FINE_FFT_FACTOR = 4
_TIME_SPAN = 2


@njit(cache=True, nogil=True, fastmath=True)
def _despread(x, conjugate, chunk, out):  # type: ignore[no-untyped-def]
    """Chunk sums of x times the template for windows that begin with one sample after the other."""
    size = conjugate.size
    for w in range(out.shape[0]):
        window = x[w : w + size]
        for c in range(size // chunk):
            near, expected = window[c * chunk : (c + 1) * chunk], conjugate[c * chunk : (c + 1) * chunk]
            re = im = np.float32(0.0)
            for i in range(chunk):
                re += near[i].real * expected[i].real - near[i].imag * expected[i].imag
                im += near[i].real * expected[i].imag + near[i].imag * expected[i].real
            out[w, c] = complex(re, im)


@dataclass(frozen=True, slots=True)
class Acquired:
    """Where a marker was found."""

    start: float
    """Sample number of the first marker symbol's centre."""
    offset_cycles: float
    """Carrier offset in cycles per sample."""
    metric: float
    """Refined normalised correlation, 0 to 1."""

    def shifted(self, samples: int) -> "Acquired":
        """Return the same finding with its start counted from ``samples`` earlier."""
        return Acquired(self.start + samples, self.offset_cycles, self.metric)

    def turned(self, cycles: float) -> "Acquired":
        """Return the same finding at a carrier offset that is ``cycles`` per sample higher."""
        return Acquired(self.start, self.offset_cycles + cycles, self.metric)


class Acquisition:
    """Searches a stream at 4 samples per symbol for a marker of +-1 symbols."""

    def __init__(
        self, waveform: Waveform, marker: Symbols, search_range_cycles: float, noise_bandwidth_cycles: float
    ) -> None:
        """Take the largest carrier offset and the bandwidth of the noise, both in cycles per sample."""
        template = waveform.samples(marker, SAMPLES_PER_SYMBOL)
        self.window = len(template)
        self._chunk = next((c for c in _CHUNKS if c * search_range_cycles <= _LARGEST_TURN), 1)
        self._conjugate = np.conj(np.concatenate((template, np.zeros(-len(template) % self._chunk, np.complex64))))
        self._template_energy = np.float32(np.sum(np.abs(template) ** 2))
        size = 1 << (len(self._conjugate) // self._chunk - 1).bit_length()
        reach = min(int(np.ceil(search_range_cycles * self._chunk * size)), size // 2 - 1)
        self._size, self._roots = size, roots_of_unity(size)
        self._bins = reversed_bits(np.arange(-reach - 1, reach + 1), size)
        fine_reach = min(
            int(1.1 * search_range_cycles * self._chunk * _FINE_FFT_FACTOR * size), _FINE_FFT_FACTOR * size // 2 - 1
        )
        self._fine_bins = np.arange(-fine_reach, fine_reach + 1)
        self._freedom = max(2.0, self.window * noise_bandwidth_cycles) - 1
        self.search_threshold = self._passed_by_noise(_SEARCHED_LOG_P)
        """Of the metric of a window; noise passes some times a second."""
        self.confirm_threshold = self._passed_by_noise(_CONFIRMED_LOG_P)
        """Of the refined metric; what passes wants a further look."""

    def _passed_by_noise(self, log_p: float) -> float:
        return float(1 - np.exp(-log_p / self._freedom))

    def surprise(self, metric: float) -> float:
        """Return -ln of the probability that one window of noise has such a metric."""
        return float(-self._freedom * np.log(max(1 - metric, 1e-30)))

    def metrics(self, samples: NDArray[np.complex64]) -> NDArray[np.float32]:
        """Return the search metric of each window of ``samples``, STEP samples apart: float32[k]."""
        metrics = np.empty((len(samples) - self.reach) // STEP + 1, dtype=np.float32)
        for first in range(0, len(metrics), _BATCH):
            piece = metrics[first : first + _BATCH]
            start, stop = STEP * first, STEP * (first + len(piece) - 1) + self.reach
            search(samples[start:stop], self._conjugate, self._chunk, self._roots, self._bins, piece)
        metrics /= self._template_energy
        return metrics

    def refine(self, samples: NDArray[np.complex64]) -> Acquired:
        """Return time and offset of the marker in ``samples``, complex64[reach + 2 * MARGIN], near sample MARGIN."""
        first, count = MARGIN - _TIME_SPAN, 2 * _TIME_SPAN + 1
        near = samples[first:]
        chunks = np.zeros((count, self._size), dtype=np.complex64)
        energy = np.empty(count, dtype=np.float32)
        _despread(near, self._conjugate, self._chunk, chunks)
        window_energies(near, self.reach, 1, energy)
        spectra = fft.fft(chunks, _FINE_FFT_FACTOR * self._size, axis=1)[:, self._fine_bins]
        powers = spectra.real**2 + spectra.imag**2
        row, column = np.unravel_index(int(np.argmax(powers)), powers.shape)
        delta_time = _parabola(powers[:, column], int(row))
        fine_bin = self._fine_bins[column] + _parabola(powers[row], int(column))
        offset_cycles = fine_bin / (_FINE_FFT_FACTOR * self._size * self._chunk)
        metric = powers[row, column] / (energy[row] * self._template_energy + 1e-30)
        return Acquired(float(first + row + delta_time), float(offset_cycles), float(metric))

    @property
    def reach(self) -> int:
        """Samples that one window takes in."""
        return len(self._conjugate)


MARGIN = _TIME_SPAN + 1
"""Samples that ``refine`` needs before and after the window."""


def _parabola(values: NDArray[np.float32], peak: int) -> float:
    """Offset of the vertex of a parabola through the peak and its neighbours, -0.5 to 0.5; 0 at an edge."""
    if not 0 < peak < len(values) - 1:
        return 0.0
    left, middle, right = (float(v) for v in values[peak - 1 : peak + 2])
    curvature = left - 2 * middle + right
    return 0.0 if curvature >= 0 else max(-0.5, min(0.5, 0.5 * (left - right) / curvature))
