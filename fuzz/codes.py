"""What comes from the air before it is octets: soft symbols of any value for every code, samples for every receiver.

An octet stands for a symbol: a number from -2 to 2, or something that no receiver should give, such as NaN.
"""

from functools import cache

import numpy as np

from fuzz.parser import Parser
from radio.coding.bch import CODEBLOCK_SYMBOLS, decode_bch
from radio.coding.cadu import CaduCode
from radio.coding.channel_code import ChannelCode, DecodedFrame
from radio.coding.cltu_code import CltuCode
from radio.coding.cltu_ldpc import CltuLdpcCode
from radio.coding.convolutional import Convolutional
from radio.coding.ldpc_code import LdpcCode
from radio.coding.reed_solomon import ReedSolomon
from radio.coding.symbols import SoftSymbols, Symbols
from radio.errors import CodingError, DecodeError
from radio.framing.deframer import Deframer
from radio.framing.hdlc import HdlcDeframer, fcs_remainder
from radio.framing.marker import MarkerDeframer
from radio.framing.payload import PayloadCode
from radio.modem.modulator import Modulator
from radio.modem.open_receiver import open_receiver
from radio.profile import Profile

_REFUSED = (DecodeError, CodingError)
_ONE = 64
_ODD = {128: np.nan, 127: np.inf, 129: -np.inf, 126: 3e38, 130: -3e38, 125: 1e-45, 131: -1e-45, 124: 1e-30}
_FRAME = bytes(range(32, 64))
_SAMPLES = 4096
_RATE_HZ = 240e3
_CODES: dict[str, ChannelCode] = {
    "CLTU, BCH": CltuCode(),
    "CLTU, LDPC (128,64)": CltuLdpcCode(128),
    "CLTU, LDPC (512,256)": CltuLdpcCode(512),
    "CADU": CaduCode(len(_FRAME)),
    "CADU, RS": CaduCode(len(_FRAME), ReedSolomon(4)),
    "CADU, K = 7 1/2": CaduCode(len(_FRAME), convolutional=Convolutional("1/2"), continuous=True),
    "CADU, RS, K = 7 7/8": CaduCode(len(_FRAME), ReedSolomon(), Convolutional("7/8")),
    "LDPC 1/2": LdpcCode("1/2"),
    "LDPC 4/5": LdpcCode("4/5"),
}


def _levels() -> SoftSymbols:
    levels = np.arange(256).astype(np.uint8).view(np.int8) / np.float32(_ONE)
    levels[list(_ODD)] = list(_ODD.values())
    return levels.astype(np.float32)


_LEVELS = _levels()


def soft_symbols(octets: bytes) -> SoftSymbols:
    """Return one soft symbol for each octet."""
    return _LEVELS[np.frombuffer(octets, np.uint8)]


def as_octets(symbols: Symbols) -> bytes:
    """Return the octets that stand for symbols as they are sent."""
    return (symbols * np.int8(_ONE)).tobytes()


def _decode(code: ChannelCode, octets: bytes) -> DecodedFrame:
    """Feed a unit's decoder, twice over; then it hears silence, and has to come to an end."""
    soft, decoder = soft_symbols(octets), code.decoder()
    for _ in range(2):
        decoder.feed(soft[: 1 << 14])
    for _ in range(2):
        decoder.feed(np.zeros(decoder.symbols_wanted, np.float32))
    assert decoder.symbols_wanted == 0
    if decoder.result is None:
        raise DecodeError("unit", "no frame")
    return decoder.result


def _code_parser(name: str, code: ChannelCode) -> Parser:
    def examples() -> list[bytes]:
        frame = bytes(code.frame_octets) if isinstance(code, LdpcCode) else _FRAME
        return [as_octets(code.encode(frame)[len(code.marker) :])]

    return Parser(name, lambda octets: _decode(code, octets), _REFUSED, examples)


def _deframe(deframer: Deframer, octets: bytes) -> int:
    """Give a deframer symbols in two pieces; return how many frames it found."""
    soft = soft_symbols(octets)
    return sum(len(deframer.process(part)) for part in np.array_split(soft, 2))


def _marker_deframer() -> MarkerDeframer:
    code = _CODES["CADU, RS"]
    return MarkerDeframer(code, len(code.encode(_FRAME)), either_polarity=True)


def _cadus() -> list[bytes]:
    code = _CODES["CADU, RS"]
    return [as_octets(np.concatenate([code.acquisition, code.encode(_FRAME), code.encode(_FRAME)]))]


def _hdlc_frames() -> list[bytes]:
    """Return 20 octets with their check sequence between flags, a bit an octet, after NRZI."""
    checked = bytes(20) + (fcs_remainder(bytes(20)) ^ 0xFFFF).to_bytes(2, "little")
    bits = "01111110" * 2 + "".join(f"{octet:08b}"[::-1] for octet in checked) + "01111110" * 2
    levels = np.cumsum(np.array(list(bits)) == "0") % 2
    return [as_octets((1 - 2 * levels).astype(np.int8))]


def _payload_codewords() -> list[bytes]:
    return [bytes(4) + ReedSolomon().encode(_FRAME)]


@cache
def _profile() -> Profile:
    return Profile.load("leo-bpsk")


def _receive(octets: bytes) -> int:
    """Give a receiver samples, an octet for each part, over and over; return how many bursts ended."""
    parts = np.resize(soft_symbols(octets), 2 * _SAMPLES) if octets else np.zeros(2 * _SAMPLES, np.float32)
    receiver = open_receiver(_profile().downlink, _RATE_HZ)
    return sum(len(receiver.process(block)) for block in np.array_split(parts.view(np.complex64), 3))


def _bursts() -> list[bytes]:
    link = _profile().downlink
    code = link.code()
    unit = np.concatenate([code.acquisition, code.encode(bytes(link.frame_octets))])
    samples = Modulator(link, _RATE_HZ).burst(unit)[:1024]
    return [(samples.view(np.float32) * (_ONE // 2)).astype(np.int8).tobytes()]


def _of_bch(octets: bytes) -> object:
    return decode_bch(np.resize(soft_symbols(octets or b"\0"), CODEBLOCK_SYMBOLS))


def _reed_solomon_parser(parity_octets: int) -> Parser:
    code = ReedSolomon(1, parity_octets, "conventional")
    return Parser(f"RS(255,{code.data_octets})", code.decode, _REFUSED, lambda: [code.encode(_FRAME)])


PARSERS = (
    *(_code_parser(name, code) for name, code in _CODES.items()),
    Parser("BCH codeblock", _of_bch, _REFUSED, lambda: [as_octets(CltuCode().encode(_FRAME)[64:128])]),
    _reed_solomon_parser(32),
    _reed_solomon_parser(16),
    Parser("RS behind a header", PayloadCode(4, "none", ReedSolomon()).decode, _REFUSED, _payload_codewords),
    Parser("HDLC frames", lambda octets: _deframe(HdlcDeframer(False, None), octets), (), _hdlc_frames),
    Parser("frames behind a marker", lambda octets: _deframe(_marker_deframer(), octets), _REFUSED, _cadus),
    Parser("samples", _receive, (), _bursts),
)
"""Their order is that of the corpus: new ones go last."""
