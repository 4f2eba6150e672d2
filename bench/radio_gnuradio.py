"""GNU Radio's and gr-satellites' blocks as peers. To import it raises ImportError where GNU Radio is absent."""

import importlib
from typing import Any

import numpy as np
from gnuradio import blocks, channels, digital, fec, filter, gr  # noqa: A004 - GNU Radio's own name
from numpy.typing import NDArray

from bench.radio_rows import Work
from bench.radio_signals import BAUD, RATE_HZ, SAMPLES_PER_SYMBOL

_FILTER_SYMBOLS = 11
_LOOP_RAD = 0.005
"""Bandwidth of both loops, per symbol: as narrow as lets them settle on a still carrier. Wider ones lose more."""
_CLOCK_LIMIT = 0.01
SATELLITES_NARROWED = "--fll_bw 5 --clk_bw 0.01 --costas_bw 20"
_G1, _G2 = 79, 109
gr.logging().set_default_level(gr.log_levels.err)  # what it warns of is the sizes of its buffers
_TYPES = ("byte_t", "short_t", "int_t", "float_t", "complex_t")


def repeated(samples: NDArray[Any], *chain: Any) -> Work:
    """Return the work of sending an array, complex64 or uint8, through blocks into nothing."""
    is_complex = np.iscomplexobj(samples)
    source = (blocks.vector_source_c if is_complex else blocks.vector_source_b)(samples, True)
    head = blocks.head(samples.itemsize, len(samples))
    graph = gr.top_block()
    sink = blocks.null_sink(chain[-1].output_signature().sizeof_stream_item(0))
    graph.connect(source, head, *chain, sink)

    def run() -> None:
        head.reset()
        graph.run()

    return run


def put_through(samples: NDArray[Any], *chain: Any) -> NDArray[Any]:
    """Return what comes out of blocks for an array: complex64, float32 or uint8 as it went in, once."""
    source = (blocks.vector_source_c if np.iscomplexobj(samples) else blocks.vector_source_b)(samples, False)
    sinks = {8: blocks.vector_sink_c, 4: blocks.vector_sink_f, 1: blocks.vector_sink_b}
    sink = sinks[chain[-1].output_signature().sizeof_stream_item(0)]()
    graph = gr.top_block()
    graph.connect(source, *chain, sink)
    graph.run()
    return np.asarray(sink.data())


def demodulator(modulation: str) -> tuple[Any, ...]:
    """Return a matched filter, a symbol synchroniser with Gardner's detector, and a Costas loop."""
    order, constellation = (
        (2, digital.constellation_bpsk()) if modulation == "bpsk" else (4, digital.constellation_qpsk())
    )
    taps = filter.firdes.root_raised_cosine(1.0, RATE_HZ, BAUD, 0.35, _FILTER_SYMBOLS * SAMPLES_PER_SYMBOL)
    clock = digital.symbol_sync_cc(
        digital.TED_GARDNER,
        SAMPLES_PER_SYMBOL,
        _LOOP_RAD,
        1.0,  # damping
        1.0,  # gain of the detector
        _CLOCK_LIMIT * SAMPLES_PER_SYMBOL,
        1,
        constellation.base(),
        digital.IR_MMSE_8TAP,
        128,
        [],
    )
    return filter.fir_filter_ccf(1, taps), clock, digital.costas_loop_cc(_LOOP_RAD, order, False)


def satellites_demodulator(options: str = "") -> Any:
    """Return gr-satellites' BPSK demodulator."""
    for name in _TYPES:  # gr-satellites 4.4 asks for item types where GNU Radio 3.10 has them no longer
        if not hasattr(blocks, name):
            setattr(blocks, name, getattr(gr.types, name))
    demodulators = importlib.import_module("satellites.components.demodulators")
    return demodulators.bpsk_demodulator(BAUD, RATE_HZ, True, options=options)


def dynamic_channel(sample_rate_hz: float) -> Any:
    """Return a channel with clock and carrier that drift, Rician fading of 8 rays, and noise."""
    return channels.dynamic_channel_model(
        sample_rate_hz, 0.01, 1e2, 0.01, 1e3, 8, 2.0, True, 4.0, (0.0,), (1.0,), 8, 1.0, 1
    )


def viterbi(bits: int, invert_g2: bool) -> Any:
    """Return a decoder of blocks of ``bits`` that end in six zeros more; it takes octets about 127.5."""
    decoder = fec.cc_decoder.make(bits, 7, 2, [_G1, -_G2 if invert_g2 else _G2], 0, -1, fec.CC_TERMINATED, False)
    return fec.decoder(decoder, 1, 1)


def depuncturer(sent: str) -> Any:
    """Return what puts 127 in place of symbols that were not sent, marked "0"."""
    return fec.depuncture_bb(len(sent), int(sent, 2), 0, 127)
