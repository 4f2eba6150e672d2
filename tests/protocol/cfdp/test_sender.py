from collections.abc import Callable
from zlib import crc32

import pytest

from protocol.cfdp.codes import (
    ConditionCode,
    DeliveryCode,
    DirectiveCode,
    FileStatus,
    PromptResponse,
    TransactionStatus,
)
from protocol.cfdp.directives import Ack, Eof, Finished, KeepAlive, Metadata, Nak, Prompt
from protocol.cfdp.header import PduHeader, TransactionId
from protocol.cfdp.indications import Abandoned, EofSent, Fault, Indication, Resumed, Suspended, TransactionFinished
from protocol.cfdp.memory_filestore import MemoryFilestore
from protocol.cfdp.pdu import Body, FileData
from protocol.cfdp.sender import TRANSITIONS, Sender, SenderEvent, SenderState
from protocol.cfdp.settings import CfdpSettings, LinkFault

ID = TransactionId(1, 7)
CONTENT = bytes(range(100))
ROOM = 44  # 40 octets of data
EOF_ACK = Ack(DirectiveCode.EOF, ConditionCode.NO_ERROR, TransactionStatus.ACTIVE)
FINISHED = Finished(ConditionCode.NO_ERROR, DeliveryCode.COMPLETE, FileStatus.RETAINED)
SETTINGS = CfdpSettings(1, 2, ack_timer_s=5.0, ack_limit=3, prompt_s=20.0, inactivity_s=50.0)


class Bench:
    def __init__(self, settings: CfdpSettings = SETTINGS, content: bytes = CONTENT) -> None:
        self.told: list[Indication] = []
        self.store = MemoryFilestore({"a": content})
        self.sender = Sender(
            PduHeader(1, 7, 2), Metadata(len(content), "a", "b"), settings, self.store, self.told.append
        )
        self.sender.go_on(0.0)

    def next(self, now_s: float = 0.0) -> Body | None:
        return self.sender.next_body(now_s, ROOM)

    def all(self, now_s: float = 0.0) -> list[Body]:
        return list(iter(lambda: self.next(now_s), None))

    def send_all(self) -> "Bench":
        self.all()
        return self

    def after_eof(self) -> "Bench":
        self.send_all().sender.receive(EOF_ACK, 0.0)
        return self


def data(start: int, end: int) -> FileData:
    return FileData(start, CONTENT[start:end])


def test_every_state_but_the_last_can_be_left_and_every_one_is_reached() -> None:
    assert {state for state, _ in TRANSITIONS} == set(SenderState) - {SenderState.ENDED}
    assert {SenderState.SENDING, *TRANSITIONS.values()} == set(SenderState)
    assert {event for _, event in TRANSITIONS} == set(SenderEvent)


def test_metadata_data_and_eof_leave_in_order_and_once() -> None:
    bench = Bench()
    assert bench.all() == [
        Metadata(100, "a", "b"),
        data(0, 40),
        data(40, 80),
        data(80, 100),
        Eof(ConditionCode.NO_ERROR, crc32(CONTENT), 100),
    ]
    assert bench.told == [EofSent(ID)]


def test_an_empty_file_is_metadata_and_eof() -> None:
    assert Bench(content=b"").all() == [Metadata(0, "a", "b"), Eof(ConditionCode.NO_ERROR, 0, 0)]


def test_what_a_nak_asks_for_goes_before_what_is_new() -> None:
    bench = Bench()
    assert [bench.next() for _ in range(3)][2] == data(40, 80)
    bench.sender.receive(Nak(0, 80, ((0, 0), (0, 10), (30, 80))), 0.0)
    assert bench.sender.octets == 20
    assert bench.all()[:4] == [Metadata(100, "a", "b"), data(0, 10), data(30, 70), data(70, 80)]


def test_requests_are_merged_and_read_only_when_sent() -> None:
    bench = Bench().after_eof()
    reads: list[tuple[int, int]] = []
    read = bench.store.read
    bench.store.read = lambda name, start, count: reads.append((start, count)) or read(name, start, count)  # type: ignore
    for start in range(0, 100, 2):
        bench.sender.receive(Nak(0, 90, ((start, start + 2), (0, 100))), 0.0)
    assert not reads
    assert bench.all() == [data(0, 40), data(40, 80), data(80, 100)]
    assert len(reads) == 3


def test_what_was_not_sent_is_not_sent_again() -> None:
    bench = Bench()
    bench.next()
    bench.next()
    bench.sender.receive(Nak(0, 100, ((30, 100), (90, 2**32), (50, 40))), 0.0)
    assert bench.all()[:2] == [data(30, 40), data(40, 80)]


def test_when_all_that_was_asked_for_is_sent_again_it_asks_what_is_missing_still() -> None:
    bench = Bench().after_eof()
    bench.sender.receive(Nak(0, 50, ((0, 10),)), 0.0)
    assert bench.all() == [data(0, 10)]  # the first part of a NAK sequence
    bench.sender.receive(Nak(50, 100, ((60, 70),)), 0.0)
    assert bench.all() == [data(60, 70), Prompt(PromptResponse.NAK)]


def test_eof_is_sent_as_often_as_the_limit_allows_then_the_transaction_is_cancelled_and_abandoned() -> None:
    bench = Bench().send_all()
    bench.told.clear()
    sent: list[Body] = []
    now_s = 0.0
    while not bench.sender.ended:
        now_s += 1.0
        bench.sender.tick(now_s)
        sent += bench.all(now_s)
    cancel = Eof(ConditionCode.POSITIVE_ACK_LIMIT_REACHED, bench.sender.checksum.value, 100, 1)
    assert sent == [Eof(ConditionCode.NO_ERROR, cancel.checksum, 100)] * 2 + [cancel] * 3
    assert now_s == 30.0
    condition = ConditionCode.POSITIVE_ACK_LIMIT_REACHED
    assert bench.told == [
        Fault(ID, condition, 100),
        TransactionFinished(ID, condition, DeliveryCode.INCOMPLETE, FileStatus.UNREPORTED),
        Fault(ID, condition, 100),
        Abandoned(ID, condition, 100),
    ]


def test_an_acknowledged_eof_is_not_repeated() -> None:
    bench = Bench().after_eof()
    bench.sender.tick(10.0)
    assert bench.next(10.0) is None
    assert bench.sender.state is SenderState.AWAITING_FINISHED


@pytest.mark.parametrize("prepare", [Bench, lambda: Bench().send_all(), lambda: Bench().after_eof()])
def test_finished_ends_it_in_every_state(prepare: Callable[[], Bench]) -> None:
    bench = prepare()
    bench.sender.receive(FINISHED, 0.0)
    assert bench.sender.ended
    assert bench.told[-1] == TransactionFinished(ID, ConditionCode.NO_ERROR, DeliveryCode.COMPLETE, FileStatus.RETAINED)


def test_silence_after_the_eof_is_asked_about_and_then_a_fault() -> None:
    bench = Bench().after_eof()
    sent = []
    for now_s in range(1, 50):
        bench.sender.tick(float(now_s))
        sent += [(now_s, body) for body in bench.all(float(now_s))]
    assert sent == [(20, Prompt(PromptResponse.NAK)), (40, Prompt(PromptResponse.NAK))]
    bench.sender.tick(50.0)
    assert bench.told[-2] == Fault(ID, ConditionCode.INACTIVITY_DETECTED, 100)
    assert isinstance(bench.next(50.0), Eof)


def test_it_is_no_silence_while_data_are_sent_again() -> None:
    bench = Bench().after_eof()
    bench.sender.receive(Nak(0, 100, ((0, 100),)), 0.0)
    for now_s in (45.0, 90.0, 135.0):
        assert isinstance(bench.next(now_s), FileData)
        bench.sender.tick(now_s)
    assert bench.sender.state is SenderState.AWAITING_FINISHED


def test_a_receiver_that_reports_progress_after_its_ack_has_forgotten_the_eof() -> None:
    bench = Bench().after_eof()
    bench.sender.receive(KeepAlive(50), 1.0)
    assert isinstance(bench.next(1.0), Eof)
    assert bench.sender.state is SenderState.AWAITING_ACK


@pytest.mark.parametrize("content", [b"", CONTENT[:50]])
def test_a_file_that_cannot_be_read_is_a_filestore_rejection(content: bytes) -> None:
    bench = Bench()
    bench.store.files = {"a": content} if content else {}
    for _ in range(6):
        bench.next()
    condition = ConditionCode.FILESTORE_REJECTION
    assert bench.told == [
        Fault(ID, condition, 40 if content else 0),
        TransactionFinished(ID, condition, DeliveryCode.INCOMPLETE, FileStatus.UNREPORTED),
    ]


def test_cancelled_it_tells_the_receiver_what_it_sent_and_sends_no_more() -> None:
    bench = Bench()
    bench.next()
    bench.next()
    bench.sender.suspend()
    bench.sender.cancel()
    bench.sender.receive(Nak(0, 40, ((0, 40),)), 0.0)
    assert bench.all() == [Eof(ConditionCode.CANCEL_REQUEST_RECEIVED, bench.sender.checksum.value, 40, 1)]
    bench.sender.receive(EOF_ACK, 0.0)  # of an EOF that was not the cancelling one
    bench.sender.cancel()
    assert bench.sender.state is SenderState.CANCELLING
    bench.sender.receive(
        Ack(DirectiveCode.EOF, ConditionCode.CANCEL_REQUEST_RECEIVED, TransactionStatus.TERMINATED), 0.0
    )
    assert bench.sender.ended
    assert [type(told) for told in bench.told] == [Suspended, TransactionFinished]


def test_suspended_it_sends_nothing_and_no_timer_expires() -> None:
    bench = Bench().send_all()
    bench.sender.suspend()
    bench.sender.suspend()
    bench.sender.receive(Nak(0, 100, ((0, 10),)), 1.0)
    for now_s in range(1, 1000):
        bench.sender.tick(float(now_s))
        assert bench.next(float(now_s)) is None
    bench.sender.resume(1000.0)
    assert [type(body) for body in bench.all(1000.0)] == [FileData, Eof, Prompt]
    assert bench.told[1:] == [Suspended(ID, ConditionCode.SUSPEND_REQUEST_RECEIVED), Resumed(ID, 90)]


def test_a_fault_of_the_link_can_suspend_it_instead() -> None:
    bench = Bench(CfdpSettings(1, 2, ack_timer_s=5.0, ack_limit=1, on_link_fault=LinkFault.SUSPEND)).send_all()
    bench.sender.tick(5.0)
    assert bench.told[1:] == [
        Fault(ID, ConditionCode.POSITIVE_ACK_LIMIT_REACHED, 100),
        Suspended(ID, ConditionCode.POSITIVE_ACK_LIMIT_REACHED),
    ]
    bench.sender.resume(100.0)
    assert isinstance(bench.next(100.0), Eof)
    bench.sender.receive(EOF_ACK, 101.0)
    assert bench.sender.state is SenderState.AWAITING_FINISHED
