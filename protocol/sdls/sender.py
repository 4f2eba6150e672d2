"""The sending end of an association: the ApplySecurity function (CCSDS 355.0-B-2 4.2.3)."""

from dataclasses import replace

from protocol.errors import LocalError
from protocol.sdls.association import SecurityAssociation
from protocol.sdls.frame_cipher import (
    IV_OCTETS,
    MAX_NUMBER,
    OVERHEAD_OCTETS,
    SPI_OCTETS,
    FrameCipher,
    FrameT,
    is_of,
    security_header_offset,
)
from protocol.sdls.key_ring import KeyRing
from protocol.sdls.security_store import SecurityStore
from protocol.tc_frame import TcFrame
from protocol.tm_frame import TmFrame

RESERVED_NUMBERS = 256


class SecuritySender:
    """Protects each frame with the next number of its association's key.

    Numbers are reserved in blocks of 256 and stored before the first of a block is used: a program that ends at any
    moment leaves out the rest of its block and repeats none. Raises LocalError if the ring lacks the key.
    """

    def __init__(self, association: SecurityAssociation, keys: KeyRing, store: SecurityStore) -> None:
        self._association = association
        self._cipher = FrameCipher(association, keys.key(association.key_id))
        self._counter = f"sent, SPI {association.spi}, key {keys.fingerprint(association.key_id)}"
        self._store = store
        self._last = self._reserved = 0

    def apply(self, frame: FrameT) -> FrameT:
        """Return the frame to be sent, 30 octets longer. To send it again, apply security to `frame` again.

        Raises LocalError if the frame is not of the association's channel, or too long; OSError if no number can be
        reserved: then nothing was used and nothing may be sent.
        """
        self._check_channel(frame)
        offset = security_header_offset(frame)
        ahead, data = frame.data[:offset], frame.data[offset:]
        whole = replace(frame, data=ahead + bytes(OVERHEAD_OCTETS) + data)
        iv = self._next_number().to_bytes(IV_OCTETS, "big")
        spi = self._association.spi.to_bytes(SPI_OCTETS, "big")
        return replace(frame, data=ahead + spi + iv + self._cipher.seal(whole, iv, data))

    def reserve(self) -> None:
        """See that there is a number for the next frame. Raises as `apply` does if there is none."""
        if self._last == self._reserved:
            used = self._store.highest(self._counter)
            if used + RESERVED_NUMBERS > MAX_NUMBER:
                raise LocalError("sequence number", used, "a new key: this one has no more numbers")
            self._store.raise_to(self._counter, used + RESERVED_NUMBERS)
            self._last, self._reserved = used, used + RESERVED_NUMBERS

    def _check_channel(self, frame: TcFrame | TmFrame) -> None:
        ours = self._association
        if not is_of(frame, ours):
            accepted = f"a {ours.direction.value} frame of spacecraft {ours.scid}, channel {ours.vcid}"
            raise LocalError("frame", frame, accepted)

    def _next_number(self) -> int:
        self.reserve()
        self._last += 1
        return self._last
