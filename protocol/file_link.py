"""Files over the link: a CFDP entity whose progress outlasts a restart."""

from collections.abc import Callable
from typing import Protocol

from protocol.cfdp.entity import CfdpEntity, TransactionReport
from protocol.cfdp.filestore import Filestore
from protocol.cfdp.header import TransactionId
from protocol.cfdp.indications import Indication
from protocol.cfdp.progress import EntityProgress
from protocol.cfdp.settings import GROUND_ID, SPACECRAFT_ID, CfdpSettings, LinkFault
from protocol.errors import RemoteError

PDU_OCTETS = 900
KEEP_PERIOD_S = 2.0
"""Between two times that ranges which came in are kept: what a crash loses of them is sent again."""


class DurableFilestore(Filestore, Protocol):
    """A filestore that says when what was written is safe."""

    def sync(self) -> None:
        """Have all that was written outlast a loss of power. Raises OSError."""


class FileLink:
    """Sends and receives files, one PDU to a packet.

    `keep` is called with octets that outlast a restart when it returns True; a progress that cannot be kept is kept at
    the next occasion. `malformed` counts PDUs that were none.
    """

    def __init__(
        self,
        settings: CfdpSettings,
        filestore: DurableFilestore,
        kept: bytes | None,
        keep: Callable[[bytes], bool],
        now_s: float,
    ) -> None:
        """Go on from what was ``kept``; what is damaged is as good as nothing: the sender begins anew."""
        self._filestore, self._keep = filestore, keep
        self._entity = CfdpEntity(settings, filestore, now_s, _progress(kept))
        self._told: list[Indication] = []
        self._keep_due_s = now_s + KEEP_PERIOD_S
        self._changed = False
        self.malformed = 0

    def put(self, source_name: str, destination_name: str, now_s: float) -> TransactionId:
        """Begin to send a file. Raises OSError if it cannot be read, LocalError for names that are too long."""
        transaction = self._entity.put(source_name, destination_name, now_s)
        self._keep_progress(now_s)
        return transaction

    def cancel(self, transaction: TransactionId) -> None:
        """Give a transaction up. Raises LocalError if there is none such."""
        self._entity.cancel(transaction)

    def receive(self, pdu: bytes, now_s: float) -> None:
        """Take a PDU."""
        try:
            self._entity.receive(pdu, now_s)
        except RemoteError:
            self.malformed += 1
        self._changed = True
        self._learn(now_s)

    def tick(self, now_s: float, in_contact: bool) -> None:
        """Let time pass; out of contact no timer runs."""
        if in_contact:
            self._entity.thaw(now_s)
        else:
            self._entity.freeze()
        self._entity.tick(now_s)
        self._learn(now_s)
        if self._changed and now_s >= self._keep_due_s:
            self._keep_progress(now_s)

    def next_pdu(self, now_s: float) -> bytes | None:
        """Return the next PDU to send, or None."""
        return self._entity.next_pdu(now_s, PDU_OCTETS)

    def indications(self) -> list[Indication]:
        """Return what became of files since the last call."""
        told, self._told = self._told, []
        return told

    def reports(self) -> list[TransactionReport]:
        """Return where the transactions stand that are not over."""
        return self._entity.reports()

    def _learn(self, now_s: float) -> None:
        indications = self._entity.indications()
        if indications:
            self._told += indications
            self._keep_progress(now_s)

    def _keep_progress(self, now_s: float) -> None:
        """Ranges are kept after their data is safe, never before."""
        self._keep_due_s = now_s + KEEP_PERIOD_S
        try:
            self._filestore.sync()
        except OSError:
            return
        self._changed = not self._keep(self._entity.progress().encode())


def file_settings(on_board: bool) -> CfdpSettings:
    """Return the settings of the spacecraft's entity, or of the ground's.

    A link that fails for long suspends nothing and cancels nothing: out of contact an entity is frozen, and in contact
    COP-1 brings up what is sent.
    """
    ours, theirs = (SPACECRAFT_ID, GROUND_ID) if on_board else (GROUND_ID, SPACECRAFT_ID)
    return CfdpSettings(
        ours,
        theirs,
        PDU_OCTETS,
        ack_limit=1000,
        nak_limit=1000,
        inactivity_s=1e9,
        on_link_fault=LinkFault.SUSPEND,
    )


def _progress(kept: bytes | None) -> EntityProgress | None:
    try:
        return EntityProgress.parse(kept) if kept else None
    except RemoteError:
        return None
