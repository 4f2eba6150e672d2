"""A code of its own within a frame that has other framing around it."""

from dataclasses import dataclass

from radio.coding.randomizer import Randomizer, randomize_tm
from radio.coding.reed_solomon import Decoded, ReedSolomon
from radio.errors import DecodeError


@dataclass(frozen=True, slots=True)
class PayloadCode:
    """A randomised Reed-Solomon codeword behind a header, in a frame of any length."""

    header_octets: int
    randomizer: Randomizer
    reed_solomon: ReedSolomon

    def decode(self, frame: bytes) -> Decoded:
        """Return the payload of ``frame``; raises DecodeError if it is uncorrectable, or no codeword has its length."""
        block = frame[self.header_octets :]
        code = self.reed_solomon
        low, high = code.check_octets + code.interleave, code.check_octets + code.data_octets * code.interleave
        if not low <= len(block) <= high or len(block) % code.interleave:
            raise DecodeError("Reed-Solomon", f"{len(block)} octets are no codeblock")
        return code.decode(randomize_tm(block, self.randomizer))
