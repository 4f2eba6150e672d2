"""Our coders beside Phil Karn's libfec, where it is installed."""

import ctypes

import numpy as np
import pytest

from radio.coding.convolutional import Convolutional, state_after
from radio.coding.reed_solomon import ReedSolomon

VITERBI_POLYNOMIALS = (ctypes.c_int * 2)(0x4F, -0x6D)  # newest bit lowest; the sign inverts


@pytest.fixture(scope="module")
def libfec():
    try:
        library = ctypes.CDLL("libfec.so.0")
    except OSError:
        pytest.skip("libfec is not installed (Debian package libfec0)")
    library.init_rs_char.restype = library.create_viterbi27.restype = ctypes.c_void_p
    return library


def pointer(array):
    return ctypes.c_void_p(array.ctypes.data)


def parity(library, code, data):
    octets = np.empty(code.parity_octets, np.uint8)
    if code.parity_octets == 32:
        encode = library.encode_rs_ccsds if code.basis == "dual" else library.encode_rs_8
        encode(pointer(data), pointer(octets), code.data_octets - data.size)
    else:
        fill = code.data_octets - data.size
        codec = ctypes.c_void_p(library.init_rs_char(8, 0x187, 120, 11, 16, fill))
        library.encode_rs_char(codec, pointer(data), pointer(octets))
        library.free_rs_char(codec)
    return octets.tobytes()


@pytest.mark.parametrize(
    "code",
    [ReedSolomon(), ReedSolomon(basis="conventional"), ReedSolomon(parity_octets=16, basis="conventional")],
    ids=repr,
)
@pytest.mark.parametrize("fill", [0, 100])
def test_check_octets_are_the_same(libfec, code, fill):
    data = np.random.default_rng(1).integers(0, 256, code.data_octets - fill, dtype=np.uint8)
    assert code.encode(data.tobytes())[data.size :] == parity(libfec, code, data)


def test_decoded_bits_are_the_same(libfec):
    rng = np.random.default_rng(2)
    code, bit_count = Convolutional(), 3000
    bits = np.append(rng.integers(0, 2, bit_count, dtype=np.uint8), np.zeros(6, np.uint8))
    soft = (code.encode(bits) + rng.normal(0, 0.6, 2 * bits.size)).astype(np.float32)
    octets = np.clip(np.rint(127.5 - 42 * soft), 0, 255).astype(np.uint8)
    libfec.set_viterbi27_polynomial(VITERBI_POLYNOMIALS)
    decoder = ctypes.c_void_p(libfec.create_viterbi27(bit_count))
    decoded = np.zeros((bit_count + 7) // 8, np.uint8)
    libfec.init_viterbi27(decoder, 0)
    libfec.update_viterbi27_blk(decoder, pointer(octets), bits.size)
    libfec.chainback_viterbi27(decoder, pointer(decoded), bit_count, 0)
    libfec.delete_viterbi27(decoder)
    ours = code.decode(soft, 0, state_after(bits))[:bit_count]
    assert np.array_equal(ours, np.unpackbits(decoded, count=bit_count))
