"""How fast receivers are, IQ to frames, beside demodulators, IQ to symbols."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from bench.radio_rows import Row, Work, compared, peer
from bench.radio_signals import LDPC, RATE_HZ, UNCODED, Samples, Signal, stream_profile, white_noise
from radio.modem.receiver import Receiver
from radio.modem.reception import Reception
from radio.profile import LinkProfile

GNU_RADIO = "GNU Radio: filter, Gardner, Costas"
SATELLITES = "gr-satellites: BPSK demodulator"

_SEED = 1
_BLOCK = 2400
"""Samples that a receiver is given at once, as the rigs do."""
_FRAMES = 60
_LDPC_OCTETS = 512
_EB_N0_DB = 8.0
_LDPC_EB_N0_DB = 3.0
_MSPS = 5.0
_NOISE_SAMPLES = 1_000_000


def rows() -> Iterator[Row]:
    """Measure receivers of streams, and the search where there is nothing but noise."""
    rng = np.random.default_rng(_SEED)
    for modulation in ("bpsk", "qpsk"):
        signal = Signal.of(stream_profile(modulation, UNCODED), _FRAMES, rng)
        samples = signal.with_noise(_EB_N0_DB, rng)
        peers = [peer(GNU_RADIO, partial(_gnuradio_work, samples, modulation))]
        if modulation == "bpsk":
            peers.append(peer(SATELLITES, partial(_satellites_work, samples)))
        what = f"receiver, {modulation.upper()} uncoded, 5 samples a symbol"
        yield compared(what, "Msps", len(samples) / 1e6, _work(signal, samples), peers, _MSPS)
    signal = Signal.of(stream_profile("bpsk", LDPC, _LDPC_OCTETS), _FRAMES, rng)
    samples = signal.with_noise(_LDPC_EB_N0_DB, rng)
    what = f"receiver, BPSK, AR4JA 1/2 k=4096 at {_LDPC_EB_N0_DB:g} dB"
    yield compared(what, "Msps", len(samples) / 1e6, _work(signal, samples), least=_MSPS)
    noise = white_noise(_NOISE_SAMPLES, 1.0, rng)
    what = "marker search, noise, +-12 kHz at 38.4 kbaud"
    yield compared(what, "Msps", len(noise) / 1e6, partial(receive, signal.profile, noise))


def receive(profile: LinkProfile, samples: Samples) -> list[Reception]:
    """Return what a new receiver makes of samples, block by block."""
    receiver = Receiver(profile, profile.code(), RATE_HZ)
    return [each for k in range(0, len(samples), _BLOCK) for each in receiver.process(samples[k : k + _BLOCK])]


def _work(signal: Signal, samples: Samples) -> Work:
    heard = sum(each.frame is not None for each in receive(signal.profile, samples))
    if heard < len(signal.frames):
        raise RuntimeError(f"{heard} of {len(signal.frames)} frames were received")
    return partial(receive, signal.profile, samples)


def _gnuradio_work(samples: Samples, modulation: str) -> Work:
    from bench.radio_gnuradio import demodulator, repeated

    return repeated(samples, *demodulator(modulation))


def _satellites_work(samples: Samples) -> Work:
    from bench.radio_gnuradio import repeated, satellites_demodulator

    return repeated(samples, satellites_demodulator())
