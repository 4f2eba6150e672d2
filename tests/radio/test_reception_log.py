"""What a receiver heard, kept for the report."""

import numpy as np
import pytest

from radio.modem.reception import FrameQuality, Reception
from radio.reception_log import ReceptionLog

RATE_HZ = 240e3
POINTS = np.ones(256, dtype=np.complex64)


def reception(started_s: float, ended_s: float) -> Reception:
    return Reception(b"frame", FrameQuality(started_s, ended_s, 9.0, 10.0, 11.0, 2, POINTS, 3000, 7))


def hear(log: ReceptionLog, until_s: float, frequency_hz: float, *, blocks: int, length: int = 2400) -> None:
    """Feed a tone of unit power in blocks that end at ``until_s``."""
    for left in reversed(range(blocks)):
        n = np.arange(length)
        tone = np.exp(2j * np.pi * frequency_hz * n / RATE_HZ).astype(np.complex64)
        log.hear(tone, until_s - left * length / RATE_HZ)


def test_the_spectrum_is_that_of_the_burst_and_not_of_what_came_after() -> None:
    log = ReceptionLog(RATE_HZ)
    hear(log, 1.0, -40e3, blocks=8)
    hear(log, 1.06, 60e3, blocks=6)
    hear(log, 1.10, -20e3, blocks=4)
    log.add(reception(1.0, 1.06), accepted=True)
    frequency, density = log.spectrum()
    assert len(frequency) == 512
    assert frequency[np.argmax(density)] == pytest.approx(60e3, abs=RATE_HZ / 512)
    assert np.sum(10 ** (density / 10)) * RATE_HZ / 512 == pytest.approx(1, rel=0.05)
    elsewhere = density[np.abs(frequency - 60e3) > 5e3]
    assert np.max(elsewhere) < np.max(density) - 30


def test_a_burst_longer_than_what_is_kept_shows_its_end() -> None:
    log = ReceptionLog(RATE_HZ)
    hear(log, 1.0, 30e3, blocks=100)
    log.add(reception(0.0, 1.0), accepted=True)
    frequency, density = log.spectrum()
    assert frequency[np.argmax(density)] == pytest.approx(30e3, abs=RATE_HZ / 512)


def test_memory_is_bounded() -> None:
    log = ReceptionLog(RATE_HZ)
    hear(log, 10.0, 1e3, blocks=1000)
    assert sum(map(len, log._recent)) <= 0.2 * RATE_HZ + 2 * 2400


def test_a_frame_that_was_not_good_leaves_the_picture_as_it_was() -> None:
    log = ReceptionLog(RATE_HZ)
    assert [len(part) for part in log.spectrum()] == [0, 0]
    hear(log, 1.0, 60e3, blocks=6)
    log.add(reception(0.94, 1.0), accepted=True)
    hear(log, 1.06, -60e3, blocks=6)
    log.add(reception(1.0, 1.06), accepted=False)
    frequency, density = log.spectrum()
    assert frequency[np.argmax(density)] == pytest.approx(60e3, abs=RATE_HZ / 512)
    told = log.to_json()
    assert [burst["decoded"] for burst in told["bursts"]] == [True, False]
    assert [(burst["symbols"], burst["symbol_errors"]) for burst in told["bursts"]] == [(3000, 7)] * 2
    assert len(told["constellation"]) == 256


def test_a_short_burst_has_fewer_bins() -> None:
    log = ReceptionLog(RATE_HZ)
    hear(log, 1.0, 60e3, blocks=1)
    log.add(reception(1.0 - 300 / RATE_HZ, 1.0), accepted=True)
    assert len(log.spectrum()[0]) == 300
