"""Samples to frames: search for a marker, follow the burst, decode it."""

import numpy as np
from numpy.typing import NDArray

from radio.coding.channel_code import ChannelCode, FrameDecoder
from radio.errors import ProfileError
from radio.modem.acquisition import CONFIRM_THRESHOLD, MARGIN, SAMPLES_PER_SYMBOL, Acquisition
from radio.modem.marker_search import MarkerSearch
from radio.modem.rates import exact_ratio
from radio.modem.reception import FrameQuality, Reception
from radio.modem.resampler import Resampler, low_pass
from radio.modem.sample_buffer import SampleBuffer
from radio.modem.tracker import EDGE, Tracker, longest_memory
from radio.profile import LinkProfile

CONSTELLATION_POINTS = 256
_TRANSITION = 1.35
"""Stop to pass band: noise let through beyond the signal dilutes the search metric."""
_LARGEST_SAMPLE = 1e9
"""What is larger cannot be squared and summed in single precision: no front end gives it."""
_SPARE_SYMBOLS = 128
"""Two codeblocks: how much longer than the longest frame's a burst is whose tail sequence was not recognised."""


class _Burst:
    """A burst being followed."""

    def __init__(self, tracker: Tracker, decoder: FrameDecoder, marker_symbols: int, longest: int) -> None:
        """Take the most symbols from the marker on that are followed: a sender could go on with codeblocks for ever."""
        self.tracker = tracker
        self.decoder = decoder
        self.surplus = 0
        self._skip = marker_symbols
        self._left = longest
        self._symbols: list[NDArray[np.complex64]] = []

    def advance(self, buffer: SampleBuffer) -> bool:
        """Take in what has come; return True once the burst is over."""
        while not self._over and buffer.end >= self.tracker.needs:
            self._take(self.tracker.next_block(buffer))
        return self._over

    @property
    def _over(self) -> bool:
        return self.decoder.symbols_wanted == 0 or self._left <= 0

    def _take(self, block: NDArray[np.complex64]) -> None:
        data = block[min(self._skip, len(block)) :]
        self._skip -= len(block) - len(data)
        used = data[: self.decoder.symbols_wanted]
        self.decoder.feed(np.ascontiguousarray(used.real))
        self.surplus = len(data) - len(used)
        self._left -= len(used)
        self._symbols.append(used)

    def constellation(self) -> NDArray[np.complex64]:
        symbols = np.concatenate(self._symbols)
        chosen = symbols[:: max(1, len(symbols) // CONSTELLATION_POINTS)][:CONSTELLATION_POINTS]
        return np.asarray(chosen / np.sqrt(np.mean(np.abs(chosen) ** 2) + 1e-30), dtype=np.complex64)


class Receiver:
    """One direction's receiver, fed with samples of any block length."""

    def __init__(self, profile: LinkProfile, code: ChannelCode, sample_rate_hz: float) -> None:
        self._profile, self._code = profile, code
        self._rate_hz = SAMPLES_PER_SYMBOL * profile.symbol_rate_baud
        self._resampler = _front_filter(profile, sample_rate_hz)
        self._delay_s = self._resampler.delay_samples / sample_rate_hz
        self._buffer = SampleBuffer()
        self._acquisition = Acquisition(code.marker, profile.roll_off, profile.search_range_hz / self._rate_hz)
        self._history = self._acquisition.window + MARGIN + EDGE
        look_ahead = (len(code.acquisition) + len(code.marker)) * SAMPLES_PER_SYMBOL
        self._search = MarkerSearch(self._acquisition, look_ahead, MARGIN + EDGE)
        self._longest = len(code.encode(bytes(profile.frame_octets))) + _SPARE_SYMBOLS
        self._burst: _Burst | None = None
        self.samples_unusable = 0
        """How many samples were not finite, or absurdly large, and were taken as zero."""

    @property
    def following(self) -> bool:
        """True while a burst is being followed."""
        return self._burst is not None

    def process(self, samples: NDArray[np.complex64]) -> list[Reception]:
        """Take complex64[n] and return the bursts that ended in them. Times count from the first sample ever taken."""
        self._buffer.append(self._resampler.process(self._usable(samples)))
        receptions: list[Reception] = []
        while self._step(receptions):
            pass
        self._buffer.trim(self._search.first - self._history)
        return receptions

    def _usable(self, samples: NDArray[np.complex64]) -> NDArray[np.complex64]:
        """Put zero in place of what is no number: one such sample would spoil every filter that it passes."""
        usable = (np.abs(samples.real) <= _LARGEST_SAMPLE) & (np.abs(samples.imag) <= _LARGEST_SAMPLE)
        spoilt = len(samples) - int(np.count_nonzero(usable))
        self.samples_unusable += spoilt
        return np.where(usable, samples, np.complex64(0)) if spoilt else samples

    def _step(self, receptions: list[Reception]) -> bool:
        """Search or follow as far as the samples reach; return True if there is more to do."""
        if self._burst is None:
            candidate = self._search.next_candidate(self._buffer)
            if candidate is not None:
                self._confirm(candidate)
            return candidate is not None
        if not self._burst.advance(self._buffer):
            return False
        receptions.append(self._finish(self._burst))
        self._burst = None
        return True

    def _confirm(self, candidate: int) -> None:
        view = self._buffer.view(candidate - MARGIN, candidate + self._acquisition.window + MARGIN)
        found = self._acquisition.refine(view)
        if found.metric < CONFIRM_THRESHOLD:
            return
        profile, marker = self._profile, self._code.marker
        memory = longest_memory(profile.carrier_hz, profile.symbol_rate_baud)
        carrier_cycles = profile.carrier_hz / self._rate_hz
        tracker = Tracker(found.shifted(candidate - MARGIN), marker, profile.roll_off, carrier_cycles, memory)
        self._search.restart(candidate + self._acquisition.window)
        self._burst = _Burst(tracker, self._code.decoder(), len(marker), self._longest)

    def _finish(self, burst: _Burst) -> Reception:
        """A burst that did not decode may have been a false marker: its samples are searched again."""
        result = burst.decoder.result
        tracker = burst.tracker
        end = tracker.position - burst.surplus * SAMPLES_PER_SYMBOL
        quality = FrameQuality(
            started_s=tracker.first_position / self._rate_hz - self._delay_s,
            ended_s=end / self._rate_hz - self._delay_s,
            es_n0_db=tracker.statistics.es_n0_db,
            first_offset_hz=tracker.first_cycles * self._rate_hz,
            last_offset_hz=tracker.offset_cycles * self._rate_hz,
            corrected=result.corrected if result else 0,
            constellation=burst.constellation(),
        )
        if result is None:
            return Reception(None, quality)
        self._search.restart(max(self._search.first, int(end)))
        return Reception(result.frame, quality)


def _front_filter(profile: LinkProfile, sample_rate_hz: float) -> Resampler:
    """The filter to four samples per symbol; signal and Doppler pass, what would alias onto them is stopped."""
    rate_hz = SAMPLES_PER_SYMBOL * profile.symbol_rate_baud
    ratio = 1 / exact_ratio("sample_rate_hz", sample_rate_hz, rate_hz)
    pass_hz = profile.symbol_rate_baud * (1 + profile.roll_off) / 2 + profile.search_range_hz
    stop_hz = min(rate_hz, sample_rate_hz) - pass_hz
    if stop_hz < 1.05 * pass_hz:
        largest_hz = min(rate_hz, sample_rate_hz) / 2.05 - (pass_hz - profile.search_range_hz)
        raise ProfileError("search_range_hz", profile.search_range_hz, f"at most {largest_hz:.0f} at this symbol rate")
    taps = low_pass(
        sample_rate_hz * ratio.numerator, pass_hz, min(stop_hz, _TRANSITION * pass_hz), gain=ratio.numerator
    )
    return Resampler(ratio.numerator, ratio.denominator, taps)
