import gc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from radio.coding import libfec
from radio.coding.convolutional import decode_convolutional, encode_convolutional
from radio.coding.reed_solomon import ReedSolomon
from radio.errors import CodingError, MissingLibraryError


def test_a_missing_library_is_named_with_its_package_at_first_use(monkeypatch):
    monkeypatch.setattr(libfec, "_LIBRARY", "libfec-absent.so.0")
    with pytest.raises(MissingLibraryError, match="install the Debian package libfec0"):
        libfec.encode_rs_ccsds(np.zeros(223, np.uint8))


@pytest.mark.parametrize(("size", "pad"), [(222, 0), (224, 0), (0, 223), (224, -1), (223, 1)])
def test_words_that_do_not_fit_the_pad_are_refused(size, pad):
    with pytest.raises(CodingError):
        libfec.encode_rs_ccsds(np.zeros(size, np.uint8), pad)
    with pytest.raises(CodingError):
        libfec.decode_rs_ccsds(np.zeros(size + 32, np.uint8), pad)


def test_decoding_leaves_the_received_word_alone():
    codeword = np.zeros(255, np.uint8)
    codeword[3] = 7
    corrected, count = libfec.decode_rs_ccsds(codeword)
    assert (codeword[3], corrected[3], count) == (7, 0, 1)


def test_an_array_with_gaps_is_encoded_as_its_values():
    data = np.arange(446, dtype=np.uint16).astype(np.uint8)
    assert np.array_equal(libfec.encode_rs_ccsds(data[::2]), libfec.encode_rs_ccsds(data[::2].copy()))


def test_viterbi_refuses_more_symbols_than_it_has_room_for():
    decoder = libfec.Viterbi27(steps=10)
    decoder.update(np.zeros(16, np.uint8))
    with pytest.raises(CodingError, match="up to 4"):
        decoder.update(np.zeros(6, np.uint8))
    with pytest.raises(CodingError):
        decoder.update(np.zeros(3, np.uint8))
    decoder.init(start_state=0)
    decoder.update(np.zeros(20, np.uint8))


def test_viterbi_needs_the_tail():
    with pytest.raises(CodingError, match="at least 6"):
        libfec.Viterbi27(steps=5)
    with pytest.raises(CodingError, match="at least 6"):
        libfec.Viterbi27(steps=6).chainback(end_state=0)


def test_a_viterbi_decoder_is_freed_once_when_it_is_dropped(monkeypatch):
    library = libfec._library()
    freed = []
    delete = library.delete_viterbi27
    monkeypatch.setattr(library, "delete_viterbi27", lambda handle: (freed.append(handle), delete(handle)))
    decoder = libfec.Viterbi27(steps=100)
    handle = decoder._handle
    del decoder
    gc.collect()
    assert freed.count(handle) == 1


def test_decoders_of_several_threads_do_not_disturb_each_other():
    def round_trips(seed):
        rng = np.random.default_rng(seed)
        code = ReedSolomon()
        for _ in range(20):
            bits = rng.integers(0, 2, 500, dtype=np.uint8)
            noisy = encode_convolutional(bits, tail=True) + rng.normal(0, 0.4, 1012).astype(np.float32)
            frame = rng.bytes(223)
            damaged = bytearray(code.encode(frame))
            damaged[seed : seed + 16] = bytes(octet ^ 0xA5 for octet in damaged[seed : seed + 16])
            if not np.array_equal(decode_convolutional(noisy), bits) or code.decode(bytes(damaged)).frame != frame:
                return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(round_trips, range(8)))
