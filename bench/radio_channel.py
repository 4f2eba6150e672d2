"""The channel: a leg of the sky beside GNU Radio's channel model with the same things in it."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from bench.radio_rows import Row, Work, compared, peer
from bench.radio_signals import Samples, white_noise
from radio.sky import Leg
from testbed.physics import work_out
from testbed.scenario import Scenario

_SEED = 1
_RATE_HZ = 240e3
_SAMPLES = 960_000
_BLOCKS = (24_000, 2400)
"""Samples at once: 100 ms, and the rigs' 10 ms, where what is done once a block weighs more."""
_MSPS = 20.0
_TIMES_GNU_RADIO = 3.0


def rows() -> Iterator[Row]:
    """Measure a downlink with everything that can be wrong at once."""
    sky = work_out(Scenario.load("impaired"), _SEED).sky
    sent = white_noise(_SAMPLES, 1.0, np.random.default_rng(_SEED))
    peers = [peer("GNU Radio: dynamic_channel_model", partial(_gnuradio, sent), _TIMES_GNU_RADIO)]
    for block in _BLOCKS:
        leg = Leg(sky.downlink, sky.downlink_states, _RATE_HZ, _SEED)
        what = f"channel, every impairment, {block} samples at once"
        yield compared(what, "Msps", _SAMPLES / 1e6, partial(_carry, leg, sent, block), peers, _MSPS)


def _carry(leg: Leg, sent: Samples, block: int) -> None:
    for begin in range(0, len(sent), block):
        leg.carry(sent[begin : begin + block])


def _gnuradio(sent: Samples) -> Work:
    from bench.radio_gnuradio import dynamic_channel, repeated

    return repeated(sent, dynamic_channel(_RATE_HZ))
