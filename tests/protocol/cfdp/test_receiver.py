from zlib import crc32

import pytest

from protocol.cfdp.codes import (
    ChecksumType,
    ConditionCode,
    DeliveryCode,
    DirectiveCode,
    FileStatus,
    PromptResponse,
    TransactionStatus,
)
from protocol.cfdp.directives import Ack, Eof, Finished, KeepAlive, Metadata, Nak, Prompt
from protocol.cfdp.header import PduHeader, TransactionId
from protocol.cfdp.indications import (
    Abandoned,
    EofReceived,
    Fault,
    Indication,
    MetadataReceived,
    Suspended,
    TransactionFinished,
)
from protocol.cfdp.memory_filestore import MemoryFilestore
from protocol.cfdp.pdu import Body, FileData
from protocol.cfdp.receiver import TRANSITIONS, VERIFY_OCTETS, Receiver, ReceiverEvent, ReceiverState
from protocol.cfdp.settings import CfdpSettings, LinkFault

ID = TransactionId(1, 7)
CONTENT = bytes(range(100))
METADATA = Metadata(100, "a", "b")
EOF = Eof(ConditionCode.NO_ERROR, crc32(CONTENT), 100)
COMPLETE = Finished(ConditionCode.NO_ERROR, DeliveryCode.COMPLETE, FileStatus.RETAINED)
FINISHED_ACK = Ack(DirectiveCode.FINISHED, ConditionCode.NO_ERROR, TransactionStatus.ACTIVE)
SETTINGS = CfdpSettings(2, 1, nak_timer_s=5.0, nak_limit=3, ack_limit=3, keep_alive_s=30.0, inactivity_s=50.0)
ROOM = 33  # 3 requests


class Bench:
    def __init__(self, settings: CfdpSettings = SETTINGS, max_octets: int = 1000) -> None:
        self.told: list[Indication] = []
        self.store = MemoryFilestore(max_octets=max_octets)
        self.receiver = Receiver(PduHeader(1, 7, 2, towards_sender=True), settings, self.store, self.told.append)
        self.receiver.go_on(0.0)

    def take(self, *bodies: Body, now_s: float = 0.0) -> "Bench":
        for body in bodies:
            self.receiver.receive(body, now_s)
            self.receiver.verify()
            self.receiver.verify()
        return self

    def all(self, now_s: float = 0.0) -> list[Body]:
        return list(iter(lambda: self.receiver.next_body(now_s, ROOM), None))

    def run(self, from_s: int, to_s: int) -> list[tuple[int, Body]]:
        sent = []
        for now_s in range(from_s, to_s):
            self.receiver.tick(float(now_s))
            sent += [(now_s, body) for body in self.all(float(now_s))]
        return sent

    def assert_cancelled(self, condition: ConditionCode, status: FileStatus = FileStatus.DISCARDED) -> None:
        assert self.told[-1] == TransactionFinished(ID, condition, DeliveryCode.INCOMPLETE, status)
        assert self.receiver.next_body(0.0, ROOM) == Finished(condition, DeliveryCode.INCOMPLETE, status, 2)
        assert not self.store.incoming
        assert not self.store.files


def data(start: int, end: int) -> FileData:
    return FileData(start, CONTENT[start:end])


def test_every_state_but_the_last_can_be_left_and_every_one_is_reached() -> None:
    assert {state for state, _ in TRANSITIONS} == set(ReceiverState) - {ReceiverState.ENDED}
    assert {ReceiverState.RECEIVING, *TRANSITIONS.values()} == set(ReceiverState)
    assert {event for _, event in TRANSITIONS} == set(ReceiverEvent)


def test_a_file_that_comes_whole_is_verified_named_and_finished() -> None:
    bench = Bench().take(METADATA, data(0, 60), data(60, 100))
    assert bench.all() == []
    assert bench.take(EOF).all() == [COMPLETE]
    assert bench.store.files == {"b": CONTENT}
    bench.take(FINISHED_ACK)
    assert bench.receiver.ended
    told = TransactionFinished(ID, ConditionCode.NO_ERROR, DeliveryCode.COMPLETE, FileStatus.RETAINED)
    assert bench.told == [MetadataReceived(ID, METADATA), EofReceived(ID), told]


def test_order_and_repetition_do_not_matter() -> None:
    bench = Bench().take(EOF, data(60, 100), EOF, data(0, 60), data(0, 60), METADATA, METADATA)
    assert bench.all() == [COMPLETE]
    assert bench.store.files == {"b": CONTENT}
    assert bench.receiver.octets == 100


def test_an_empty_file_is_a_file() -> None:
    assert Bench().take(METADATA, Eof(ConditionCode.NO_ERROR, 0, 0)).all() == [COMPLETE]


def test_a_gap_is_asked_for_when_it_shows_and_once() -> None:
    bench = Bench().take(METADATA, data(10, 20))
    assert bench.all() == [Nak(0, 20, ((0, 10),))]
    assert bench.take(data(20, 30)).all() == []
    assert bench.take(data(50, 60)).all() == [Nak(20, 60, ((30, 50),))]


def test_metadata_that_did_not_come_are_asked_for() -> None:
    assert Bench().take(data(0, 10)).all() == [Nak(0, 10, ((0, 0),))]
    assert Bench().take(EOF).all() == [Nak(0, 100, ((0, 0), (0, 100)))]


def test_a_nak_is_no_longer_than_it_may_be_and_the_sequence_goes_on_in_the_next() -> None:
    bench = Bench().take(METADATA, *(data(start, start + 5) for start in range(5, 100, 10)), EOF)
    naks = bench.all()
    requests = [request for nak in naks if isinstance(nak, Nak) for request in nak.requests]
    assert requests == [(start, start + 5) for start in range(0, 100, 10)]
    assert [(nak.scope_start, nak.scope_end) for nak in naks if isinstance(nak, Nak)] == [
        (0, 30),
        (30, 60),
        (60, 90),
        (90, 100),
    ]


def test_after_the_eof_all_that_is_missing_is_asked_for_again_until_the_limit() -> None:
    bench = Bench().take(METADATA, data(0, 50))
    assert bench.all() == []
    assert bench.take(EOF).all() == [Nak(50, 100, ((50, 100),))]
    nak = Nak(0, 100, ((50, 100),))
    assert bench.run(1, 15) == [(5, nak), (10, nak)]
    bench.receiver.tick(15.0)
    assert bench.told[-2] == Fault(ID, ConditionCode.NAK_LIMIT_REACHED, 50)
    bench.assert_cancelled(ConditionCode.NAK_LIMIT_REACHED)


def test_new_data_put_the_limit_of_naks_off() -> None:
    bench = Bench().take(METADATA, EOF)
    for start in range(0, 90, 10):
        now_s = start * 1.4
        bench.receiver.tick(now_s)
        bench.take(data(start, start + 10), now_s=now_s)
        bench.all(now_s)
    assert bench.receiver.state is ReceiverState.AWAITING_MISSING


def test_silence_is_a_fault() -> None:
    bench = Bench().take(METADATA, data(0, 10), now_s=1.0)
    bench.run(2, 51)
    assert bench.receiver.state is ReceiverState.RECEIVING
    bench.receiver.tick(51.0)
    assert bench.told[-2] == Fault(ID, ConditionCode.INACTIVITY_DETECTED, 10)
    bench.assert_cancelled(ConditionCode.INACTIVITY_DETECTED)


@pytest.mark.parametrize("kind", [ChecksumType.CRC_32, ChecksumType.MODULAR])
def test_a_wrong_checksum_is_a_fault_and_leaves_no_file(kind: ChecksumType) -> None:
    wrong = Eof(ConditionCode.NO_ERROR, 1, 100)
    bench = Bench().take(Metadata(100, "a", "b", kind), data(0, 100), wrong)
    assert bench.told[-2] == Fault(ID, ConditionCode.FILE_CHECKSUM_FAILURE, 100)
    bench.assert_cancelled(ConditionCode.FILE_CHECKSUM_FAILURE)


def test_the_null_checksum_compares_nothing() -> None:
    wrong = Eof(ConditionCode.NO_ERROR, 1, 100)
    assert Bench().take(Metadata(100, "a", "b", ChecksumType.NULL), data(0, 100), wrong).all() == [COMPLETE]


def test_a_checksum_that_cannot_be_computed_is_a_fault() -> None:
    bench = Bench().take(Metadata(100, "a", "b", checksum_type=2))
    assert bench.told[-2] == Fault(ID, ConditionCode.UNSUPPORTED_CHECKSUM_TYPE, 0)
    bench.assert_cancelled(ConditionCode.UNSUPPORTED_CHECKSUM_TYPE)


@pytest.mark.parametrize("bodies", [(EOF, FileData(95, bytes(6))), (FileData(95, bytes(6)), EOF)])
def test_data_beyond_the_end_are_a_fault(bodies: tuple[Body, ...]) -> None:
    bench = Bench().take(METADATA, *bodies)
    assert isinstance(bench.told[-2], Fault)
    bench.assert_cancelled(ConditionCode.FILE_SIZE_ERROR)


def test_a_filestore_that_refuses_to_write_is_a_fault() -> None:
    bench = Bench(max_octets=50).take(METADATA, data(0, 40), data(40, 80))
    assert isinstance(bench.told[-2], Fault)
    bench.assert_cancelled(ConditionCode.FILESTORE_REJECTION, FileStatus.REJECTED_BY_FILESTORE)


def test_a_filestore_that_refuses_to_name_is_a_fault() -> None:
    bench = Bench()

    def refuse(*_: object) -> None:
        raise PermissionError

    bench.store.finish = refuse  # type: ignore[method-assign]
    bench.take(METADATA, data(0, 100), EOF)
    bench.assert_cancelled(ConditionCode.FILESTORE_REJECTION, FileStatus.REJECTED_BY_FILESTORE)


def test_a_filestore_that_reads_back_less_than_it_took_is_a_fault() -> None:
    bench = Bench().take(METADATA, data(0, 100))
    bench.store.incoming[ID].pop()
    bench.take(EOF)
    bench.assert_cancelled(ConditionCode.FILESTORE_REJECTION, FileStatus.REJECTED_BY_FILESTORE)


def test_finished_is_sent_as_often_as_the_limit_allows_then_the_transaction_is_abandoned_and_the_file_stays() -> None:
    bench = Bench().take(METADATA, data(0, 100), EOF)
    assert [(0, body) for body in bench.all()] + bench.run(1, 15) == [(0, COMPLETE), (5, COMPLETE), (10, COMPLETE)]
    bench.receiver.tick(15.0)
    condition = ConditionCode.POSITIVE_ACK_LIMIT_REACHED
    assert bench.told[-2:] == [Fault(ID, condition, 100), Abandoned(ID, condition, 100)]
    assert bench.receiver.ended
    assert bench.store.files == {"b": CONTENT}


def test_a_large_file_is_verified_in_parts() -> None:
    content = bytes(2 * VERIFY_OCTETS + 1)
    bench = Bench(max_octets=len(content))
    parts = range(0, len(content), 60000)
    for body in (METADATA, *(FileData(start, content[start : start + 60000]) for start in parts)):
        bench.receiver.receive(body, 0.0)
    bench.receiver.receive(Eof(ConditionCode.NO_ERROR, crc32(content), len(content)), 0.0)
    for _ in range(3):
        bench.receiver.verify()
        assert bench.receiver.state is ReceiverState.VERIFYING
    bench.receiver.verify()
    assert bench.store.files == {"b": content}


def test_progress_is_told_until_the_eof() -> None:
    bench = Bench().take(METADATA, data(0, 30))
    assert bench.run(1, 40) == [(30, KeepAlive(30))]
    bench.take(EOF, now_s=40.0)
    assert not any(isinstance(body, KeepAlive) for _, body in bench.run(41, 50))


def test_progress_that_was_not_sent_before_the_eof_is_not_told_after_it() -> None:
    bench = Bench().take(METADATA, data(0, 30))
    bench.receiver.tick(30.0)
    (nak,) = bench.take(EOF, now_s=31.0).all(31.0)
    assert isinstance(nak, Nak)


def test_what_is_repeated_is_discarded_even_if_it_differs() -> None:
    bench = Bench().take(METADATA, data(0, 60), Metadata(7, "x", "y"), FileData(10, bytes(40)), data(60, 100), EOF)
    assert bench.store.files == {"b": CONTENT}
    assert [entry for entry in bench.told if isinstance(entry, MetadataReceived)] == [MetadataReceived(ID, METADATA)]


def test_a_prompt_is_answered_with_what_is_missing_and_with_progress_if_the_eof_is_too() -> None:
    prompt = Prompt(PromptResponse.NAK)
    bench = Bench().take(METADATA, data(0, 30), prompt)
    assert bench.all() == [Nak(0, 30), KeepAlive(30)]
    bench.take(EOF)
    bench.all()
    assert bench.take(prompt).all() == [Nak(0, 100, ((30, 100),))]
    bench.take(data(30, 100))
    bench.all()
    assert bench.take(prompt).all() == [COMPLETE]


def test_cancelled_by_the_sender_it_forgets_what_came() -> None:
    bench = Bench().take(METADATA, data(0, 30), Eof(ConditionCode.CANCEL_REQUEST_RECEIVED, 0, 30, 1))
    assert bench.receiver.ended
    told = TransactionFinished(ID, ConditionCode.CANCEL_REQUEST_RECEIVED, DeliveryCode.INCOMPLETE, FileStatus.DISCARDED)
    assert bench.told[-1] == told
    assert not bench.store.incoming


def test_cancelled_here_it_tells_the_sender_and_takes_no_more() -> None:
    bench = Bench().take(METADATA, data(0, 30))
    bench.receiver.suspend()
    bench.receiver.cancel()
    bench.take(data(30, 100), EOF)
    bench.assert_cancelled(ConditionCode.CANCEL_REQUEST_RECEIVED)
    bench.receiver.cancel()
    assert bench.receiver.state is ReceiverState.AWAITING_ACK


def test_a_whole_file_is_not_cancelled_any_more() -> None:
    bench = Bench().take(METADATA, data(0, 100), EOF)
    bench.receiver.cancel()
    bench.take(Eof(ConditionCode.CANCEL_REQUEST_RECEIVED, 0, 100, 1))
    assert bench.all() == [COMPLETE]
    assert bench.store.files == {"b": CONTENT}


def test_suspended_it_takes_data_sends_nothing_and_no_timer_expires() -> None:
    bench = Bench().take(METADATA, data(0, 30))
    bench.receiver.suspend()
    bench.take(data(60, 100), EOF)
    assert bench.run(1, 1000) == []
    bench.receiver.resume(1000.0)
    assert bench.all(1000.0) == [Nak(0, 100, ((30, 60),))]
    bench.receiver.suspend()
    bench.take(data(30, 60), now_s=1001.0)
    assert bench.all(1001.0) == []
    bench.receiver.resume(1002.0)
    assert bench.all(1002.0) == [COMPLETE]


def test_a_fault_of_the_link_can_suspend_it_instead() -> None:
    bench = Bench(CfdpSettings(2, 1, inactivity_s=50.0, on_link_fault=LinkFault.SUSPEND)).take(METADATA, data(0, 30))
    bench.receiver.tick(50.0)
    assert bench.told[-1] == Suspended(ID, ConditionCode.INACTIVITY_DETECTED)
    bench.receiver.resume(100.0)
    bench.take(data(30, 100), EOF, now_s=100.0)
    assert bench.all(100.0) == [COMPLETE]


def test_a_fault_that_the_link_did_not_cause_never_suspends_it() -> None:
    bench = Bench(CfdpSettings(2, 1, on_link_fault=LinkFault.SUSPEND)).take(METADATA, EOF, FileData(99, b"xx"))
    bench.assert_cancelled(ConditionCode.FILE_SIZE_ERROR)
