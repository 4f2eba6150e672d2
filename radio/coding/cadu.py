"""Channel access data units: sync marker and randomised codeblock (131.0-B sections 9 and 10)."""

from radio.coding.randomizer import randomize_tm
from radio.coding.reed_solomon import Decoded, ReedSolomon

ASM = bytes.fromhex("1ACFFC1D")


def encode_cadu(frame: bytes, interleave: int, randomized: bool) -> bytes:
    """Return the CADU of `frame`; the randomiser leaves the marker as it is.

    Raises CodingError if ReedSolomon(interleave) cannot take the frame.
    """
    codeblock = ReedSolomon(interleave).encode(frame)
    return ASM + (randomize_tm(codeblock) if randomized else codeblock)


def decode_cadu_payload(payload: bytes, interleave: int, randomized: bool) -> Decoded:
    """Return the frame in `payload`, a CADU without its marker.

    A wrong `randomized` does not always show: 255 octets of the sequence are themselves a codeword, so full
    codeblocks with an interleave of 1, 2, 4 or 8 decode to a frame that only its own error control rejects.
    Raises DecodeError if it is uncorrectable, CodingError if ReedSolomon(interleave) cannot take its length.
    """
    return ReedSolomon(interleave).decode(randomize_tm(payload) if randomized else payload)
