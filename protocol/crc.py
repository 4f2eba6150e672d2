"""CRC-16 of transfer frames (FECF) and of packets (packet error control)."""

from binascii import crc_hqx

CRC_OCTETS = 2


def crc16(octets: bytes) -> bytes:
    """Return the frame error control field of `octets`, 2 octets.

    x^16 + x^12 + x^5 + 1, preset to ones (CCSDS 132.0-B 4.1.6.2, 232.0-B 4.1.4.2). A packet's error control
    is the same code (ECSS-E-ST-70-41C annex B).

    >>> crc16(bytes(range(16))).hex()
    '3b37'
    """
    return crc_hqx(octets, 0xFFFF).to_bytes(CRC_OCTETS, "big")


def append_crc16(octets: bytes) -> bytes:
    """Return `octets` followed by their CRC-16."""
    return octets + crc16(octets)


def crc16_matches(octets: bytes) -> bool:
    """Tell whether the last 2 octets are the CRC-16 of those before them."""
    return len(octets) >= CRC_OCTETS and crc16(octets[:-CRC_OCTETS]) == octets[-CRC_OCTETS:]
