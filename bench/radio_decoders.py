"""Decoders, in information bits: ours beside GNU Radio's and libfec's."""

from collections.abc import Callable, Iterator
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from bench.radio_rows import PeerError, Row, Work, compared, peer
from radio.coding.cadu import CaduCode
from radio.coding.channel_code import ChannelCode
from radio.coding.convolutional import Convolutional, Rate
from radio.coding.ldpc.tc import tc_code
from radio.coding.ldpc.tc_decoder import tc_decoder
from radio.coding.ldpc_code import LdpcCode
from radio.coding.reed_solomon import ReedSolomon
from radio.coding.symbols import Bits, SoftSymbols
from radio.errors import DecodeError

_SEED = 2
_BLOCK_BITS, _TAIL_BITS, _BLOCKS = 10_236, 6, 300
"""Of the Viterbi decoders: with its tail a block is a multiple of the puncturing period."""
_VITERBI_EB_N0_DB: dict[Rate, float] = {"1/2": 4.2, "3/4": 5.5}
_VITERBI_MBIT_S = 80.0
_PUNCTURED: dict[Rate, str] = {"1/2": "", "3/4": "110110"}
_LEVEL = 42.0
"""Of a symbol, as the peers take it: octets about 127.5."""
_CODEWORDS, _CODEWORD_OCTETS, _FRAME_OCTETS = 300, 255, 223
_RS_MBIT_S = 100.0
_LDPC = {1024: (300, 1.8, (10.0, 30.0)), 4096: (80, 1.25, (None, None)), 16384: (24, 0.95, (None, None))}
"""Information bits: how many codewords, Eb/N0 in dB where one in 10^4 is lost, Mbit/s wanted there and 1 dB above."""
_TC_CODEWORDS, _TC_EB_N0_DB = 2000, 4.0
_CONCATENATED = {1: (40, 2.8), 5: (12, 2.4)}
"""Interleave: how many units, Eb/N0 in dB."""


def rows() -> Iterator[Row]:
    """Measure every decoder that a link may want."""
    rng = np.random.default_rng(_SEED)
    yield _viterbi("1/2", rng)
    yield _viterbi("3/4", rng)
    for wrong in (8, 0):
        yield _reed_solomon(wrong, rng)
    for bits, (count, threshold_db, wanted) in _LDPC.items():
        for eb_n0_db, least in zip((threshold_db, threshold_db + 1), wanted, strict=True):
            yield _ldpc(bits, count, eb_n0_db, least, rng)
    yield _telecommand(rng)
    for interleave, (count, eb_n0_db) in _CONCATENATED.items():
        yield _concatenated(interleave, count, eb_n0_db, rng)


def _viterbi(rate: Rate, rng: np.random.Generator) -> Row:
    code = Convolutional(rate)
    bits = rng.integers(0, 2, _BLOCK_BITS, dtype=np.uint8)
    sent = code.encode(np.concatenate((bits, np.zeros(_TAIL_BITS, np.uint8))))
    eb_n0_db = _VITERBI_EB_N0_DB[rate]
    soft = _noisy(sent, eb_n0_db, code.information_bits_per_symbol, rng)
    octets = np.clip(127.5 - _LEVEL * soft, 0, 255).astype(np.uint8)
    decided = code.decode(soft)[:_BLOCK_BITS]

    def ours() -> None:
        for _ in range(_BLOCKS):
            code.decode(soft)

    peers = [peer("GNU Radio: fec.cc_decoder", lambda: _gnuradio_viterbi(rate, octets, decided))]
    if rate == "1/2":
        peers.append(peer("libfec: viterbi27", lambda: _libfec_viterbi(octets, decided)))
    what = f"Viterbi, K=7 r={rate} at {eb_n0_db:g} dB"
    return compared(what, "Mbit/s", _BLOCKS * _BLOCK_BITS / 1e6, ours, peers, _VITERBI_MBIT_S)


def _gnuradio_viterbi(rate: Rate, octets: NDArray[np.uint8], expected: Bits) -> Work:
    from bench.radio_gnuradio import depuncturer, put_through, repeated, viterbi

    def chain() -> list[object]:
        before = [depuncturer(_PUNCTURED[rate])] if _PUNCTURED[rate] else []
        return [*before, viterbi(_BLOCK_BITS, rate == "1/2")]

    _require_alike(put_through(octets, *chain())[:_BLOCK_BITS], expected)
    return repeated(np.tile(octets, _BLOCKS), *chain())


def _libfec_viterbi(octets: NDArray[np.uint8], expected: Bits) -> Work:
    from bench.radio_libfec import LibFec

    library = LibFec()
    _require_alike(library.viterbi(octets, _BLOCK_BITS), expected)

    def work() -> None:
        for _ in range(_BLOCKS):
            library.viterbi(octets, _BLOCK_BITS)

    return work


def _reed_solomon(wrong: int, rng: np.random.Generator) -> Row:
    code = ReedSolomon()
    codeword = np.frombuffer(code.encode(rng.bytes(_FRAME_OCTETS)), np.uint8)
    received = np.tile(codeword, (_CODEWORDS, 1))
    for each in received:
        each[rng.choice(_CODEWORD_OCTETS, wrong, replace=False)] ^= rng.integers(1, 256, wrong, dtype=np.uint8)
    blocks = [each.tobytes() for each in received]

    def ours() -> None:
        for block in blocks:
            code.decode(block)

    what = f"Reed-Solomon (255,223), {wrong} octets wrong" if wrong else "Reed-Solomon (255,223), none wrong"
    amount = 8 * _FRAME_OCTETS * _CODEWORDS / 1e6
    peers = [peer("libfec: decode_rs_ccsds", lambda: _libfec_rs(received, codeword))]
    return compared(what, "Mbit/s", amount, ours, peers, _RS_MBIT_S)


def _libfec_rs(received: NDArray[np.uint8], expected: NDArray[np.uint8]) -> Work:
    from bench.radio_libfec import LibFec

    library = LibFec()

    def work() -> NDArray[np.uint8]:
        corrected = received.copy()
        for each in corrected:
            library.correct(each)
        return corrected

    _require_alike(work(), np.tile(expected, (_CODEWORDS, 1)))
    return work


def _require_alike(theirs: NDArray[np.uint8], ours: NDArray[np.uint8]) -> None:
    if not np.array_equal(theirs, ours):
        raise PeerError("decides otherwise than we do")


def _ldpc(bits: int, count: int, eb_n0_db: float, least: float | None, rng: np.random.Generator) -> Row:
    code = LdpcCode("1/2", bits)
    units = _noisy_units(code, bits // 8, count, eb_n0_db, rng)
    work = _each(code.decode, units)
    return compared(f"AR4JA 1/2 k={bits} at {eb_n0_db:g} dB", "Mbit/s", bits * count / 1e6, work, least=least)


def _telecommand(rng: np.random.Generator) -> Row:
    codeword_bits = tc_code(128).codeword_bits
    sent = np.ones(codeword_bits, np.int8)  # the code is linear: its decoder does not care which word was sent
    words = [_noisy(sent, _TC_EB_N0_DB, 0.5, rng) for _ in range(_TC_CODEWORDS)]
    what = f"TC LDPC (128,64), ordered statistics, at {_TC_EB_N0_DB:g} dB"
    return compared(what, "Mbit/s", _TC_CODEWORDS * codeword_bits / 2e6, _each(tc_decoder(128).decode, words))


def _concatenated(interleave: int, count: int, eb_n0_db: float, rng: np.random.Generator) -> Row:
    octets = _FRAME_OCTETS * interleave
    code = CaduCode(octets, ReedSolomon(interleave), Convolutional("1/2"))
    units = _noisy_units(code, octets, count, eb_n0_db, rng)
    what = f"Viterbi and Reed-Solomon, I={interleave} at {eb_n0_db:g} dB"
    return compared(what, "Mbit/s", 8 * octets * count / 1e6, _each(code.decode, units))


def _each(decode: Callable[[SoftSymbols], object], received: list[SoftSymbols]) -> Work:
    def work() -> None:
        for each in received:
            with suppress(DecodeError):
                decode(each)

    return work


def _noisy_units(
    code: ChannelCode, frame_octets: int, count: int, eb_n0_db: float, rng: np.random.Generator
) -> list[SoftSymbols]:
    sent = (code.encode(rng.bytes(frame_octets))[len(code.marker) :] for _ in range(count))
    return [_noisy(each, eb_n0_db, code.information_bits_per_symbol, rng) for each in sent]


def _noisy(sent: NDArray[np.int8], eb_n0_db: float, bits_per_symbol: float, rng: np.random.Generator) -> SoftSymbols:
    sigma = np.sqrt(0.5 / (bits_per_symbol * 10 ** (eb_n0_db / 10)))
    return np.asarray(sent + sigma * rng.standard_normal(len(sent)), np.float32)
