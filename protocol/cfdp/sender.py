"""The sending end of a transaction (CCSDS 727.0-B-5 4.6.1.1, 4.6.4.2)."""

from collections.abc import Callable
from enum import Enum
from math import inf

from protocol.cfdp.checksum import FileChecksum
from protocol.cfdp.codes import (
    ChecksumType,
    ConditionCode,
    DeliveryCode,
    DirectiveCode,
    FileStatus,
    PromptResponse,
    read_code,
)
from protocol.cfdp.directives import Ack, Eof, Finished, KeepAlive, Metadata, Nak, Prompt
from protocol.cfdp.filestore import Filestore
from protocol.cfdp.header import PduHeader
from protocol.cfdp.indications import EofSent, Indication, ProgressReported, TransactionFinished
from protocol.cfdp.limited_timer import LimitedTimer
from protocol.cfdp.octet_fields import size_octets
from protocol.cfdp.pdu import Body, FileData
from protocol.cfdp.ranges import Ranges
from protocol.cfdp.settings import CfdpSettings
from protocol.cfdp.transaction import Transaction


class SenderState(Enum):
    """What the sender does."""

    SENDING = "sending the file"
    AWAITING_ACK = "waiting for the ACK of its EOF"
    AWAITING_FINISHED = "waiting for Finished"
    CANCELLING = "waiting for the ACK of its EOF (cancel)"
    ENDED = "ended"


class SenderEvent(Enum):
    """What can change it."""

    EOF_SENT = "EOF is sent"
    EOF_ACKNOWLEDGED = "ACK of the EOF"
    EOF_FORGOTTEN = "Keep Alive: the receiver has no EOF"
    FINISHED = "Finished"
    CANCELLED = "cancelled, or a fault"
    CANCEL_ACKNOWLEDGED = "ACK of the EOF (cancel)"
    ABANDONED = "no ACK of the EOF (cancel)"


# An event that has no entry for a state changes nothing there.
TRANSITIONS: dict[tuple[SenderState, SenderEvent], SenderState] = {
    (SenderState.SENDING, SenderEvent.EOF_SENT): SenderState.AWAITING_ACK,
    (SenderState.SENDING, SenderEvent.FINISHED): SenderState.ENDED,
    (SenderState.SENDING, SenderEvent.CANCELLED): SenderState.CANCELLING,
    (SenderState.AWAITING_ACK, SenderEvent.EOF_ACKNOWLEDGED): SenderState.AWAITING_FINISHED,
    (SenderState.AWAITING_ACK, SenderEvent.FINISHED): SenderState.ENDED,
    (SenderState.AWAITING_ACK, SenderEvent.CANCELLED): SenderState.CANCELLING,
    (SenderState.AWAITING_FINISHED, SenderEvent.EOF_FORGOTTEN): SenderState.AWAITING_ACK,
    (SenderState.AWAITING_FINISHED, SenderEvent.FINISHED): SenderState.ENDED,
    (SenderState.AWAITING_FINISHED, SenderEvent.CANCELLED): SenderState.CANCELLING,
    (SenderState.CANCELLING, SenderEvent.CANCEL_ACKNOWLEDGED): SenderState.ENDED,
    (SenderState.CANCELLING, SenderEvent.ABANDONED): SenderState.ENDED,
}


class Sender(Transaction):
    """Sends a file: Metadata, the data once, EOF; what is asked for again goes before what is new.

    A NAK costs the merging of its ranges; the file is read when the link has room for a segment.
    """

    def __init__(
        self,
        header: PduHeader,
        metadata: Metadata,
        settings: CfdpSettings,
        filestore: Filestore,
        indicate: Callable[[Indication], None],
    ) -> None:
        super().__init__(header, settings, filestore, indicate)
        self.metadata = metadata
        self.state = SenderState.SENDING
        self.checksum = FileChecksum(read_code(ChecksumType, metadata.checksum_type))
        self.resend = Ranges()
        self.condition = ConditionCode.NO_ERROR
        self._metadata_due = True
        self._eof_due = False
        self._prompt_due = False
        self._asked_for_all = False
        self._eof_timer = LimitedTimer(settings.ack_timer_s, settings.ack_limit)
        self._prompt_due_s = inf
        self._inactive_s = inf

    @property
    def ended(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state is SenderState.ENDED

    @property
    def octets(self) -> int:
        """How much has been sent and not asked for again."""
        return self.checksum.position - self.resend.octets

    def next_body(self, now_s: float, max_octets: int) -> Body | None:
        """Return what to send next in a data field of at most `max_octets`, or None."""
        if self.suspended:
            return None
        if self.state is SenderState.CANCELLING:
            return self._next_eof(now_s)
        return (
            self._next_metadata() or self._next_data(now_s, max_octets) or self._next_eof(now_s) or self._next_prompt()
        )

    def receive(self, body: Body, now_s: float) -> None:
        """Take what a PDU of the receiver says; what a receiver does not say is passed over."""
        self._active(now_s)
        match body:
            case Ack(directive=DirectiveCode.EOF):
                self._take_ack(body)
            case Nak():
                self._take_nak(body)
            case Finished():
                self._take_finished(body)
            case KeepAlive():
                self._take_keep_alive(body)

    def tick(self, now_s: float) -> None:
        """Let timers expire."""
        if self.suspended:
            return
        if self._eof_timer.expired(now_s):
            if self._eof_timer.exhausted:  # 4.7.1
                self._declare(ConditionCode.POSITIVE_ACK_LIMIT_REACHED)
            else:
                self._eof_due = True
        elif self.state is SenderState.AWAITING_FINISHED and now_s >= self._inactive_s:  # 4.10
            self._declare(ConditionCode.INACTIVITY_DETECTED)
        elif self.state is SenderState.AWAITING_FINISHED and now_s >= self._prompt_due_s:
            self._prompt_due = True
            self._prompt_due_s = now_s + self._settings.prompt_s

    def go_on(self, now_s: float) -> None:
        """Start the timers anew, and send again an EOF without ACK (4.6.7.2)."""
        self._active(now_s)
        self._eof_timer.stop()
        self._eof_due = self.state in (SenderState.AWAITING_ACK, SenderState.CANCELLING)

    def cancel(self) -> None:
        """End it and tell the receiver (4.11.2.2); nothing happens if it is over."""
        self.suspended = False
        self._stop_sending(ConditionCode.CANCEL_REQUEST_RECEIVED)

    def _happen(self, event: SenderEvent) -> bool:
        following = TRANSITIONS.get((self.state, event))
        self.state = following or self.state
        return following is not None

    def _active(self, now_s: float) -> None:
        """The receiver is heard, or has data to wait for: it is not silence that it says nothing."""
        self._inactive_s = now_s + self._settings.inactivity_s
        self._prompt_due_s = now_s + self._settings.prompt_s

    def _next_metadata(self) -> Metadata | None:
        if not self._metadata_due:
            return None
        self._metadata_due = False
        return self.metadata

    def _next_data(self, now_s: float, max_octets: int) -> FileData | None:
        segment_octets = max_octets - size_octets(self.header.large_file)
        start, end = self.resend.first() if self.resend else (self.checksum.position, self.metadata.file_size)
        end = min(end, start + segment_octets)
        if start >= end:
            return None
        data = self._read(start, end)
        if data is None:
            return None
        if start == self.checksum.position:
            self.checksum.update(data)
        else:
            self._sent_again(start, end)
        self._active(now_s)
        return FileData(start, data)

    def _sent_again(self, start: int, end: int) -> None:
        """When all is sent again that a NAK sequence asked for, ask what is still missing, before a timer does."""
        self.resend.remove(start, end)
        if not self.resend and self._asked_for_all:
            self._asked_for_all = False
            self._prompt_due = True

    def _read(self, start: int, end: int) -> bytes | None:
        try:
            data = self._filestore.read(self.metadata.source_name, start, end - start)
        except OSError:
            data = b""
        if len(data) == end - start:
            return data
        self._declare(ConditionCode.FILESTORE_REJECTION)
        return None

    def _next_eof(self, now_s: float) -> Eof | None:
        position = self.checksum.position
        all_sent = self.state is SenderState.SENDING and position == self.metadata.file_size
        if not (self._eof_due or all_sent):
            return None
        self._eof_due = False
        self._eof_timer.start(now_s)
        if self._happen(SenderEvent.EOF_SENT):
            self._indicate(EofSent(self.transaction))
        fault_entity = self._settings.entity_id if self.condition else None
        return Eof(self.condition, self.checksum.value, position, fault_entity)

    def _next_prompt(self) -> Prompt | None:
        if not self._prompt_due:
            return None
        self._prompt_due = False
        return Prompt(PromptResponse.NAK)

    def _take_ack(self, ack: Ack) -> None:
        cancels = ack.condition is not ConditionCode.NO_ERROR
        if self._happen(SenderEvent.CANCEL_ACKNOWLEDGED if cancels else SenderEvent.EOF_ACKNOWLEDGED):
            self._eof_timer.stop()
            self._eof_due = False

    def _take_nak(self, nak: Nak) -> None:
        """Remember what is asked for (4.6.4.2.1), as far as it has been sent; an offset beyond that is nonsense."""
        sent = self.checksum.position
        for start, end in nak.requests:
            if start == end == 0:
                self._metadata_due = True
            else:
                self.resend.add(start, min(end, sent))
        self._asked_for_all = nak.scope_end == self.metadata.file_size

    def _take_finished(self, finished: Finished) -> None:
        if self._happen(SenderEvent.FINISHED):
            self._indicate(
                TransactionFinished(self.transaction, finished.condition, finished.delivery, finished.file_status)
            )

    def _take_keep_alive(self, keep_alive: KeepAlive) -> None:
        """Keep Alives cease at the EOF (4.6.5.2.3): a receiver that sends one later has forgotten it in a restart."""
        self._indicate(ProgressReported(self.transaction, keep_alive.progress))
        if self._happen(SenderEvent.EOF_FORGOTTEN):
            self._eof_due = True

    def _end(self, condition: ConditionCode) -> None:
        if self.state is SenderState.CANCELLING:  # 4.11.2.2.3
            self._happen(SenderEvent.ABANDONED)
            self._abandon(condition)
        else:
            self._stop_sending(condition)

    def _stop_sending(self, condition: ConditionCode) -> None:
        if not self._happen(SenderEvent.CANCELLED):
            return
        self.condition = condition
        self._eof_timer.stop()
        self._eof_due = True
        finished = TransactionFinished(self.transaction, condition, DeliveryCode.INCOMPLETE, FileStatus.UNREPORTED)
        self._indicate(finished)
