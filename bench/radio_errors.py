"""Counting wrong bits, in frames and in what a demodulator gives out."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.radio_rows import PeerError

Ticks: TypeAlias = NDArray[np.complex64] | NDArray[np.float32]
SETTLING_TICKS = 40_000
SEGMENT_TICKS = 2000
LAGS = 40
"""How many ticks a segment may be off the place of the one before."""
_QUARTER_TURNS = (1, 1j, -1, -1j)


def bits_differing(one: bytes, other: bytes) -> int:
    """Return in how many bits two frames of one length differ."""
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count()


def error_rate(received: Ticks, sent: NDArray[np.complex64]) -> float:
    """Return the share of wrong bits once loops have settled; ticks are +-1 on the real axis, or on both.

    To which turn the phase has settled, and how many ticks came before, is told anew every 2000 ticks: so a loop that
    slips pays for what it spoils, and not for all that follows. Raise PeerError if there are too few ticks.
    """
    both_axes = bool(np.any(sent.imag))
    turns = _QUARTER_TURNS if both_axes else _QUARTER_TURNS[::2]
    wrong = total = lag = 0
    for start in range(SETTLING_TICKS, len(received) - SEGMENT_TICKS + 1, SEGMENT_TICKS):
        near = sent[start + lag - LAGS : start + lag + LAGS + SEGMENT_TICKS]
        if len(near) < 2 * LAGS + SEGMENT_TICKS:
            break
        segment = received[start : start + SEGMENT_TICKS].astype(np.complex64)
        likeness = np.correlate(near, segment, mode="valid")
        best = int(np.argmax(np.abs(likeness)))
        turn = max(turns, key=lambda turn: float((likeness[best] * np.conj(turn)).real))
        wrong += _signs_differing(segment * np.complex64(turn), near[best : best + SEGMENT_TICKS], both_axes)
        total += SEGMENT_TICKS * (1 + both_axes)
        lag += best - LAGS
    if not total:
        raise PeerError(f"gave out {len(received)} symbols of {len(sent)}")
    return wrong / total


def _signs_differing(one: NDArray[np.complex64], other: NDArray[np.complex64], both_axes: bool) -> int:
    differing = np.count_nonzero((one.real < 0) != (other.real < 0))
    if both_axes:
        differing += np.count_nonzero((one.imag < 0) != (other.imag < 0))
    return int(differing)
