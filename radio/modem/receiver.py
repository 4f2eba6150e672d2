"""Samples to frames: search for a marker, follow the burst or stream, decode it."""

import math
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from radio.coding.channel_code import ChannelCode
from radio.errors import ProfileError
from radio.modem.acquisition import CERTAIN_LOG_P, MARGIN, Acquired, Acquisition
from radio.modem.carrier_refinement import MOST_TICKS, likeliest_turn
from radio.modem.filter_bank import SAMPLES_PER_SYMBOL
from radio.modem.marker_search import MarkerSearch
from radio.modem.rates import exact_ratio
from radio.modem.reception import FrameQuality, Reception
from radio.modem.resampler import Resampler, low_pass
from radio.modem.sample_buffer import SampleBuffer
from radio.modem.tracker import EDGE, PART, Tracker, TrackerSettings, untracked_ticks
from radio.modem.unit import Framing, Unit
from radio.modem.usable import usable
from radio.modem.waveform import Waveform, waveform_of
from radio.profile import LinkProfile

_TRANSITION = 1.35
"""Stop to pass band: noise let through beyond the signal dilutes the search metric."""
_MARKER_SHOWN = 3.5
"""Standard deviations: noise shows a marker at a given place with 2e-4."""
_CARRIER_SHOWN = 3.0
"""Standard deviations of noise by which squares have to show a carrier."""
_SQUARED_NOISE, _FOURTH_NOISE = 1.9, 0.7
"""Standard deviations by which squares or fourth powers of noise show a carrier on average: the tracker follows it."""
_PROMISING_LOG_P = 16.0
"""-ln of the probability that noise looks so like a marker: what does is tried at other carrier offsets, too."""
_OFFSETS = (0.0, 0.002, -0.002)
"""Cycles per symbol by which a marker may tell the carrier wrong: at -3 dB the standard deviation is 0.0011."""
_TICK_PAIR = 4
"""Channel symbols that two ticks have at most: a waveform whose ticks alternate between axes begins anew with them."""
_LEAD_SHOWN = 0.7
"""Of the marker's metric. Noise in place of an acquisition sequence of the same length leaves half of it at most."""
_SAME_OFFSET = 0.02
"""Cycles per symbol: what noise makes of a marker's carrier offset, many times over."""
_RESEMBLING = 0.25
"""Metric at which something else may be taken for a marker that is a quarter of a symbol off."""
_PEAK = 2 * SAMPLES_PER_SYMBOL
"""From a marker to the first sample at which another one may begin."""
_MOST_MISSED = 2
"""Markers that do not show, one after the other, until a stream is given up."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What may be a marker."""

    window: int
    """Where the search found it."""
    start: Acquired
    """Of the acquisition sequence before it, if that was sent."""
    known: NDArray[np.complex64]
    """What the ticks carry from there on."""
    surprise: float
    """-ln of the probability that noise looks so like a marker."""
    is_refined: bool = False
    """Whether the ticks after the marker have told the carrier better."""

    def refined(self, cycles: float) -> "_Found":
        """Return the same at a carrier offset that is ``cycles`` per sample higher."""
        return replace(self, start=self.start.turned(cycles), is_refined=True)


class _Followed:
    """A burst or stream being followed."""

    def __init__(self, found: _Found, attempt: int, tracker: Tracker, unit: Unit) -> None:
        self.found, self.attempt, self.tracker, self.unit = found, attempt, tracker, unit
        self.on_trial = True
        self.is_first = True
        """Whether its unit is the one it was found by."""
        self.missed = 0
        """Units whose marker did not show, one after the other."""


class Receiver:
    """One direction's receiver, fed with samples of any block length."""

    def __init__(self, profile: LinkProfile, code: ChannelCode, sample_rate_hz: float) -> None:
        """Raise ProfileError if the profile does not fit the sample rate."""
        waveform = waveform_of(profile)
        self._framing = Framing.of(code, waveform, profile.line_code == "nrz-m", profile.frame_octets)
        self._rate_hz = SAMPLES_PER_SYMBOL * profile.symbol_rate_baud
        self._bits_per_symbol = waveform.bits_per_symbol
        front = _front_band(profile, waveform, sample_rate_hz)
        self._resampler = front.resampler()
        self._delay_s = self._resampler.delay_samples / sample_rate_hz
        self._buffer = SampleBuffer()
        search_range_cycles = profile.search_range_hz / self._rate_hz
        noise_cycles = (front.pass_hz + front.stop_hz) / self._rate_hz
        self._acquisition = Acquisition(waveform, self._framing.marker_levels, search_range_cycles, noise_cycles)
        self._settings = TrackerSettings.of(waveform, profile.carrier_hz, profile.symbol_rate_baud)
        self._refining_ticks = min(MOST_TICKS, PART * self._settings.memory * 3 // 2)
        lead = code.acquisition if len(code.acquisition) % _TICK_PAIR == 0 else code.acquisition[:0]
        self._whole_lead = self._framing.as_sent(np.concatenate((lead, code.marker)))
        self._lead_search = Acquisition(waveform, self._whole_lead, search_range_cycles, noise_cycles)
        self._lead_samples = len(lead) * SAMPLES_PER_SYMBOL // waveform.bits_per_symbol
        self._history = self._acquisition.window + self._lead_samples + MARGIN + EDGE
        lead_symbols = _resembling_lead(self._framing) / waveform.bits_per_symbol + 1
        self._search = MarkerSearch(self._acquisition, int(lead_symbols * SAMPLES_PER_SYMBOL), MARGIN + EDGE)
        self._followed: _Followed | None = None
        self.samples_unusable = 0
        """How many samples were not finite, or absurdly large, and were taken as zero."""

    @property
    def following(self) -> bool:
        """True while a burst or stream is being followed, and no longer on trial."""
        return self._followed is not None and not self._followed.on_trial

    def process(self, samples: NDArray[np.complex64]) -> list[Reception]:
        """Take complex64[n]; return the bursts, or units of a stream, that ended in them.

        Times count from the first sample ever taken.
        """
        clean, spoilt = usable(samples)
        self.samples_unusable += spoilt
        self._buffer.append(self._resampler.process(clean))
        receptions: list[Reception] = []
        while self._step(receptions):
            pass
        self._buffer.trim(self._search.first - self._history)
        return receptions

    def _step(self, receptions: list[Reception]) -> bool:
        """Search or follow as far as the samples reach; return True if there is more to do."""
        if self._followed is None:
            window = self._search.next_window(self._buffer)
            if window is not None:
                self._confirm(window)
            return window is not None
        return self._follow(self._followed, receptions)

    def _confirm(self, window: int) -> None:
        marker = self._acquisition.refine(self._buffer.view(window - MARGIN, window + self._acquisition.reach + MARGIN))
        if marker.metric < self._acquisition.confirm_threshold:
            self._search.reject(window)
            return
        surprise, start = self._acquisition.surprise(marker.metric), marker.shifted(window - MARGIN)
        found = self._found_lead(window, marker) or _Found(window, start, self._framing.marker_ticks, surprise)
        self._followed = self._followed_at(found, attempt=0)

    def _followed_at(self, found: _Found, attempt: int) -> _Followed:
        start = found.start.turned(_OFFSETS[attempt] / SAMPLES_PER_SYMBOL)
        held = max(len(found.known), self._refining_ticks // 2 if found.is_refined else 0)
        tracker = Tracker(self._settings, start, found.known, held)
        lead_ticks = len(found.known) - len(self._framing.marker_ticks)
        return _Followed(found, attempt, tracker, Unit(self._framing, tracker, lead_ticks))

    def _found_lead(self, window: int, marker: Acquired) -> _Found | None:
        """Return the acquisition sequence before a marker, if it was sent: it tells the carrier better."""
        first = window - self._lead_samples - MARGIN
        last = first + self._lead_search.reach + 2 * MARGIN
        if not self._lead_samples or first < self._buffer.first + EDGE or last > self._buffer.end:
            return None
        lead = self._lead_search.refine(self._buffer.view(first, last))
        shown = lead.metric > _LEAD_SHOWN * marker.metric
        same = abs(lead.offset_cycles - marker.offset_cycles) * SAMPLES_PER_SYMBOL < _SAME_OFFSET
        if not (shown and same):
            return None
        known, surprise = self._framing.waveform.ticks(self._whole_lead), self._lead_search.surprise(lead.metric)
        return _Found(window, lead.shifted(first), known, surprise)

    def _follow(self, followed: _Followed, receptions: list[Reception]) -> bool:
        if not followed.unit.advance(self._buffer, followed.on_trial):
            return False
        if not followed.on_trial:
            self._finish(followed, receptions)
        elif self._is_told_better_by_the_rest(followed.found):
            self._followed = self._followed_at(self._refined(followed.found), attempt=0)
        elif not self._is_false(followed):
            self._search.restart(followed.found.window + self._acquisition.window)  # should it not be decoded
        elif self._may_be_elsewhere(followed):
            self._followed = self._followed_at(followed.found, followed.attempt + 1)
        else:
            self._search.reject(followed.found.window)
            self._search.thin(followed.found.window)
            self._followed = None
        followed.on_trial = False
        return True

    def _is_told_better_by_the_rest(self, found: _Found) -> bool:
        """Whether the ticks after a marker may tell its carrier better: a QPSK marker has few symbols."""
        has_two_axes = self._framing.waveform.axes_per_tick == 2
        return has_two_axes and not found.is_refined and found.surprise > _PROMISING_LOG_P

    def _refined(self, found: _Found) -> _Found:
        ticks = untracked_ticks(self._buffer, found.start, self._framing.waveform, self._refining_ticks)
        return found.refined(likeliest_turn(ticks, found.known) / SAMPLES_PER_SYMBOL)

    def _is_false(self, followed: _Followed) -> bool:
        """Whether it was noise, or other symbols that look like the marker at a wrong carrier offset or a right one."""
        unit = followed.unit
        carrier = unit.carrier_certainty()
        excess = carrier - (_SQUARED_NOISE if self._framing.waveform.line_is_squared else _FOURTH_NOISE)
        evidence = followed.found.surprise + max(0.0, excess) ** 2 / 2  # the square: nearly -ln of its probability
        hidden = unit.carrier_would_show and carrier < _CARRIER_SHOWN
        return evidence < CERTAIN_LOG_P or hidden or not unit.marker_is_as_strong_as_the_rest()

    def _may_be_elsewhere(self, followed: _Followed) -> bool:
        """Whether a marker that proved false may be true at another carrier offset that is still to be tried."""
        if followed.attempt:
            return followed.attempt + 1 < len(_OFFSETS)
        promising = followed.found.surprise > _PROMISING_LOG_P and self._framing.waveform.line_is_squared
        return promising and followed.unit.marker_is_as_strong_as_the_rest()

    def _finish(self, followed: _Followed, receptions: list[Reception]) -> None:
        """Go on with the stream; search again the samples of a burst that did not decode: its marker may be false."""
        unit = followed.unit
        shown = unit.marker_certainty() > _MARKER_SHOWN
        decoded = unit.result is not None
        if shown or decoded:
            receptions.append(self._reception(followed))
        proven = decoded or (shown and not followed.is_first)  # it was found because its marker shows
        followed.missed = 0 if proven else followed.missed + 1
        followed.is_first = False
        if self._framing.code.continuous and followed.missed < _MOST_MISSED:
            if not followed.missed:
                # what did not decode may have jumped in time, and is searched again if the stream is lost
                known = followed.tracker.position - self._acquisition.window if decoded else unit.started + _PEAK
                self._search.restart(int(known))
            followed.unit = Unit(self._framing, followed.tracker)
            return
        if decoded:
            self._search.restart(max(self._search.first, int(followed.tracker.position)))
        self._followed = None

    def _reception(self, followed: _Followed) -> Reception:
        unit, tracker, result = followed.unit, followed.tracker, followed.unit.result
        comparison = unit.against(result.frame) if result else None
        quality = FrameQuality(
            started_s=unit.started / self._rate_hz - self._delay_s,
            ended_s=tracker.position / self._rate_hz - self._delay_s,
            es_n0_db=10 * math.log10(self._bits_per_symbol) + (comparison.es_n0_db if comparison else tracker.es_n0_db),
            first_offset_hz=unit.first_offset_cycles * self._rate_hz,
            last_offset_hz=tracker.offset_cycles * self._rate_hz,
            corrected=result.corrected if result else 0,
            constellation=unit.constellation(),
            symbols=comparison.symbols if comparison else 0,
            symbol_errors=comparison.errors if comparison else 0,
        )
        return Reception(result.frame if result else None, quality)


def _resembling_lead(framing: Framing) -> int:
    """Return by how many symbols the first place comes early at which what is sent before a marker resembles it.

    At least by the marker's own length: in noise, and at a wrong carrier offset, any part of it has some likeness.
    """
    code = framing.code
    symbols = np.concatenate((code.acquisition, code.marker))
    sent = framing.as_sent(symbols).astype(float)
    marker = sent[len(code.acquisition) :]
    lead = np.concatenate((np.zeros(len(marker) - 1), sent))  # silence comes first
    energies = np.correlate(lead**2, np.ones(len(marker)), mode="valid")
    metrics = np.correlate(lead, marker, mode="valid") ** 2 / (energies * len(marker))
    return max(len(marker), len(metrics) - 1 - int(np.flatnonzero(metrics > _RESEMBLING)[0]))


@dataclass(frozen=True, slots=True)
class _FrontBand:
    """The filter to four samples per symbol; signal and Doppler pass, what would alias onto them is stopped."""

    sample_rate_hz: float
    ratio: Fraction
    pass_hz: float
    stop_hz: float

    def resampler(self) -> Resampler:
        up, down = self.ratio.numerator, self.ratio.denominator
        return Resampler(up, down, low_pass(self.sample_rate_hz * up, self.pass_hz, self.stop_hz, gain=up))


def _front_band(profile: LinkProfile, waveform: Waveform, sample_rate_hz: float) -> _FrontBand:
    rate_hz = SAMPLES_PER_SYMBOL * profile.symbol_rate_baud
    ratio = 1 / exact_ratio("sample_rate_hz", sample_rate_hz, rate_hz)
    signal_hz = profile.symbol_rate_baud * waveform.half_bandwidth
    pass_hz = signal_hz + profile.search_range_hz
    stop_hz = min(rate_hz, sample_rate_hz) - pass_hz
    if stop_hz < 1.05 * pass_hz:
        largest_hz = min(rate_hz, sample_rate_hz) / 2.05 - signal_hz
        raise ProfileError("search_range_hz", profile.search_range_hz, f"at most {largest_hz:.0f} at this symbol rate")
    nyquist_hz = sample_rate_hz * ratio.numerator / 2
    return _FrontBand(sample_rate_hz, ratio, pass_hz, min(stop_hz, _TRANSITION * pass_hz, nyquist_hz))
