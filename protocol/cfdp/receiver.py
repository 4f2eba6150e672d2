"""The receiving end of a transaction (CCSDS 727.0-B-5 4.6.1.2, 4.6.4.3)."""

from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from math import inf

from protocol.cfdp.checksum import FileChecksum
from protocol.cfdp.codes import ChecksumType, ConditionCode, DeliveryCode, DirectiveCode, FileStatus, read_code
from protocol.cfdp.directives import Ack, Eof, Finished, KeepAlive, Metadata, Nak, Prompt
from protocol.cfdp.filestore import Filestore
from protocol.cfdp.header import PduHeader
from protocol.cfdp.indications import EofReceived, Indication, MetadataReceived, TransactionFinished
from protocol.cfdp.limited_timer import LimitedTimer
from protocol.cfdp.octet_fields import size_octets
from protocol.cfdp.pdu import Body, FileData
from protocol.cfdp.ranges import Ranges
from protocol.cfdp.settings import CfdpSettings
from protocol.cfdp.transaction import Transaction

VERIFY_OCTETS = 1 << 20
"""How much of a file is verified in one tick."""


class ReceiverState(Enum):
    """What the receiver does."""

    RECEIVING = "receiving, size unknown"
    AWAITING_MISSING = "waiting for what is missing"
    VERIFYING = "verifying the checksum"
    AWAITING_ACK = "waiting for the ACK of its Finished"
    ENDED = "ended"


class ReceiverEvent(Enum):
    """What can change it."""

    EOF = "EOF"
    ALL_HERE = "nothing is missing"
    VERIFIED = "the checksum is right"
    CANCELLED = "cancelled, or a fault"
    CANCELLED_BY_SENDER = "EOF (cancel)"
    ACKNOWLEDGED = "ACK of the Finished"
    ABANDONED = "no ACK of the Finished"


_OPEN = (ReceiverState.RECEIVING, ReceiverState.AWAITING_MISSING, ReceiverState.VERIFYING)
# An event that has no entry for a state changes nothing there.
TRANSITIONS: dict[tuple[ReceiverState, ReceiverEvent], ReceiverState] = {
    (ReceiverState.RECEIVING, ReceiverEvent.EOF): ReceiverState.AWAITING_MISSING,
    (ReceiverState.AWAITING_MISSING, ReceiverEvent.ALL_HERE): ReceiverState.VERIFYING,
    (ReceiverState.VERIFYING, ReceiverEvent.VERIFIED): ReceiverState.AWAITING_ACK,
    **{(state, ReceiverEvent.CANCELLED): ReceiverState.AWAITING_ACK for state in _OPEN},
    **{(state, ReceiverEvent.CANCELLED_BY_SENDER): ReceiverState.ENDED for state in _OPEN},
    (ReceiverState.AWAITING_ACK, ReceiverEvent.ACKNOWLEDGED): ReceiverState.ENDED,
    (ReceiverState.AWAITING_ACK, ReceiverEvent.ABANDONED): ReceiverState.ENDED,
}


class Receiver(Transaction):
    """Receives a file: asks for each gap when it shows, and again for all that is missing when nothing more comes.

    Every gap below `_scope` has been asked for once (4.6.4.3); nothing is asked for twice while data still arrive, so
    that nothing is sent twice that was not lost twice.
    """

    def __init__(
        self,
        header: PduHeader,
        settings: CfdpSettings,
        filestore: Filestore,
        indicate: Callable[[Indication], None],
    ) -> None:
        super().__init__(header, settings, filestore, indicate)
        self.state = ReceiverState.RECEIVING
        self.metadata: Metadata | None = None
        self.eof: Eof | None = None
        self.finished: Finished | None = None
        self.received = Ranges()
        self._checksum = FileChecksum(ChecksumType.NULL)
        self._scope = 0
        self._nak_due = True
        self._metadata_due = True
        self._prompted = False
        self._keep_alive_due = False
        self._finished_due = False
        self._nak_timer = LimitedTimer(settings.nak_timer_s, settings.nak_limit)
        self._finished_timer = LimitedTimer(settings.ack_timer_s, settings.ack_limit)
        self._keep_alive_s = inf
        self._inactive_s = inf

    @property
    def ended(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state is ReceiverState.ENDED

    @property
    def octets(self) -> int:
        """How much has been received."""
        return self.received.octets

    def receive(self, body: Body, now_s: float) -> None:
        """Take what a PDU of the sender says; what a sender does not say is passed over."""
        self._inactive_s = now_s + self._settings.inactivity_s
        self._keep_alive_s = min(self._keep_alive_s, now_s + self._settings.keep_alive_s)
        match body:
            case FileData():
                self._take_data(body, now_s)
            case Metadata():
                self._take_metadata(body, now_s)
            case Eof(condition=ConditionCode.NO_ERROR):
                self._take_eof(body, now_s)
            case Eof():
                self._take_cancel(body)
            case Ack(directive=DirectiveCode.FINISHED):
                self._happen(ReceiverEvent.ACKNOWLEDGED)
            case Prompt():
                self._take_prompt()

    def verify(self) -> None:
        """Do a part of what remains to be done without the peer: compare the checksum (4.6.1.2.8), name the file."""
        if self.state is not ReceiverState.VERIFYING or self.eof is None or self.metadata is None:
            return
        size = self.eof.file_size
        try:
            if self._checksum.position < size and self._checksum.kind is not ChecksumType.NULL:
                self._verify_part(min(VERIFY_OCTETS, size - self._checksum.position))
            elif self._checksum.value == self.eof.checksum or self._checksum.kind is ChecksumType.NULL:
                self._filestore.finish(self.transaction, self.metadata.destination_name, size)
                self._happen(ReceiverEvent.VERIFIED)
                self._finish(ConditionCode.NO_ERROR, DeliveryCode.COMPLETE, FileStatus.RETAINED)
            else:
                self._declare(ConditionCode.FILE_CHECKSUM_FAILURE)
        except OSError:
            self._declare(ConditionCode.FILESTORE_REJECTION)

    def tick(self, now_s: float) -> None:
        """Let timers expire."""
        if self.suspended:
            return
        if self.state in _OPEN and now_s >= self._inactive_s:  # 4.10
            self._declare(ConditionCode.INACTIVITY_DETECTED)
        elif self._nak_timer.expired(now_s):
            if self._nak_timer.exhausted:  # 4.6.4.7
                self._declare(ConditionCode.NAK_LIMIT_REACHED)
            else:
                self._ask_for_all()
        elif self._finished_timer.expired(now_s):
            if self._finished_timer.exhausted:  # 4.7.1
                self._declare(ConditionCode.POSITIVE_ACK_LIMIT_REACHED)
            else:
                self._finished_due = True
        if self.state is ReceiverState.RECEIVING and now_s >= self._keep_alive_s:  # 4.6.5.2
            self._keep_alive_due = True
            self._keep_alive_s = now_s + self._settings.keep_alive_s

    def next_body(self, now_s: float, max_octets: int) -> Body | None:
        """Return what to send next in a data field of at most `max_octets`, or None."""
        if self.suspended:
            return None
        return self._next_finished(now_s) or self._next_nak(now_s, max_octets) or self._next_keep_alive()

    def go_on(self, now_s: float) -> None:
        """Start the timers anew, and ask for all that is missing, or send again a Finished without ACK (4.6.7.3)."""
        self._inactive_s = now_s + self._settings.inactivity_s
        self._keep_alive_s = now_s + self._settings.keep_alive_s
        self._finished_timer.stop()
        self._finished_due = self.state is ReceiverState.AWAITING_ACK
        self._progressed(now_s)
        self._ask_for_all()

    def cancel(self) -> None:
        """End it and tell the sender (4.11.2.3); nothing happens if it is over."""
        if self.state in _OPEN:
            self.suspended = False
            self._end(ConditionCode.CANCEL_REQUEST_RECEIVED)

    def _verify_part(self, octets: int) -> None:
        data = self._filestore.read_back(self.transaction, self._checksum.position, octets)
        if len(data) != octets:
            raise OSError(f"{len(data)} octets read back, not {octets}")
        self._checksum.update(data)

    def _happen(self, event: ReceiverEvent) -> bool:
        following = TRANSITIONS.get((self.state, event))
        self.state = following or self.state
        return following is not None

    def _ask_for_all(self) -> None:
        self._scope = 0
        self._nak_due = self.state in (ReceiverState.RECEIVING, ReceiverState.AWAITING_MISSING)
        self._metadata_due = self.metadata is None

    def _take_metadata(self, metadata: Metadata, now_s: float) -> None:
        if self.metadata is not None or self.state not in _OPEN:  # 4.6.1.2.4
            return
        self.metadata = metadata
        self._metadata_due = False
        self._indicate(MetadataReceived(self.transaction, metadata))
        if metadata.checksum_type not in set(ChecksumType):
            self._declare(ConditionCode.UNSUPPORTED_CHECKSUM_TYPE)  # 4.2.2.8; no file goes unverified
        else:
            self._progressed(now_s)

    def _take_data(self, data: FileData, now_s: float) -> None:
        if self.state not in _OPEN:
            return
        if self.eof is not None and data.end > self.eof.file_size:  # 4.6.1.2.7
            self._declare(ConditionCode.FILE_SIZE_ERROR)
            return
        leaves_gap = data.offset > self.received.end
        if self.received.covers(data.offset, data.end) or not self.received.add(data.offset, data.end):
            return  # repeated data are discarded; what memory has no room for counts as lost
        try:
            self._filestore.write(self.transaction, data.offset, data.data)
        except OSError:
            self._declare(ConditionCode.FILESTORE_REJECTION)
            return
        self._nak_due |= leaves_gap
        self._progressed(now_s)

    def _take_eof(self, eof: Eof, now_s: float) -> None:
        if not self._happen(ReceiverEvent.EOF):
            return
        self.eof = eof
        self._keep_alive_due = False
        self._indicate(EofReceived(self.transaction))
        if self.received.end > eof.file_size:  # 4.6.1.2.9
            self._declare(ConditionCode.FILE_SIZE_ERROR)
            return
        self._nak_due = True  # 4.6.4.6
        self._progressed(now_s)

    def _progressed(self, now_s: float) -> None:
        """Something new is here: perhaps the last that was missing, else there is reason to wait for more."""
        if self.state is not ReceiverState.AWAITING_MISSING or self.eof is None:
            return
        self._nak_timer.restart(now_s)
        if self.metadata is not None and self.received.covers(0, self.eof.file_size):
            self._happen(ReceiverEvent.ALL_HERE)
            self._nak_timer.stop()
            self._checksum = FileChecksum(read_code(ChecksumType, self.metadata.checksum_type))

    def _take_cancel(self, eof: Eof) -> None:
        """The sender gives up (4.6.6.1)."""
        if self._happen(ReceiverEvent.CANCELLED_BY_SENDER):
            self._discard()
            self._tell_user(Finished(eof.condition, DeliveryCode.INCOMPLETE, FileStatus.DISCARDED))

    def _take_prompt(self) -> None:
        """Answer a sender that hears nothing: with what is missing, with progress if the EOF is, or with Finished."""
        self._prompted = self.state in _OPEN
        self._keep_alive_due = self.state is ReceiverState.RECEIVING
        self._finished_due |= self.state is ReceiverState.AWAITING_ACK
        self._ask_for_all()

    def _next_finished(self, now_s: float) -> Finished | None:
        if not self._finished_due:
            return None
        self._finished_due = False
        self._finished_timer.start(now_s)
        return self.finished

    def _next_nak(self, now_s: float, max_octets: int) -> Nak | None:
        """Return the next NAK of a sequence: as many requests as fit, the scope from where the last one ended."""
        if not (self._nak_due or self._prompted):
            return None
        pair_octets = 2 * size_octets(self.header.large_file)
        room = (max_octets - 1 - pair_octets) // pair_octets - self._metadata_due
        end = self.eof.file_size if self.eof else self.received.end
        gaps = tuple(self.received.gaps(self._scope, end, room + 1))
        self._nak_due = len(gaps) > room
        requests = ((0, 0),) * self._metadata_due + gaps[:room]
        start, self._scope = self._scope, gaps[room][0] if self._nak_due else end
        if not requests and not self._prompted:
            return None
        self._metadata_due = self._prompted = False
        if self.state is ReceiverState.AWAITING_MISSING:
            self._nak_timer.start(now_s)
        return Nak(start, self._scope, requests)

    def _next_keep_alive(self) -> KeepAlive | None:
        if not self._keep_alive_due:
            return None
        self._keep_alive_due = False
        return KeepAlive(self.received.octets)

    def _end(self, condition: ConditionCode) -> None:
        if self._happen(ReceiverEvent.CANCELLED):
            self._discard()
            rejected = condition is ConditionCode.FILESTORE_REJECTION
            status = FileStatus.REJECTED_BY_FILESTORE if rejected else FileStatus.DISCARDED
            self._finish(condition, DeliveryCode.INCOMPLETE, status)
        elif self._happen(ReceiverEvent.ABANDONED):  # 4.11.2.3.2
            self._abandon(condition)

    def _finish(self, condition: ConditionCode, delivery: DeliveryCode, status: FileStatus) -> None:
        self._nak_due = self._prompted = self._keep_alive_due = False
        self._nak_timer.stop()
        self._finished_due = True
        self.finished = Finished(condition, delivery, status, self._settings.entity_id if condition else None)
        self._tell_user(self.finished)

    def _discard(self) -> None:
        with suppress(OSError):
            self._filestore.discard(self.transaction)

    def _tell_user(self, finished: Finished) -> None:
        self._indicate(
            TransactionFinished(self.transaction, finished.condition, finished.delivery, finished.file_status)
        )
