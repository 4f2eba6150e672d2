import math
import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import erf

from radio.coding.cadu import CaduCode
from radio.coding.reed_solomon import ReedSolomon
from radio.coding.symbols import octets_to_symbols
from radio.errors import ProfileError
from radio.framing.deframer import Deframed
from radio.framing.marker import MarkerDeframer
from radio.modem.fsk_frequency import FskSignal
from radio.modem.fsk_receiver import FskReceiver
from radio.modem.reception import Reception

BAUD, RATE_HZ = 9600, 48e3
PERIOD = 5
LEAD = 4000
CODE = CaduCode(60, ReedSolomon())
SIGNAL = FskSignal(BAUD, modulation_index=0.5, search_range_hz=10e3)


def gfsk(symbols: np.ndarray, index: float = 0.5, bt: float | None = 0.5, period: int = PERIOD) -> np.ndarray:
    """Complex samples of unit power; symbol k is centred period * (k + 3.5) - 1.5 samples after the first."""
    t = (np.arange(-3 * period, 3 * period) + 0.5) / period
    slope = 1e9 if bt is None else math.pi * bt * math.sqrt(2 / math.log(2))
    pulse = (erf(slope * (t + 0.5)) - erf(slope * (t - 0.5))) / 2
    impulses = np.zeros((len(symbols) + 1) * period)
    impulses[: len(symbols) * period : period] = -symbols  # bit 1 is the higher frequency
    impulses = np.roll(impulses, period // 2)
    frequency = np.convolve(impulses, pulse)
    return np.exp(1j * np.pi * index / period * np.cumsum(frequency))


def on_air(
    symbols: np.ndarray, eb_n0_db: float = 20.0, offset_hz: float = 0.0, seed: int = 1, **shape: float
) -> np.ndarray:
    """A burst between silences, in noise."""
    x = np.concatenate((np.zeros(LEAD), gfsk(symbols, **shape), np.zeros(2 * LEAD)))
    x = x * np.exp(2j * np.pi * offset_hz / RATE_HZ * np.arange(len(x)))
    rng = np.random.default_rng(seed)
    sigma = math.sqrt(PERIOD / 10 ** (eb_n0_db / 10) / 2)
    noise = sigma * (rng.standard_normal(len(x)) + 1j * rng.standard_normal(len(x)))
    return np.asarray(x + noise, dtype=np.complex64)


def receiver(signal: FskSignal = SIGNAL, either: bool = False) -> FskReceiver:
    longest = len(CODE.marker) + CODE.payload_symbols
    return FskReceiver(signal, MarkerDeframer(CODE, longest, either), RATE_HZ)


def received(samples: np.ndarray, receiver: FskReceiver, block: int = 1000) -> list[Reception]:
    return [each for k in range(0, len(samples), block) for each in receiver.process(samples[k : k + block])]


def burst(*frames: bytes) -> np.ndarray:
    return np.concatenate((np.resize([1, -1], 64), *(CODE.encode(frame) for frame in frames), np.resize([1, -1], 8)))


FRAMES = [np.random.default_rng(k).bytes(60) for k in range(3)]


@pytest.mark.parametrize("offset_hz", [-10e3, 0.0, 9e3])
def test_a_burst_is_received_whatever_its_carrier_offset(offset_hz: float) -> None:
    (found,) = received(on_air(burst(FRAMES[0]), 13.0, offset_hz), receiver())
    assert found.frame == FRAMES[0]
    assert found.quality.first_offset_hz == pytest.approx(offset_hz, abs=150)
    assert found.quality.last_offset_hz == pytest.approx(offset_hz, abs=150)


def test_a_burst_tells_when_it_was_and_how_good() -> None:
    (found,) = received(on_air(burst(FRAMES[0])), receiver())
    marker_s = (LEAD + PERIOD * (64 + 3.5) - 1.5) / RATE_HZ
    assert found.quality.started_s == pytest.approx(marker_s, abs=0.03 / BAUD)
    length_s = (len(CODE.marker) + CODE.payload_symbols) / BAUD
    assert found.quality.ended_s - found.quality.started_s == pytest.approx(length_s, abs=1 / BAUD)
    assert found.quality.corrected == 0
    assert np.mean(np.abs(found.quality.constellation) ** 2) == pytest.approx(1, rel=1e-3)
    assert len(found.quality.constellation) == 256


@pytest.mark.parametrize("es_n0_db", [11.0, 14.0, 20.0])
@pytest.mark.parametrize("offset_hz", [0.0, 9e3])
def test_es_n0_is_that_of_the_signal_on_the_air(es_n0_db: float, offset_hz: float) -> None:
    (found,) = received(on_air(burst(FRAMES[0]), es_n0_db, offset_hz), receiver())
    assert found.quality.es_n0_db == pytest.approx(es_n0_db, abs=0.7)


def test_a_stream_is_received_frame_after_frame() -> None:
    assert [each.frame for each in received(on_air(burst(*FRAMES), 14.0), receiver())] == FRAMES


@pytest.mark.parametrize("index", [0.5, 0.7, 1.0, 2.0, 3.0])
def test_any_modulation_index_is_received(index: float) -> None:
    signal = replace(SIGNAL, modulation_index=index, search_range_hz=1000)
    samples = on_air(burst(FRAMES[1]), 20.0, 500.0, index=index, bt=None)
    assert [each.frame for each in received(samples, receiver(signal))] == [FRAMES[1]]


def test_a_polarity_that_is_known_is_kept() -> None:
    turned = on_air(burst(FRAMES[0])).conj()
    assert received(turned, receiver()) == []
    assert [each.frame for each in received(turned, receiver(either=True))] == [FRAMES[0]]


def audio(symbols: np.ndarray, level: float, offset: float, noise: float = 0.2, smooth: int = 7) -> np.ndarray:
    x = np.repeat(np.concatenate((np.zeros(LEAD // PERIOD), -symbols, np.zeros(2 * LEAD // PERIOD))), PERIOD)
    x = np.convolve(x, np.hanning(smooth) / np.hanning(smooth).sum(), "same")
    return np.asarray(level * (x + noise * np.random.default_rng(4).standard_normal(len(x)) + offset), np.complex64)


@pytest.mark.parametrize(("level", "offset"), [(1.0, 0.0), (1e-3, 0.5), (3e4, -0.7), (-1.0, 0.0)])
def test_audio_of_an_fm_receiver_is_received_at_any_level(level: float, offset: float) -> None:
    fm = FskSignal(BAUD, kind="fm-audio")
    (found,) = received(audio(burst(FRAMES[2]), level, offset), receiver(fm, either=True))
    assert found.frame == FRAMES[2]
    assert math.isnan(found.quality.first_offset_hz), "audio does not tell"


def test_the_ratio_of_signal_to_noise_is_that_of_the_symbols() -> None:
    fm = FskSignal(BAUD, kind="fm-audio")
    (found,) = received(audio(burst(FRAMES[2]), 1.0, 0.0, noise=0.5, smooth=1), receiver(fm))
    averaged = 0.5 / math.sqrt(PERIOD)
    assert found.quality.es_n0_db == pytest.approx(10 * math.log10(1 / (2 * averaged**2)), abs=1.5)


def test_a_symbol_rate_that_is_off_is_received_where_told() -> None:
    samples = on_air(burst(*FRAMES), 20.0)
    off = FskSignal(BAUD / 1.008, 0.5, 1000.0, symbol_rate_tolerance=0.01)
    found = received(samples, FskReceiver(off, MarkerDeframer(CODE, 10_000, False), 48e3 / 1.008))
    assert [each.frame for each in found] == FRAMES, "the same samples at another rate: still the same symbols"
    nominal = replace(off, symbol_rate_baud=9525.0)
    found = received(samples, FskReceiver(nominal, MarkerDeframer(CODE, 10_000, False), 48e3))
    assert [each.frame for each in found] == FRAMES


@settings(max_examples=10)
@given(st.lists(st.integers(0, 16_000), max_size=5))
def test_any_split_gives_the_same(cuts: list[int]) -> None:
    samples = on_air(burst(FRAMES[0]), 14.0, 3000.0)
    split = receiver()
    found = [each for part in np.split(samples, sorted(cuts)) for each in split.process(part)]
    (whole,) = receiver().process(samples)
    assert [each.frame for each in found] == [FRAMES[0]]
    assert found[0].quality.started_s == whole.quality.started_s
    assert found[0].quality.es_n0_db == pytest.approx(whole.quality.es_n0_db, abs=1e-6)


@pytest.mark.parametrize("spoilt", [np.nan, np.inf, -np.inf, 1e30, complex(0, np.nan)])
def test_samples_that_are_no_numbers_are_counted_and_do_no_more_harm(spoilt: complex) -> None:
    samples = on_air(burst(FRAMES[0]))
    samples[[10, 2000]] = spoilt
    listening = receiver()
    assert [each.frame for each in received(samples, listening)] == [FRAMES[0]]
    assert listening.samples_unusable == 2


def test_it_remembers_no_more_than_it_needs() -> None:
    rng = np.random.default_rng(13)
    listening, sizes = receiver(either=True), []
    for _ in range(12):
        listening.process((rng.standard_normal(50_000) + 1j * rng.standard_normal(50_000)).astype(np.complex64))
        sizes.append(len(pickle.dumps(listening)))
    assert max(sizes[8:]) < max(sizes[:4]) + 4000, "octets: a number for each block would be 20000"


def test_silence_and_noise_give_nothing() -> None:
    listening = receiver()
    assert received(np.zeros(20_000, dtype=np.complex64), listening) == []
    assert received(on_air(np.zeros(0), 0.0)[: 2 * LEAD], listening) == []


class Listener:
    """Keeps all symbols."""

    oldest = 0
    following = False

    def __init__(self) -> None:
        self.soft: list[np.ndarray] = []

    def process(self, soft: np.ndarray) -> list[Deframed]:
        self.soft.append(soft)
        return []


@pytest.mark.parametrize(
    ("index", "bt", "eb_n0_db", "most"),
    [
        # non-coherent orthogonal FSK has 0.5 exp(-Eb/2N0) (Proakis, Digital Communications, 4th ed., eq. 5.4-46):
        # 9.4e-3 at 9 dB, which a discriminator reaches with continuous phase
        (1.0, None, 9.0, 0.0094),
        (1.0, 0.5, 9.0, 0.0094),
        # GFSK of index 0.5 has half the distance: 1.5 dB more
        (0.5, 0.5, 10.5, 0.0094),
    ],
)
def test_symbol_errors_are_those_of_non_coherent_detection(
    index: float, bt: float | None, eb_n0_db: float, most: float
) -> None:
    symbols = octets_to_symbols(np.random.default_rng(5).bytes(5000))
    listener = Listener()
    signal = FskSignal(BAUD, modulation_index=index, search_range_hz=1000)
    received(on_air(symbols, eb_n0_db, 300.0, index=index, bt=bt), FskReceiver(signal, listener, RATE_HZ))
    hard = np.sign(np.concatenate(listener.soft))
    start = int(np.argmax(np.correlate(hard, symbols[:500].astype(float), "valid")))
    found = hard[start : start + len(symbols)]
    assert np.mean(found != symbols[: len(found)]) < most
    assert len(found) == len(symbols)


@pytest.mark.parametrize(
    ("field", "value"),
    [("symbol_rate_baud", 0.0), ("modulation_index", 9.0), ("search_range_hz", -1.0), ("symbol_rate_tolerance", 0.02)],
)
def test_a_signal_that_there_is_not_is_refused(field: str, value: float) -> None:
    with pytest.raises(ProfileError) as refused:
        replace(SIGNAL, **{field: value})
    assert (refused.value.field, refused.value.value) == (field, value)


@pytest.mark.parametrize("rate_hz", [9600.0, 20e3, 48_001.37])
def test_a_sample_rate_that_does_not_fit_is_refused(rate_hz: float) -> None:
    with pytest.raises(ProfileError) as refused:
        FskReceiver(SIGNAL, Listener(), rate_hz)
    assert refused.value.field == "sample_rate_hz"
