"""The way between two antennas: delay, Doppler, loss and fading."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numba import njit
from numpy.typing import NDArray

from radio.channel.fading import Fading
from radio.channel.oscillator import Oscillator, WarmUpSettings
from radio.channel.shadow_states import ShadowStates, Strengths
from radio.channel.sinusoid import cosine, sine
from radio.channel.waves import Floats
from radio.link_state import SPEED_OF_LIGHT_M_S, LinkStates

TAPS = 8
"""Length of the fractional-delay interpolator: error -50 dB for signals up to a quarter of the sample rate, -70 dB up
to an eighth."""
_ROWS = 512
_NODE = 64
"""Samples between the nodes at which delay and gain are worked out; between them they are straight lines, which leaves
under 1e-4 rad of carrier phase at 437 MHz and 100 m/s^2."""
_STEP = 16
"""Samples that one set of weights, that of their middle, reads: at 25 ppm of Doppler off by 2e-4 samples at most."""


def _interpolator() -> NDArray[np.float32]:
    """Kaiser-windowed sinc, float32[_ROWS + 1, TAPS]: row r reads r / _ROWS samples after tap TAPS / 2 - 1."""
    fraction = np.arange(_ROWS + 1)[:, None] / _ROWS
    t = np.arange(TAPS)[None, :] - (TAPS / 2 - 1) - fraction
    window = np.i0(8.0 * np.sqrt(np.maximum(0, 1 - (t / (TAPS / 2)) ** 2))) / np.i0(8.0)
    taps = np.sinc(t) * window
    return np.asarray(taps / taps.sum(axis=1, keepdims=True), dtype=np.float32)


@njit(cache=True, nogil=True, fastmath={"contract"})
def _read(x, first, table, ago, weights, out):  # type: ignore[no-untyped-def]
    """Fill interleaved ``out``, _STEP samples, with ``x`` from ``ago`` samples before sample ``first`` on."""
    whole = math.ceil(ago)
    position = (whole - ago) * (table.shape[0] - 1)
    row = int(position)
    share = np.float32(position - row)
    for j in range(TAPS):
        weights[j] = table[row, j] + share * (table[row + 1, j] - table[row, j])
    w0, w1, w2, w3 = weights[0], weights[1], weights[2], weights[3]
    w4, w5, w6, w7 = weights[4], weights[5], weights[6], weights[7]
    oldest = 2 * (first - whole - (TAPS // 2 - 1))
    near = x[oldest : oldest + 2 * (_STEP + TAPS)]
    for k in range(2 * _STEP):
        out[k] = (w0 * near[k] + w1 * near[k + 2] + w2 * near[k + 4] + w3 * near[k + 6]) + (
            w4 * near[k + 8] + w5 * near[k + 10] + w6 * near[k + 12] + w7 * near[k + 14]
        )


@njit(cache=True, nogil=True, fastmath={"contract"})
def _turn(tile, turns, more_turns, gain, next_gain):  # type: ignore[no-untyped-def]
    """Turn and scale interleaved ``tile``, _NODE samples, in place: by a phase and a gain that change evenly."""
    start = np.float32(turns - math.floor(turns))
    slope = np.float32(more_turns / _NODE)
    re, im = np.float32(gain.real), np.float32(gain.imag)
    re_slope, im_slope = (
        np.float32((next_gain.real - gain.real) / _NODE),
        np.float32((next_gain.imag - gain.imag) / _NODE),
    )
    for i in range(_NODE):
        step = np.float32(i)
        angle = start + step * slope
        angle -= np.rint(angle)
        c, s = cosine(angle), sine(angle)
        g, h = re + step * re_slope, im + step * im_slope
        g, h = c * g - s * h, c * h + s * g
        x, y = tile[2 * i], tile[2 * i + 1]
        tile[2 * i] = x * g - y * h
        tile[2 * i + 1] = x * h + y * g


@njit(cache=True, nogil=True, fastmath={"contract"})
def _propagate(x, newest, table, delay, turns, gain, lead, out):  # type: ignore[no-untyped-def]
    """Fill interleaved ``out``: x read ``delay`` samples ago, times ``gain``, turned by ``turns``, given at the nodes.

    ``newest`` is the index in x of the sample that out's first would be with no delay, which comes ``lead`` samples
    after the first node. Whole spans between nodes are worked out, so that any split into blocks gives the same bits.
    """
    tile = np.empty(2 * _NODE, dtype=np.float32)
    weights = np.empty(TAPS, dtype=np.float32)
    for span in range(delay.size - 1):
        base = span * _NODE - lead
        slope = (delay[span + 1] - delay[span]) / _NODE
        for step in range(0, _NODE, _STEP):
            ago = delay[span] + slope * (step + (_STEP - 1) / 2)
            _read(x, newest + base + step, table, ago, weights, tile[2 * step : 2 * (step + _STEP)])
        _turn(tile, turns[span], turns[span + 1] - turns[span], gain[span], gain[span + 1])
        begin, end = max(base, 0), min(base + _NODE, out.size // 2)
        out[2 * begin : 2 * end] = tile[2 * (begin - base) : 2 * (end - base)]


class Fader(Protocol):
    """What changes the strength of all rays together."""

    def gain(self, time_s: Floats) -> NDArray[Any]:
        """Return the gain at rising times: float64[n] or complex128[n]."""


_AHEAD = 512
"""Nodes worked out at once: a call costs more than the arithmetic on a block's few."""


class Nodes(NamedTuple):
    """What the way does at evenly spaced times."""

    delay: Floats
    """In samples, float64[n]."""
    turns: Floats
    """Of the carrier, float64[n]."""
    gain: NDArray[np.complex128]

    def part(self, first: int, stop: int | None = None) -> "Nodes":
        """Return those from number ``first`` of them to before ``stop``."""
        return Nodes(self.delay[first:stop], self.turns[first:stop], self.gain[first:stop])

    def followed_by(self, more: "Nodes") -> "Nodes":
        """Return both, one after the other."""
        return Nodes(
            np.concatenate((self.delay, more.delay)),
            np.concatenate((self.turns, more.turns)),
            np.concatenate((self.gain, more.gain)),
        )


class Path:
    """One direction of the sky, fed with what the transmitter sends, block after block.

    Everything follows from the delay: the carrier turns by -2 pi f times it (which is the Doppler shift) and the
    samples are read that much earlier (which stretches the symbol clock by the same factor). A clock that is off by
    some parts per million at either end acts as a delay that drifts, because the same oscillator sets carrier and
    sample rate.

    A receiver whose clock is slow against the transmitter's would in the end read samples before they are sent: its
    delay begins longer by what it will have lost when the link states end. Samples are read no further off than that.
    """

    def __init__(
        self,
        states: LinkStates,
        carrier_hz: float,
        sample_rate_hz: float,
        clock_error_ppm: float,
        fading: Fading,
        faders: Sequence[Fader] = (),
        shadow_states: ShadowStates | None = None,
        warm_up: WarmUpSettings | None = None,
    ) -> None:
        """Take the oscillator error of the receiver against the transmitter, in parts per million.

        Shadow states take the place of the rays and shadows of the link states.

        A receiver whose oscillator is fast sees the carrier low and the symbols long.
        """
        self._states, self._fading, self._faders, self._shadow_states = states, fading, faders, shadow_states
        self._carrier_hz, self._rate_hz = carrier_hz, sample_rate_hz
        self._oscillator = Oscillator(clock_error_ppm, warm_up)
        self._table = _interpolator()
        lags_s = self._oscillator.lag_s(np.append(states.time_s[states.time_s > 0], 0.0))
        self._lead_s = -float(lags_s.min())
        self._longest_s = 1.01 * float(np.max(states.range_m)) / SPEED_OF_LIGHT_M_S + float(np.ptp(lags_s))
        self._reach = math.ceil(self._longest_s * sample_rate_hz) + 2 * TAPS + _NODE
        self._history = np.zeros(self._reach, dtype=np.complex64)
        self._spare = np.zeros(_NODE + TAPS, dtype=np.complex64)
        self._count = 0
        self._node = 0
        """The first of those held."""
        self._nodes = Nodes(np.zeros(0), np.zeros(0), np.zeros(0, dtype=np.complex128))

    def carry(self, tx: NDArray[np.complex64]) -> NDArray[np.complex64]:
        """Return what arrives while ``tx`` is sent: complex64[n] in units of the noise per sample (unit noise density).

        Nothing arrives from below the horizon. The interpolator adds TAPS / 2 samples of its own to the delay.
        """
        x = np.concatenate((self._history, tx, self._spare))
        node, lead = divmod(self._count, _NODE)
        nodes = self._at_nodes(node, node - (-(lead + len(tx)) // _NODE) + 1)
        out = np.empty(len(tx), dtype=np.complex64)
        _propagate(x.view(np.float32), self._reach, self._table, *nodes, lead, out.view(np.float32))
        self._history = x[len(tx) : len(tx) + self._reach]
        self._count += len(tx)
        return out

    def _at_nodes(self, first: int, stop: int) -> Nodes:
        """Return nodes first..stop-1, none before those of the last call."""
        held = self._nodes.part(first - self._node)
        while (known := first + len(held.delay)) < stop:
            held = held.followed_by(self._work_out(np.arange(known, known + _AHEAD) * _NODE / self._rate_hz))
        self._nodes, self._node = held, first
        return held.part(0, stop - first)

    def _work_out(self, nodes_s: Floats) -> Nodes:
        delay_s = self._states.delay_s(nodes_s) + self._oscillator.lag_s(nodes_s)
        delay = np.clip(delay_s + self._lead_s, 0, self._longest_s) * self._rate_hz + TAPS // 2
        return Nodes(delay, -self._carrier_hz * delay_s, self._gain(nodes_s))

    def _gain(self, nodes_s: Floats) -> NDArray[np.complex128]:
        """Amplitude that gives C/N0 against noise of unit power per sample, faded."""
        c_n0_db_hz, elevation_deg = (self._state(field, nodes_s) for field in ("c_n0_db_hz", "elevation_deg"))
        carrier = np.sqrt(10 ** (c_n0_db_hz / 10) / self._rate_hz) * (elevation_deg >= 0)
        given = self._strengths(nodes_s)
        gain = carrier * self._fading.gain(nodes_s, given.direct_db, given.multipath_db, given.shadowing_db)
        for fader in self._faders:
            gain *= fader.gain(nodes_s)
        return np.asarray(gain, dtype=np.complex128)

    def _strengths(self, nodes_s: Floats) -> Strengths:
        if self._shadow_states is not None:
            return self._shadow_states.strengths(nodes_s)
        return Strengths(*(self._state(field, nodes_s) for field in ("direct_db", "multipath_db", "shadowing_db")))

    def _state(self, field: str, nodes_s: Floats) -> Floats:
        return np.interp(nodes_s, self._states.time_s, getattr(self._states, field))
