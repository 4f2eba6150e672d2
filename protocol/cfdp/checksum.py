"""Checksums of files (CCSDS 727.0-B-5 4.2), computed along the file."""

import sys
from array import array
from dataclasses import dataclass
from zlib import crc32

from protocol.cfdp.codes import ChecksumType

_WORD_OCTETS = 4


@dataclass(slots=True)
class FileChecksum:
    """The checksum of a file's first `position` octets.

    >>> f"{FileChecksum(ChecksumType.MODULAR).update(bytes(range(15))).value:08x}"
    '181c2015'
    """

    kind: ChecksumType
    position: int = 0
    value: int = 0

    def update(self, octets: bytes) -> "FileChecksum":
        """Go on with the octets that follow in the file."""
        if self.kind is ChecksumType.CRC_32:  # IEEE 802.3
            self.value = crc32(octets, self.value)
        elif self.kind is ChecksumType.MODULAR:
            self.value = (self.value + _sum_words(octets, self.position % _WORD_OCTETS)) & 0xFFFFFFFF
        self.position += len(octets)
        return self


def _sum_words(octets: bytes, lead: int) -> int:
    """Return the sum of the 4-octet words of the file in which `octets` lie, 0 elsewhere (4.2.2)."""
    aligned = bytes(lead) + octets
    words = array("I", aligned + bytes(-len(aligned) % _WORD_OCTETS))
    if sys.byteorder == "little":
        words.byteswap()
    return sum(words)
