"""Frames on the serial line: consistent overhead byte stuffing around a payload and its CRC.

A frame is 0x00, COBS(payload, CRC), 0x00 (Cheshire and Baker, IEEE/ACM Trans. Networking 7(2), 1999). The
CRC is CRC-16/IBM-3740 (polynomial 0x1021, initial value 0xFFFF), most significant octet first, so that the
CRC over payload and CRC together is 0.
"""

import binascii

from cobs import cobs

from protocol.serial.errors import SerialInputError

MAX_PAYLOAD_OCTETS = 256

_DELIMITER = b"\x00"
_CRC_OCTETS = 2
_CRC_INITIAL = 0xFFFF
_MAX_STUFFED_OCTETS = cobs.max_encoded_length(MAX_PAYLOAD_OCTETS + _CRC_OCTETS)


def encode(payload: bytes) -> bytes:
    """Return the frame that carries `payload`, at most 256 octets, with its delimiters.

    The leading delimiter ends any garbage on the line, so that none of it sticks to this frame.

    Raises SerialInputError if the payload is longer.

    >>> encode(b"123456789").hex(" ")
    '00 0c 31 32 33 34 35 36 37 38 39 29 b1 00'
    """
    if len(payload) > MAX_PAYLOAD_OCTETS:
        raise SerialInputError("len(payload)", len(payload), f"0 to {MAX_PAYLOAD_OCTETS} octets")
    crc = _crc(payload).to_bytes(_CRC_OCTETS, "big")
    return _DELIMITER + bytes(cobs.encode(payload + crc)) + _DELIMITER


class Deframer:
    """Finds the frames in a stream of octets that arrive in pieces, with garbage between them.

    Holds at most one frame's octets, whatever arrives. `bad_frames` counts the runs between two delimiters
    that were no frame; `discarded_octets` counts the octets in them.
    """

    def __init__(self) -> None:
        self.bad_frames = 0
        self.discarded_octets = 0
        self._run = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Take in what arrived and return the payloads of the frames that it completes, in order."""
        *ended, rest = data.split(_DELIMITER)
        payloads = [payload for run in ended if (payload := self._end_run(run)) is not None]
        self._extend_run(rest)
        return payloads

    def _extend_run(self, octets: bytes) -> None:
        # One octet over the longest frame is kept, to mark the run as too long to be one.
        kept = octets[: _MAX_STUFFED_OCTETS + 1 - len(self._run)]
        self._run += kept
        self.discarded_octets += len(octets) - len(kept)

    def _end_run(self, octets: bytes) -> bytes | None:
        self._extend_run(octets)
        run = bytes(self._run)
        self._run.clear()
        if not run:
            return None
        payload = _unstuff(run)
        if payload is None:
            self.bad_frames += 1
            self.discarded_octets += len(run)
        return payload


def _unstuff(run: bytes) -> bytes | None:
    if len(run) > _MAX_STUFFED_OCTETS:
        return None
    try:
        checked = bytes(cobs.decode(run))
    except cobs.DecodeError:
        return None
    # No fewer octets than a CRC's have a CRC of 0.
    if len(checked) > MAX_PAYLOAD_OCTETS + _CRC_OCTETS or _crc(checked) != 0:
        return None
    return checked[:-_CRC_OCTETS]


def _crc(octets: bytes) -> int:
    return binascii.crc_hqx(octets, _CRC_INITIAL)
