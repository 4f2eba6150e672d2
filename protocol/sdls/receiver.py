"""The receiving end of associations: the ProcessSecurity function (CCSDS 355.0-B-2 4.2.4)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from protocol.errors import LocalError
from protocol.sdls.association import SecurityAssociation
from protocol.sdls.frame_cipher import (
    OVERHEAD_OCTETS,
    SECURITY_HEADER_OCTETS,
    SPI_OCTETS,
    FrameCipher,
    FrameT,
    is_of,
    security_header_offset,
)
from protocol.sdls.key_ring import KeyRing
from protocol.sdls.rejection import RejectedFrameError, Rejection
from protocol.sdls.security_store import SecurityStore


class SecurityReceiver:
    """Lets through what was sent under one of its associations, once, and in the order in which it was sent.

    `accepted` counts frames that were let through, `rejected` those that were refused, by reason. Raises LocalError if
    the ring lacks a key, or two associations have one SPI.
    """

    def __init__(self, associations: Iterable[SecurityAssociation], keys: KeyRing, store: SecurityStore) -> None:
        self._openers: dict[int, _Opener] = {}
        for association in associations:
            if association.spi in self._openers:
                raise LocalError("spi", association.spi, "one that no other association has")
            self._openers[association.spi] = _Opener(association, keys, store)
        self.accepted = 0
        self.rejected: Counter[Rejection] = Counter()

    def process(self, frame: FrameT) -> FrameT:
        """Return the frame as it was before its sender protected it.

        Its number is stored before it is returned, so that it is not accepted again, whatever happens next. Raises
        RejectedFrameError (a RemoteError), and then nothing has changed but `rejected`.
        """
        try:
            opened = self._opener(frame.data[security_header_offset(frame) :]).open(frame)
        except RejectedFrameError as error:
            self.rejected[error.reason] += 1
            raise
        self.accepted += 1
        return opened

    def _opener(self, protected: bytes) -> "_Opener":
        if len(protected) < OVERHEAD_OCTETS:
            raise RejectedFrameError(Rejection.MALFORMED)
        opener = self._openers.get(int.from_bytes(protected[:SPI_OCTETS], "big"))
        if opener is None:  # 4.2.4.3
            raise RejectedFrameError(Rejection.UNKNOWN_SPI)
        return opener


class _Opener:
    """One association and the highest number that was accepted under it."""

    def __init__(self, association: SecurityAssociation, keys: KeyRing, store: SecurityStore) -> None:
        self._association = association
        self._cipher = FrameCipher(association, keys.key(association.key_id))
        self._counter = f"accepted, SPI {association.spi}, key {keys.fingerprint(association.key_id)}"
        self._store = store
        self._last = store.highest(self._counter)

    def open(self, frame: FrameT) -> FrameT:
        if not is_of(frame, self._association):
            raise RejectedFrameError(Rejection.WRONG_CHANNEL)
        start = security_header_offset(frame)
        end = start + SECURITY_HEADER_OCTETS
        iv = frame.data[start + SPI_OCTETS : end]
        data = self._cipher.open(frame, iv, frame.data[end:])
        opened = _with_data(frame, frame.data[:start] + data)
        self._accept(int.from_bytes(iv, "big"))
        return opened

    def _accept(self, number: int) -> None:
        """Move the window (CCSDS 355.0-B-2 2.3.2.3): last + 1 to last + window are inside."""
        if number <= self._last:
            raise RejectedFrameError(Rejection.REPLAYED)
        if number > self._last + self._association.window:
            raise RejectedFrameError(Rejection.BEYOND_WINDOW)
        try:
            self._store.raise_to(self._counter, number)
        except OSError:
            raise RejectedFrameError(Rejection.NOT_STORED) from None
        self._last = number


def _with_data(frame: FrameT, data: bytes) -> FrameT:
    try:
        return replace(frame, data=data)
    except LocalError:  # no data, or a first header pointer behind it
        raise RejectedFrameError(Rejection.MALFORMED) from None
