"""The filestore as CFDP needs it (CCSDS 727.0-B-5 4.9), a port: what implements it may be files, or memory in tests."""

from typing import Protocol

from protocol.cfdp.header import TransactionId


class Filestore(Protocol):
    """Where files are read from and written to. Every method raises OSError where it cannot; nothing else.

    What comes in is kept by its transaction until it is whole and verified, and only then gets its name: neither a name
    nor a size is known before the Metadata arrives, and a file that is there is always a whole one. An implementation
    refuses names that lead out of its folder and offsets that its room does not allow, and lets what was written
    outlast a crash before its range stands in a journal.
    """

    def size(self, name: str) -> int:
        """Return the octets of a file to send."""

    def read(self, name: str, offset: int, octets: int) -> bytes:
        """Return `octets` of a file to send, fewer at its end."""

    def write(self, transaction: TransactionId, offset: int, data: bytes) -> None:
        """Keep a segment of what comes in; the first one may stand anywhere."""

    def read_back(self, transaction: TransactionId, offset: int, octets: int) -> bytes:
        """Return `octets` of what came in, to verify it; also after `finish`."""

    def finish(self, transaction: TransactionId, name: str, size: int) -> None:
        """What came in is whole: cut it to `size` octets and give it its name, in place of what had it.

        If it has it already, all is well: a crash may have come between this and the journal.
        """

    def discard(self, transaction: TransactionId) -> None:
        """Forget what came in, if anything did."""
