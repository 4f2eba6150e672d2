"""The whole loop, and how long a receiver keeps a frame to itself."""

from collections.abc import Iterator
from time import process_time

import numpy as np

from bench.radio_rows import Row
from bench.radio_signals import Samples, white_noise
from radio.modem.modulator import Modulator
from radio.modem.open_receiver import open_receiver
from radio.profile import LinkProfile, Profile
from testbed.rigs.rig import AskRequest, SilentListener
from testbed.scenario import Scenario
from testbed.session import ask_once

_SEED = 1
_RUNS = 3
_REQUEST = AskRequest("Tell me about the weather in low orbit, and what you see. " * 20, max_tokens=600)
_LOOPS = ((240e3, 0.02, 10.0), (240e3, 0.01, None), (1e6, 0.01, 1.0))
"""Sample rates, lengths of a block in s, and the real-time factors wanted: each block costs a hand-over at each end."""

_LATENCY_PROFILES = ("leo-bpsk", "leo-oqpsk-ldpc")
_LATENCY_RATE_HZ = 240e3
_LATENCY_BLOCK = 576
"""2.4 ms."""
_LATENCY_EB_N0_DB = 6.0
_LATENCY_STARTS = 15
_LATENCY_MS = 20.0
_FRAMES = 3
_SILENCE_S = 0.2


def rows() -> Iterator[Row]:
    """Measure the loop at two sample rates, and the latency of two downlinks."""
    for rate_hz, block_s, factor in _LOOPS:
        yield _loop(rate_hz, block_s, factor)
    for name in _LATENCY_PROFILES:
        yield _latency(name)


def _loop(sample_rate_hz: float, block_s: float, factor: float | None) -> Row:
    changed = {"sample_rate_hz": sample_rate_hz, "block_samples": round(block_s * sample_rate_hz)}
    scenario = Scenario.load("loopback").model_copy(update=changed)
    factors = tuple(
        ask_once("zmq", scenario, _SEED + run, _REQUEST, SilentListener()).real_time_factor for run in range(_RUNS)
    )
    what = f"whole loop, zmq, {sample_rate_hz / 1e3:g} kS/s, {1e3 * block_s:g} ms blocks, over real time"
    return Row(what, "times", factors, least=factor)


def _latency(name: str) -> Row:
    downlink = Profile.load(name).downlink
    rng = np.random.default_rng(_SEED)
    late_ms = tuple(1e3 * _late_s(downlink, rng) for _ in range(_LATENCY_STARTS))
    return Row(f"first frame, after its air time, {name}", "ms", late_ms, most=_LATENCY_MS)


def _late_s(link: LinkProfile, rng: np.random.Generator) -> float:
    """Return by how much later than a frame's air time it is out, from the first sample of its transmission on.

    The air time is that of the unit: acquisition and pulses' ends are not charged to it. The processor's time for the
    block in which it came out is.
    """
    samples, first, air_s = _transmission(link, rng)
    receiver = open_receiver(link, _LATENCY_RATE_HZ)
    for end in range(_LATENCY_BLOCK, len(samples) + 1, _LATENCY_BLOCK):
        begin_s = process_time()
        if any(each.frame for each in receiver.process(samples[end - _LATENCY_BLOCK : end])):
            return (end - first) / _LATENCY_RATE_HZ - air_s + process_time() - begin_s
    raise RuntimeError(f"no frame of {link.modulation} was received")


def _transmission(link: LinkProfile, rng: np.random.Generator) -> tuple[Samples, int, float]:
    """Return noise with a transmission in it, the number of its first sample, and a unit's air time."""
    code = link.code()
    units = [code.encode(rng.bytes(link.frame_octets)) for _ in range(_FRAMES if code.continuous else 1)]
    sent = Modulator(link, _LATENCY_RATE_HZ).burst(np.concatenate([code.acquisition, *units]))
    first = int(_LATENCY_RATE_HZ * _SILENCE_S) + int(rng.integers(_LATENCY_BLOCK))
    symbol_rate_hz = link.symbol_rate_baud * link.bits_per_symbol
    es_n0 = link.bits_per_symbol * code.information_bits_per_symbol * 10 ** (_LATENCY_EB_N0_DB / 10)
    after = int(_LATENCY_RATE_HZ * _SILENCE_S)
    noise = white_noise(first + len(sent) + after, _LATENCY_RATE_HZ / link.symbol_rate_baud / es_n0, rng)
    noise[first : first + len(sent)] += sent
    return noise, first, len(units[0]) / symbol_rate_hz
