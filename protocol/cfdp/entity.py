"""One end of a link that files pass over: a CFDP entity (CCSDS 727.0-B-5), acknowledged mode only."""

from collections.abc import Iterable
from dataclasses import dataclass

from protocol.cfdp.codes import ConditionCode, DirectiveCode, TransactionStatus
from protocol.cfdp.directives import Ack, Eof, Finished, Metadata, Prompt
from protocol.cfdp.filestore import Filestore
from protocol.cfdp.header import PduHeader, TransactionId
from protocol.cfdp.indications import Indication
from protocol.cfdp.pdu import Body, FileData, Pdu, encode_body, parse_body
from protocol.cfdp.progress import EndedTransaction, EntityProgress, ReceiverProgress, SenderProgress
from protocol.cfdp.receiver import Receiver
from protocol.cfdp.sender import Sender
from protocol.cfdp.settings import CfdpSettings
from protocol.cfdp.transaction import Transaction
from protocol.crc import CRC_OCTETS
from protocol.errors import LocalError, RemoteError

MAX_ENDED = 64
"""How many transactions that are over are remembered."""
MAX_REPLIES = 64
"""How many acknowledgements wait for the link; the peer repeats what got none."""


@dataclass(frozen=True, slots=True)
class TransactionReport:
    """Where a transaction stands, for the user (Report.indication); `file_size` is None until it is known."""

    transaction: TransactionId
    sending: bool
    state: str
    octets: int
    file_size: int | None
    suspended: bool


class CfdpEntity:
    """Sends and receives files. A later transaction uses the room that earlier ones leave.

    `receive` takes a PDU, `tick` lets timers expire and works on, `next_pdu` gives what to send when the link has room,
    `indications` what the user is to know. While frozen (no link: 4.12) nothing is sent and no timer expires.

    To outlast a crash, `progress` is kept after each `put` and each indication before the next PDU leaves; what else is
    in it may be older: ranges that a journal lacks are asked for again.
    """

    def __init__(
        self,
        settings: CfdpSettings,
        filestore: Filestore,
        now_s: float = 0.0,
        progress: EntityProgress | None = None,
    ) -> None:
        """Go on from ``progress`` if it is given. Raises RemoteError if that never came from an entity."""
        self._settings = settings
        self._filestore = filestore
        self._indications: list[Indication] = []
        self._replies: dict[tuple[TransactionId, DirectiveCode], Pdu] = {}
        self._frozen = False
        self._senders: dict[TransactionId, Sender] = {}
        self._receivers: dict[TransactionId, Receiver] = {}
        self._ended: dict[TransactionId, Finished | None] = {}
        self._next_sequence_number = 0
        if progress is not None:
            self._restore(progress, now_s)

    @property
    def frozen(self) -> bool:
        """Whether there is no link."""
        return self._frozen

    def put(
        self, source_name: str, destination_name: str, now_s: float, messages: tuple[bytes, ...] = ()
    ) -> TransactionId:
        """Send a file, with messages to the user at its destination (3.4.1).

        Raises OSError if the filestore cannot read it, LocalError if names and messages do not fit in a PDU.
        """
        size = self._filestore.size(source_name)
        metadata = Metadata(size, source_name, destination_name, self._settings.checksum_type, messages=messages)
        header = self._new_header(large_file=size >> 32 > 0)
        octets = len(Pdu(header, metadata).encode())
        if octets > self._settings.pdu_octets:
            accepted = f"names and messages in a PDU of {self._settings.pdu_octets} octets, not of {octets}"
            raise LocalError("metadata", metadata, accepted)
        self._next_sequence_number = (header.sequence_number + 1) % (1 << 8 * header.sequence_octets)
        sender = Sender(header, metadata, self._settings, self._filestore, self._indications.append)
        sender.go_on(now_s)
        self._senders[header.transaction] = sender
        return header.transaction

    def receive(self, octets: bytes, now_s: float) -> None:
        """Take a PDU. Raises RemoteError if it is none, or not for this entity from its peer."""
        pdu = Pdu.parse(octets)
        self._check_addresses(pdu.header)
        if pdu.header.towards_sender:
            self._receive_from_receiver(pdu, now_s)
        else:
            self._receive_from_sender(pdu, now_s)

    def tick(self, now_s: float) -> None:
        """Let timers expire and verify a part of what has been received; to be called every now and then."""
        for receiver in self._receivers.values():
            receiver.verify()
        if self._frozen:
            return
        for transaction in self._transactions():
            transaction.tick(now_s)
            self._forget_ended(transaction)

    def next_pdu(self, now_s: float, max_octets: int) -> bytes | None:
        """Return the next PDU to send, of at most `max_octets`, or None.

        Raises LocalError if `max_octets` is less than the settings' `pdu_octets`: some PDU would wait for ever.
        """
        if max_octets < self._settings.pdu_octets:
            raise LocalError("max_octets", max_octets, f"at least pdu_octets, {self._settings.pdu_octets}")
        if self._frozen:
            return None
        if self._replies:
            return self._replies.pop(next(iter(self._replies))).encode()
        for transaction in self._transactions():
            header = transaction.header
            room = self._settings.pdu_octets - header.octets - CRC_OCTETS * header.has_crc
            body = transaction.next_body(now_s, room)
            if body is not None:
                return Pdu(header, body).encode()
        return None

    def indications(self) -> list[Indication]:
        """Return what the user is to know since the last call."""
        told = list(self._indications)
        self._indications.clear()
        return told

    def freeze(self) -> None:
        """There is no link: send nothing, let no timer expire (4.12)."""
        self._frozen = True

    def thaw(self, now_s: float) -> None:
        """There is a link again: go on with all that is not suspended, from what is missing."""
        if self._frozen:
            self._frozen = False
            self._go_on(now_s)

    def suspend(self, transaction: TransactionId) -> None:
        """Send nothing for a transaction until it is resumed (4.6.7). Raises LocalError if there is none such."""
        self._find(transaction).suspend()

    def resume(self, transaction: TransactionId, now_s: float) -> None:
        """Go on with a suspended transaction. Raises LocalError if there is none such."""
        self._find(transaction).resume(now_s)

    def cancel(self, transaction: TransactionId) -> None:
        """End a transaction, incomplete (4.11.2). Raises LocalError if there is none such."""
        self._find(transaction).cancel()

    def reports(self) -> list[TransactionReport]:
        """Return where the transactions stand that are not over."""
        sending = [
            TransactionReport(key, True, sender.state.value, sender.octets, sender.metadata.file_size, sender.suspended)
            for key, sender in self._senders.items()
        ]
        receiving = [
            TransactionReport(key, False, receiver.state.value, receiver.octets, _size(receiver), receiver.suspended)
            for key, receiver in self._receivers.items()
        ]
        return sending + receiving

    def progress(self) -> EntityProgress:
        """Return all that outlasts a restart; indications not yet fetched are not in it."""
        return EntityProgress(
            self._next_sequence_number,
            tuple(SenderProgress.of(sender) for sender in self._senders.values()),
            tuple(ReceiverProgress.of(receiver) for receiver in self._receivers.values()),
            tuple(
                EndedTransaction(*key, None if finished is None else encode_body(finished, large_file=False))
                for key, finished in self._ended.items()
            ),
        )

    def _restore(self, progress: EntityProgress, now_s: float) -> None:
        self._next_sequence_number = progress.next_sequence_number
        for kept in progress.sending:
            sender = kept.restore(self._settings, self._filestore, self._indications.append)
            self._senders[sender.transaction] = sender
        for came in progress.receiving:
            receiver = came.restore(self._settings, self._filestore, self._indications.append)
            self._receivers[receiver.transaction] = receiver
        for over in progress.ended:
            finished = None if over.finished is None else parse_body(over.finished, large_file=False)
            key = TransactionId(over.source_id, over.sequence_number)
            self._ended[key] = finished if isinstance(finished, Finished) else None
        self._go_on(now_s)

    def _new_header(self, large_file: bool) -> PduHeader:
        settings = self._settings
        return PduHeader(
            settings.entity_id,
            self._next_sequence_number,
            settings.peer_id,
            has_crc=settings.has_crc,
            large_file=large_file,
            entity_octets=settings.entity_octets,
            sequence_octets=settings.sequence_octets,
        )

    def _check_addresses(self, header: PduHeader) -> None:
        ours, theirs = self._settings.entity_id, self._settings.peer_id
        source, destination = (ours, theirs) if header.towards_sender else (theirs, ours)
        if (header.source_id, header.destination_id) != (source, destination):
            came = f"from {header.source_id} to {header.destination_id}"
            raise RemoteError("entity id", f"a transaction {came}, not {source} to {destination}")
        if not header.acknowledged:
            raise RemoteError("transmission mode", "unacknowledged; class 2 alone is taken")

    def _transactions(self) -> Iterable[Transaction]:
        return (*self._receivers.values(), *self._senders.values())

    def _find(self, transaction: TransactionId) -> Transaction:
        found = self._senders.get(transaction) or self._receivers.get(transaction)
        if found is None:
            raise LocalError("transaction", transaction, "one that is not over")
        return found

    def _go_on(self, now_s: float) -> None:
        for transaction in self._transactions():  # to one that is suspended this makes no difference
            transaction.go_on(now_s)

    def _receive_from_receiver(self, pdu: Pdu, now_s: float) -> None:
        key, body = pdu.header.transaction, pdu.body
        if isinstance(body, Finished):  # 4.7.2: whatever is known of the transaction
            self._reply(pdu, Ack(DirectiveCode.FINISHED, body.condition, self._status(key)))
        if key in self._senders:
            sender = self._senders[key]
            sender.receive(body, now_s)
            self._forget_ended(sender)

    def _receive_from_sender(self, pdu: Pdu, now_s: float) -> None:
        key, body = pdu.header.transaction, pdu.body
        if key in self._receivers and pdu.header.large_file is not self._receivers[key].header.large_file:
            raise RemoteError("large file flag", "not that of the transaction's first PDU")
        if self._status(key) is TransactionStatus.UNRECOGNIZED and _opens(body):
            if len(self._receivers) >= self._settings.max_receiving:
                return  # without an ACK, so that the sender tries again
            self._open(pdu.header, now_s)
        if isinstance(body, Eof):  # 4.7.2
            self._reply(pdu, Ack(DirectiveCode.EOF, body.condition, self._status(key)))
        if key in self._receivers:
            receiver = self._receivers[key]
            receiver.receive(body, now_s)
            self._forget_ended(receiver)
        elif _asks(body):
            self._repeat_finished(pdu)

    def _status(self, key: TransactionId) -> TransactionStatus:
        if key in self._senders or key in self._receivers:
            return TransactionStatus.ACTIVE
        return TransactionStatus.TERMINATED if key in self._ended else TransactionStatus.UNRECOGNIZED

    def _open(self, header: PduHeader, now_s: float) -> None:
        receiver = Receiver(header.reply(), self._settings, self._filestore, self._indications.append)
        receiver.go_on(now_s)
        self._receivers[header.transaction] = receiver

    def _repeat_finished(self, pdu: Pdu) -> None:
        """Tell a sender that still waits how its transaction ended."""
        finished = self._ended.get(pdu.header.transaction)
        if finished is not None:
            self._reply(pdu, finished)

    def _reply(self, pdu: Pdu, body: Ack | Finished) -> None:
        key = (pdu.header.transaction, body.code)
        if key in self._replies or len(self._replies) < MAX_REPLIES:
            self._replies[key] = Pdu(pdu.header.reply(), body)

    def _forget_ended(self, transaction: Transaction) -> None:
        if not transaction.ended:
            return
        key = transaction.transaction
        receiver = self._receivers.pop(key, None)
        self._senders.pop(key, None)
        self._ended[key] = receiver.finished if receiver else None
        while len(self._ended) > MAX_ENDED:
            self._ended.pop(next(iter(self._ended)))


def _opens(body: Body) -> bool:
    """Tell whether a PDU shows that a file is being sent, of which nothing is known here."""
    return isinstance(body, Metadata | FileData) or _asks(body)


def _asks(body: Body) -> bool:
    """Tell whether a PDU shows that its sender waits for an end."""
    return isinstance(body, Prompt) or (isinstance(body, Eof) and body.condition is ConditionCode.NO_ERROR)


def _size(receiver: Receiver) -> int | None:
    if receiver.eof is not None:
        return receiver.eof.file_size
    return receiver.metadata.file_size if receiver.metadata is not None else None
