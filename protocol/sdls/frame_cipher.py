"""What the MAC of a frame covers, and AES-256-GCM over it.

Security header (CCSDS 355.0-B-2 4.1.1): SPI, 2 octets; initialization vector, 12 octets, which is the anti-replay
sequence number, too (4.1.1.4.2). Sequence number and pad length fields have no octets. Trailer (4.1.2): MAC, 16 octets.

    TC   | primary header | segment header | SPI | IV | data | MAC | FECF
    TM   | primary header |                  SPI | IV | data | MAC | OCF | FECF

A type-BC frame has no segment header. The MAC covers all octets before it, and the OCF; the FECF is a function of
them. The initialization vector is zeros in what is covered (4.2.2.6.2 h), but is what the MAC is made with, so that
no bit of it can change either. Beyond the standard: the whole primary header is covered, where 4.2.2.6.2 demands the
virtual channel's identifier, and the OCF, which the standard leaves out.
"""

from typing import TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from protocol import tc_frame, tm_frame
from protocol.sdls.association import Direction, SecurityAssociation, Service
from protocol.sdls.rejection import RejectedFrameError, Rejection
from protocol.tc_frame import TcFrame
from protocol.tm_frame import TmFrame

SPI_OCTETS = 2
IV_OCTETS = 12
MAC_OCTETS = 16
SECURITY_HEADER_OCTETS = SPI_OCTETS + IV_OCTETS
OVERHEAD_OCTETS = SECURITY_HEADER_OCTETS + MAC_OCTETS
MAX_NUMBER = (1 << 8 * IV_OCTETS) - 1

FrameT = TypeVar("FrameT", TcFrame, TmFrame)

_MASKED_IV = bytes(IV_OCTETS)
_FRAMES = {Direction.TELECOMMAND: TcFrame, Direction.TELEMETRY: TmFrame}


def security_header_offset(frame: TcFrame | TmFrame) -> int:
    """Return where in the data field the security header stands: behind the segment header, if there is one.

    Type-BC frames and telemetry frames have none (CCSDS 232.0-B 4.1.3.2.2).
    """
    return 1 if isinstance(frame, TcFrame) and not frame.control_command else 0


def is_of(frame: TcFrame | TmFrame, association: SecurityAssociation) -> bool:
    """Tell whether a frame is of the association's direction, spacecraft and virtual channel."""
    same_channel = (frame.scid, frame.vcid) == (association.scid, association.vcid)
    return same_channel and type(frame) is _FRAMES[association.direction]


class FrameCipher:
    """AES-256-GCM as one association uses it; `key` is 32 octets."""

    def __init__(self, association: SecurityAssociation, key: bytes) -> None:
        self._encrypts = association.service is Service.AUTHENTICATED_ENCRYPTION
        self._masked_header = association.spi.to_bytes(SPI_OCTETS, "big") + _MASKED_IV
        self._gcm = AESGCM(key)

    def seal(self, frame: TcFrame | TmFrame, iv: bytes, data: bytes) -> bytes:
        """Return `data` as it is sent, and the MAC.

        `frame` is the frame to be sent, of its full length; what stands at the places of security header, data and
        MAC does not matter. `iv` is 12 octets that this key never had.
        """
        before, after = self._covered(frame)
        if self._encrypts:
            return self._gcm.encrypt(iv, data, before + after)
        return data + self._gcm.encrypt(iv, b"", before + data + after)

    def open(self, frame: TcFrame | TmFrame, iv: bytes, sealed: bytes) -> bytes:
        """Return the data of a received frame; `sealed` is data and MAC. Raises RejectedFrameError for a wrong MAC."""
        before, after = self._covered(frame)
        try:
            if self._encrypts:
                return self._gcm.decrypt(iv, sealed, before + after)
            data, mac = sealed[:-MAC_OCTETS], sealed[-MAC_OCTETS:]
            self._gcm.decrypt(iv, mac, before + data + after)
        except InvalidTag:
            raise RejectedFrameError(Rejection.WRONG_MAC) from None
        return data

    def _covered(self, frame: TcFrame | TmFrame) -> tuple[bytes, bytes]:
        """Return what the MAC covers before the data and behind it."""
        before = _primary_header(frame) + frame.data[: security_header_offset(frame)] + self._masked_header
        return before, frame.ocf or b"" if isinstance(frame, TmFrame) else b""


def _primary_header(frame: TcFrame | TmFrame) -> bytes:
    octets = tc_frame.HEADER_OCTETS if isinstance(frame, TcFrame) else tm_frame.HEADER_OCTETS
    return frame.encode()[:octets]
