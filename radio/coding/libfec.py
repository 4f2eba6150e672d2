"""Phil Karn's libfec through ctypes: Reed-Solomon and Viterbi in C.

This is the only module that uses ctypes. The library is looked for at the first use, not at import. Calls let
other threads run; all state is in the arrays passed and in each `Viterbi27`, so that two transceivers of one
process may decode at once (one `Viterbi27` is for one thread at a time).
"""

import ctypes
import functools
import threading
import weakref

import numpy as np
from numpy.typing import NDArray

from radio.coding.symbols import Bits
from radio.errors import CodingError, MissingLibraryError

RS_CODEWORD_OCTETS = 255
RS_DATA_OCTETS = 223
RS_PARITY_OCTETS = RS_CODEWORD_OCTETS - RS_DATA_OCTETS
VITERBI_TAIL_BITS = 6

_LIBRARY = "libfec.so.0"
_PACKAGE = "libfec0"
# libfec wants the newest bit lowest: 171 and 133 (octal) with their bits reversed. The sign inverts.
_CCSDS_POLYNOMIALS = (0x4F, -0x6D)
_PROTOTYPES: tuple[tuple[str, type | None, tuple[type, ...]], ...] = (
    ("encode_rs_ccsds", None, (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)),
    ("decode_rs_ccsds", ctypes.c_int, (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_int)),
    ("set_viterbi27_polynomial", None, (ctypes.c_int * 2,)),
    ("create_viterbi27", ctypes.c_void_p, (ctypes.c_int,)),
    ("init_viterbi27", ctypes.c_int, (ctypes.c_void_p, ctypes.c_int)),
    ("update_viterbi27_blk", ctypes.c_int, (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)),
    ("chainback_viterbi27", ctypes.c_int, (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint, ctypes.c_uint)),
    ("delete_viterbi27", None, (ctypes.c_void_p,)),
)
_load_lock = threading.Lock()


def encode_rs_ccsds(data: NDArray[np.uint8], pad: int = 0) -> NDArray[np.uint8]:
    """Return the parity, uint8[32], of `data`, uint8[223 - pad], E = 16, dual basis (131.0-B section 4).

    pad: octets of virtual fill, 0 to 222. Raises CodingError if the length of `data` does not fit it.
    """
    _check_word("data", data, RS_DATA_OCTETS, pad)
    data = np.ascontiguousarray(data, np.uint8)
    parity = np.empty(RS_PARITY_OCTETS, np.uint8)
    _library().encode_rs_ccsds(data.ctypes.data, parity.ctypes.data, pad)
    return parity


def decode_rs_ccsds(codeword: NDArray[np.uint8], pad: int = 0) -> tuple[NDArray[np.uint8], int]:
    """Return the corrected copy of `codeword`, uint8[255 - pad], and libfec's count of errors.

    The count is negative if the word is uncorrectable, also because an error was located in the virtual fill.
    Raises CodingError if the length of `codeword` does not fit `pad` (0 to 222).
    """
    _check_word("codeword", codeword, RS_CODEWORD_OCTETS, pad)
    corrected = np.array(codeword, np.uint8)
    return corrected, int(_library().decode_rs_ccsds(corrected.ctypes.data, None, 0, pad))


class Viterbi27:
    """A Viterbi decoder of the CCSDS K = 7, rate 1/2 code (131.0-B section 3); frees its memory by itself."""

    def __init__(self, steps: int) -> None:
        """Make room for `steps` trellis steps (bits sent, tail included), at least 6."""
        if steps < VITERBI_TAIL_BITS:
            raise CodingError("steps", steps, f"at least {VITERBI_TAIL_BITS}")
        library = _library()
        self._handle = library.create_viterbi27(steps - VITERBI_TAIL_BITS)
        if not self._handle:
            raise MemoryError(f"libfec has no memory for {steps} trellis steps")
        weakref.finalize(self, library.delete_viterbi27, self._handle)
        self._steps = steps
        self.init(start_state=0)

    def init(self, start_state: int) -> None:
        """Start anew; `start_state` (0..63, newest bit lowest) gets only a slight lead over the others."""
        _library().init_viterbi27(self._handle, start_state)
        self._steps_done = 0

    def update(self, symbols: NDArray[np.uint8]) -> None:
        """Take `symbols`, uint8[2 n]: 0 is a certain bit 0, 255 a certain bit 1.

        Raises CodingError if there is no room for n more steps.
        """
        steps = symbols.size // 2
        room = self._steps - self._steps_done
        if symbols.size % 2 or steps > room:
            raise CodingError("symbols.size", symbols.size, f"an even number up to {2 * room}")
        symbols = np.ascontiguousarray(symbols, np.uint8)
        _library().update_viterbi27_blk(self._handle, symbols.ctypes.data, steps)
        self._steps_done += steps

    def chainback(self, end_state: int) -> Bits:
        """Return the bits of the best path to `end_state` less the 6 tail bits, uint8[steps done - 6].

        Raises CodingError if fewer than 6 steps are done.
        """
        bit_count = self._steps_done - VITERBI_TAIL_BITS
        if bit_count < 0:
            raise CodingError("steps done", self._steps_done, f"at least {VITERBI_TAIL_BITS}")
        packed = np.zeros((bit_count + 7) // 8, np.uint8)
        _library().chainback_viterbi27(self._handle, packed.ctypes.data, bit_count, end_state)
        return np.unpackbits(packed, count=bit_count)


def _check_word(name: str, word: NDArray[np.uint8], full_octets: int, pad: int) -> None:
    if not 0 <= pad < RS_DATA_OCTETS:
        raise CodingError("pad", pad, f"0 to {RS_DATA_OCTETS - 1}")
    if word.shape != (full_octets - pad,):
        raise CodingError(f"{name}.shape", word.shape, f"({full_octets - pad},) with a pad of {pad}")


def _library() -> ctypes.CDLL:
    with _load_lock:
        return _load(_LIBRARY)


@functools.cache
def _load(file_name: str) -> ctypes.CDLL:
    try:
        library = ctypes.CDLL(file_name)
    except OSError as error:
        raise MissingLibraryError(file_name, _PACKAGE) from error
    for name, result, arguments in _PROTOTYPES:
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    library.set_viterbi27_polynomial((ctypes.c_int * 2)(*_CCSDS_POLYNOMIALS))  # global to the process
    return library
