"""libfec through ctypes, as a peer."""

import ctypes
from ctypes import c_int, c_uint, c_void_p

import numpy as np
from numpy.typing import NDArray

Octets = NDArray[np.uint8]
_TAIL_BITS = 6


class LibFec:
    """The library; to make one raises OSError where it is absent."""

    def __init__(self) -> None:
        self._library = library = ctypes.CDLL("libfec.so.0")
        library.create_viterbi27.restype = c_void_p
        library.init_viterbi27.argtypes = [c_void_p, c_int]
        library.update_viterbi27_blk.argtypes = [c_void_p, c_void_p, c_int]
        library.chainback_viterbi27.argtypes = [c_void_p, c_void_p, c_uint, c_uint]
        library.decode_rs_ccsds.argtypes = [c_void_p, c_void_p, c_int, c_int]
        library.set_viterbi27_polynomial((c_int * 2)(0x4F, -0x6D))

    def viterbi(self, soft: Octets, bits: int) -> Octets:
        """Return the bits of a block that six zeros end, of symbols about 127.5, 2 (bits + 6) of them."""
        decoder = self._viterbi_of(bits)
        octets = np.zeros((bits + _TAIL_BITS) // 8 + 1, np.uint8)
        self._library.init_viterbi27(decoder, 0)
        self._library.update_viterbi27_blk(decoder, soft.ctypes.data, bits + _TAIL_BITS)
        self._library.chainback_viterbi27(decoder, octets.ctypes.data, bits, 0)
        return np.unpackbits(octets)[:bits]

    def _viterbi_of(self, bits: int) -> int:
        if getattr(self, "_bits", None) != bits:
            self._bits, self._decoder = bits, self._library.create_viterbi27(bits)
        return int(self._decoder)

    def correct(self, codeword: Octets) -> int:
        """Correct a codeword of RS(255,223) in the dual basis, in its place; return how many octets were wrong."""
        return int(self._library.decode_rs_ccsds(codeword.ctypes.data, None, 0, 0))
