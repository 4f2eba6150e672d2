"""The K = 7, rate 1/2 convolutional code: G1 = 171, G2 = 133 (octal), G2 inverted (131.0-B section 3).

A *state* is the last six bits that went in, as a number of which the newest bit is the lowest.
"""

import numpy as np
from numpy.typing import NDArray

from radio.coding.libfec import VITERBI_TAIL_BITS, Viterbi27
from radio.coding.symbols import Bits, SoftSymbols, Symbols, bits_to_symbols
from radio.errors import CodingError

TAIL_BITS = VITERBI_TAIL_BITS
STATES = 1 << TAIL_BITS
_G1_DELAYS = (0, 1, 2, 3, 6)
_G2_DELAYS = (0, 2, 3, 5, 6)
# Zero bits before the start state's own, so that the lead-in is a whole number of octets.
_LEAD_IN_ZEROS = 2
# Mean magnitudes at which a soft symbol is clipped: 42 levels for each, and noise 2 sigma out still fits.
_CLIP_AT_MEANS = 3.0


def encode_convolutional(bits: Bits, start_state: int = 0, tail: bool = False) -> Symbols:
    """Return the symbols of `bits`, int8[2 n], or int8[2 (n + 6)] with a `tail` of six zero bits.

    Raises CodingError if `start_state` is not 0 to 63.
    """
    zeros = np.zeros(TAIL_BITS if tail else 0, np.uint8)
    register = np.concatenate([_state_bits(start_state), bits, zeros])
    coded = np.stack([_xor_delayed(register, _G1_DELAYS), _xor_delayed(register, _G2_DELAYS) ^ 1], axis=1)
    return bits_to_symbols(coded.reshape(-1))


def state_after(bits: Bits, start_state: int = 0) -> int:
    """Return the encoder's state after `bits`; raises CodingError if `start_state` is not 0 to 63."""
    last = np.concatenate([_state_bits(start_state), bits])[-TAIL_BITS:]
    return int(last @ (1 << np.arange(TAIL_BITS)[::-1]))


def decode_convolutional(soft: SoftSymbols, start_state: int = 0) -> Bits:
    """Return the most likely bits, uint8[n], behind `soft`, float32[2 (n + 6)] of any scale; n is 1 or more.

    The encoder was in `start_state` before the first symbol, and six zero bits ended it.
    Raises CodingError if the length is odd or below 14, if a symbol is not finite, or if `start_state` is not
    0 to 63.
    """
    if soft.size % 2 or soft.size < 2 * (TAIL_BITS + 1):
        raise CodingError("soft.size", soft.size, f"an even number, at least {2 * (TAIL_BITS + 1)}")
    lead_in = _lead_in(start_state)
    decoder = Viterbi27((lead_in.size + soft.size) // 2)
    decoder.update(_quantise(lead_in, clip_level=1.0))
    decoder.update(_quantise(soft, _clip_level(soft)))
    return decoder.chainback(end_state=0)[lead_in.size // 2 :]


def _lead_in(start_state: int) -> Symbols:
    """Return the symbols that take the encoder from state 0 to `start_state`.

    libfec alone gives a start state a lead worth a quarter of one symbol, which noise overcomes.
    """
    return encode_convolutional(np.concatenate([np.zeros(_LEAD_IN_ZEROS, np.uint8), _state_bits(start_state)]))


def _clip_level(soft: SoftSymbols) -> float:
    mean = float(np.abs(soft).mean(dtype=np.float64))
    if not np.isfinite(mean):
        raise CodingError("soft", mean, "finite symbols")
    return _CLIP_AT_MEANS * mean or 1.0


def _quantise(soft: SoftSymbols | Symbols, clip_level: float) -> NDArray[np.uint8]:
    """Return libfec's scale: 0 for bit 0 at `clip_level` or more, 255 for bit 1 at its negative or less."""
    levels = soft * np.float32(127.5 / clip_level)
    return np.clip(128 - levels, 0, 255).astype(np.uint8)  # rounds 127.5 - levels


def _state_bits(state: int) -> Bits:
    if not 0 <= state < STATES:
        raise CodingError("start_state", state, f"0 to {STATES - 1}")
    return (state >> np.arange(TAIL_BITS)[::-1] & 1).astype(np.uint8)


def _xor_delayed(register: Bits, delays: tuple[int, ...]) -> Bits:
    count = register.size - TAIL_BITS
    slices = [register[TAIL_BITS - delay : TAIL_BITS - delay + count] for delay in delays]
    bits: Bits = np.bitwise_xor.reduce(slices)
    return bits
