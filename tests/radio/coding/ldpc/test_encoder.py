import numpy as np
import pytest

from radio.coding.ldpc.ar4ja import ar4ja_code
from radio.coding.ldpc.encoder import encoder, generator
from radio.coding.ldpc.tc import CODEWORD_BITS, tc_code
from radio.coding.symbols import bits_to_octets, octets_to_bits
from radio.errors import CodingError


def code_of(parameters):
    return tc_code(parameters[1]) if parameters[0] == "tc" else ar4ja_code(*parameters)


def test_codewords_are_the_published_ones(ldpc_golden):
    for vector in ldpc_golden["encoder"]["vectors"]:
        code = code_of(vector["code"])
        information = bytes(index % 256 for index in range(code.information_bits // 8))
        codeword = bits_to_octets(encoder(code).encode(octets_to_bits(information)))
        assert codeword == information + bytes.fromhex(vector["parity"])


@pytest.mark.parametrize("codeword_bits", CODEWORD_BITS)
def test_telecommand_generators_are_the_published_ones(codeword_bits, ldpc_golden):
    code = tc_code(codeword_bits)
    for block, parity in enumerate(ldpc_golden["tc_generator"][str(codeword_bits)]):
        information = np.zeros(code.information_bits, np.uint8)
        information[block * code.size] = 1
        assert bits_to_octets(encoder(code).encode(information)[code.information_bits :]) == bytes.fromhex(parity)


def whole_word(code, information):
    """Return information and all parity, punctured bits included, by the generator's polynomials in the open."""
    word = list(information.reshape(-1, code.size))
    for row in generator(code):
        parity = np.zeros(code.size, np.uint8)
        for block, polynomial in zip(information.reshape(-1, code.size), row, strict=True):
            taps = np.array([polynomial >> lane & 1 for lane in range(code.size)], float)
            cyclic = np.fft.irfft(np.fft.rfft(taps) * np.fft.rfft(block), code.size)
            parity ^= (np.rint(cyclic).astype(np.int64) % 2).astype(np.uint8)
        word.append(parity)
    return np.concatenate(word)


def test_all_checks_hold(code):
    information = np.random.default_rng(2).integers(0, 2, code.information_bits, np.uint8)
    word = whole_word(code, information)
    assert not code.syndrome(word).any()
    assert np.array_equal(encoder(code).encode(information), word[: code.codeword_bits])


def test_another_length_is_refused():
    with pytest.raises(CodingError, match=r"\(64,\)"):
        encoder(tc_code(128)).encode(np.zeros(63, np.uint8))
