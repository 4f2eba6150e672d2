"""Decoders of the AR4JA codes."""

import functools

from radio.coding.ldpc.ar4ja import ar4ja_code
from radio.coding.ldpc.layered import LayeredDecoder
from radio.coding.ldpc.reliability import Reliability

# Where about one frame in a thousand is lost, for k = 1024, 4096 and 16384.
_DESIGN_ES_N0_DB = {
    "1/2": {1024: -1.4, 4096: -1.9, 16384: -2.1},
    "2/3": {1024: 0.7, 4096: 0.2, 16384: -0.1},
    "4/5": {1024: 2.5, 4096: 2.0, 16384: 1.8},
}
# What lost the fewest frames there: the shorter a code, the more its cycles mislead.
_TRUST = {1024: 0.92, 4096: 0.96, 16384: 1.0}


@functools.cache
def ar4ja_decoder(rate: str, information_bits: int) -> LayeredDecoder:
    """Return the decoder of the code with `rate` "1/2", "2/3" or "4/5" and `information_bits` 1024, 4096 or 16384.

    Raises CodingError for any other.
    """
    code = ar4ja_code(rate, information_bits)
    return LayeredDecoder(code, Reliability(_DESIGN_ES_N0_DB[rate][information_bits], _TRUST[information_bits]))
