from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.cfdp.codes import (
    ConditionCode,
    DeliveryCode,
    DirectiveCode,
    FileStatus,
    PromptResponse,
    TransactionStatus,
)
from protocol.cfdp.directives import Ack, Eof, Finished, KeepAlive, Metadata, Nak, Prompt
from protocol.cfdp.entity import MAX_REPLIES, CfdpEntity
from protocol.cfdp.header import PduHeader, TransactionId
from protocol.cfdp.indications import Fault, MetadataReceived, ProgressReported, Resumed, Suspended, TransactionFinished
from protocol.cfdp.memory_filestore import MemoryFilestore
from protocol.cfdp.pdu import Body, FileData, Pdu
from protocol.cfdp.progress import EntityProgress
from protocol.cfdp.settings import CfdpSettings
from protocol.errors import LocalError, RemoteError

OK = ConditionCode.NO_ERROR


def pdus(entity: CfdpEntity, now_s: float = 0.0) -> list[Pdu]:
    return [Pdu.parse(octets) for octets in iter(lambda: entity.next_pdu(now_s, 900), None)]


def bodies(entity: CfdpEntity, now_s: float = 0.0) -> list[Body]:
    return [pdu.body for pdu in pdus(entity, now_s)]


def finished(entity: CfdpEntity) -> list[ConditionCode]:
    return [told.condition for told in entity.indications() if isinstance(told, TransactionFinished)]


def test_a_file_and_its_messages_arrive(pair: Any) -> None:
    key = pair.ground.put("a", "b", 0.0, (b"model", b"3 of 7"))
    assert pair.link.run(100.0)
    assert pair.arrived == pair.content
    told = pair.spacecraft.indications()
    assert told[0] == MetadataReceived(key, Metadata(256, "a", "b", messages=(b"model", b"3 of 7")))
    assert [type(entry) for entry in told].count(TransactionFinished) == 1
    assert finished(pair.ground) == [OK]
    assert pair.ground.indications() == []


def test_a_file_can_go_down_as_well(pair: Any) -> None:
    pair.stores[1].files["log"] = b"lines" * 100
    pair.spacecraft.put("log", "log", 0.0)
    pair.ground.put("a", "b", 0.0)
    assert pair.link.run(100.0)
    assert pair.stores[0].files["log"] == b"lines" * 100
    assert pair.arrived == pair.content


def test_files_keep_their_order_and_ids(pair: Any) -> None:
    pair.stores[0].files |= {str(number): bytes([number]) * 300 for number in range(5)}
    keys = [pair.ground.put(str(number), str(number), 0.0) for number in range(5)]
    assert keys == [TransactionId(1, number) for number in range(5)]
    assert pair.link.run(100.0)
    assert list(pair.stores[1].files) == ["0", "1", "2", "3", "4"]
    assert all(pair.stores[1].files[str(number)] == bytes([number]) * 300 for number in range(5))


def test_a_file_of_more_than_32_bits_takes_pdus_of_large_files() -> None:
    class Huge(MemoryFilestore):
        def size(self, name: str) -> int:
            return 2**32 + 5

        def read(self, name: str, offset: int, octets: int) -> bytes:
            return bytes(octets)

    ground = CfdpEntity(CfdpSettings(1, 2), Huge())
    ground.put("a", "b", 0.0)
    metadata, data = (Pdu.parse(ground.next_pdu(0.0, 900) or b"") for _ in range(2))
    assert metadata.header.large_file
    assert isinstance(data.body, FileData)
    assert len(data.encode()) == 900


def test_every_pdu_is_as_short_as_asked_for_with_crc_and_long_ids(make_pair: Any) -> None:
    pair = make_pair(pdu_octets=64, has_crc=True, entity_octets=8, sequence_octets=8)
    lengths = set()

    def note(pdu: bytes) -> bool:
        lengths.add(len(pdu))
        return len(lengths) % 3 == 2

    pair.loses_up = pair.loses_down = note
    pair.ground.put("a", "b", 0.0)
    assert pair.link.run(1000.0)
    assert pair.arrived == pair.content
    assert max(lengths) <= 64


def test_less_room_than_a_pdu_needs_is_the_callers_mistake(pair: Any) -> None:
    with pytest.raises(LocalError, match="max_octets"):
        pair.ground.next_pdu(0.0, 99)


def test_metadata_that_do_not_fit_and_files_that_are_not_there_are_the_callers_mistake(pair: Any) -> None:
    with pytest.raises(LocalError, match="metadata"):
        pair.ground.put("a", "b", 0.0, (bytes(90),))
    with pytest.raises(FileNotFoundError):
        pair.ground.put("c", "b", 0.0)
    assert pair.ground.reports() == []


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        Pdu(PduHeader(1, 0, 3), FileData(0, b"x")).encode(),
        Pdu(PduHeader(3, 0, 2), FileData(0, b"x")).encode(),
        Pdu(PduHeader(1, 0, 2, towards_sender=True), Prompt(PromptResponse.NAK)).encode(),
        Pdu(PduHeader(1, 0, 2, acknowledged=False), FileData(0, b"x")).encode(),
    ],
)
def test_what_is_not_for_it_is_refused(pair: Any, octets: bytes) -> None:
    with pytest.raises(RemoteError):
        pair.spacecraft.receive(octets, 0.0)
    assert pair.spacecraft.reports() == []


def test_what_the_other_role_says_is_passed_over(pair: Any) -> None:
    key = pair.ground.put("a", "b", 0.0)
    header = PduHeader(1, key.sequence_number, 2)
    pair.spacecraft.receive(Pdu(header, FileData(0, b"x")).encode(), 0.0)
    ack = Ack(DirectiveCode.EOF, OK, TransactionStatus.ACTIVE)
    pair.spacecraft.receive(Pdu(header, ack).encode(), 0.0)
    pair.ground.receive(Pdu(header.reply(), FileData(0, b"x")).encode(), 0.0)
    assert len(pair.spacecraft.reports()) == len(pair.ground.reports()) == 1


def test_a_pdu_of_a_larger_file_in_a_transaction_is_refused(pair: Any) -> None:
    pair.spacecraft.receive(Pdu(PduHeader(1, 0, 2), FileData(0, b"x")).encode(), 0.0)
    with pytest.raises(RemoteError, match="large file"):
        pair.spacecraft.receive(Pdu(PduHeader(1, 0, 2, large_file=True), FileData(2**40, b"x")).encode(), 0.0)


SMALL = st.integers(0, 300) | st.integers(2**32 - 300, 2**32 - 1)
ANY_BODY: st.SearchStrategy[Body] = st.one_of(
    st.builds(Metadata, SMALL, st.sampled_from("ab"), st.sampled_from("ab"), st.integers(0, 15)),
    st.builds(Eof, st.sampled_from(ConditionCode), st.just(0), SMALL),
    st.builds(Finished, st.sampled_from(ConditionCode), st.just(DeliveryCode.COMPLETE), st.just(FileStatus.RETAINED)),
    st.builds(
        Ack,
        st.sampled_from([DirectiveCode.EOF, DirectiveCode.FINISHED]),
        st.sampled_from(ConditionCode),
        st.just(TransactionStatus.ACTIVE),
    ),
    st.builds(Nak, SMALL, SMALL, st.lists(st.tuples(SMALL, SMALL), max_size=4).map(tuple)),
    st.builds(Prompt, st.sampled_from(PromptResponse)),
    st.builds(KeepAlive, SMALL),
    st.builds(FileData, SMALL, st.binary(max_size=20)),
)


@given(
    sent=st.lists(st.tuples(ANY_BODY, st.integers(0, 2), st.booleans(), st.booleans(), st.integers(0, 20)), max_size=25)
)
def test_whatever_comes_is_taken_or_refused_and_what_leaves_is_short(
    sent: list[tuple[Body, int, bool, bool, int]],
) -> None:
    store = MemoryFilestore({"a": bytes(200)}, max_octets=1000)
    settings = CfdpSettings(1, 2, pdu_octets=64, ack_limit=2, nak_limit=2)
    entity = CfdpEntity(settings, store)
    now_s = 0.0
    entity.put("a", "b", now_s)
    for body, number, towards_sender, large_file, wait_s in sent:
        ids = (1, number, 2) if towards_sender else (2, number, 1)
        octets = Pdu(PduHeader(*ids, towards_sender, large_file=large_file), body).encode()
        with suppress(RemoteError):
            entity.receive(octets, now_s)
        now_s += wait_s
        entity.tick(now_s)
        assert len(entity.next_pdu(now_s, 64) or b"") <= 64
        kept = EntityProgress.parse(entity.progress().encode())
        assert CfdpEntity(settings, store, now_s, kept).progress() == kept == entity.progress()


def test_replies_go_to_the_transaction_that_asked_in_its_own_format(pair: Any) -> None:
    header = PduHeader(1, 0x123456, 2, has_crc=True, entity_octets=3, sequence_octets=4, version=0)
    pair.spacecraft.receive(Pdu(header, Eof(OK, 0, 5)).encode(), 0.0)
    assert {pdu.header for pdu in pdus(pair.spacecraft)} == {header.reply()}


def test_a_finished_of_a_transaction_that_is_over_or_unknown_is_acknowledged(pair: Any) -> None:
    key = pair.ground.put("a", "b", 0.0)
    assert pair.link.run(100.0)
    body = Finished(OK, DeliveryCode.COMPLETE, FileStatus.RETAINED)
    for number, status in ((key.sequence_number, TransactionStatus.TERMINATED), (9, TransactionStatus.UNRECOGNIZED)):
        pair.ground.receive(Pdu(PduHeader(1, number, 2, towards_sender=True), body).encode(), 0.0)
        assert bodies(pair.ground) == [Ack(DirectiveCode.FINISHED, OK, status)]


def test_late_pdus_of_a_received_file_open_nothing_and_are_answered(pair: Any) -> None:
    key = pair.ground.put("a", "b", 0.0)
    assert pair.link.run(100.0)
    header = PduHeader(1, key.sequence_number, 2)
    for body in (
        Metadata(256, "a", "b"),
        FileData(0, b"other"),
        Ack(DirectiveCode.FINISHED, OK, TransactionStatus.ACTIVE),
    ):
        pair.spacecraft.receive(Pdu(header, body).encode(), 200.0)
    assert pair.spacecraft.next_pdu(200.0, 900) is None
    pair.spacecraft.receive(Pdu(header, Eof(OK, 0, 256)).encode(), 200.0)
    ack, told = bodies(pair.spacecraft, 200.0)
    assert ack == Ack(DirectiveCode.EOF, OK, TransactionStatus.TERMINATED)
    assert isinstance(told, Finished)
    pair.spacecraft.receive(Pdu(header, Prompt(PromptResponse.NAK)).encode(), 200.0)
    assert bodies(pair.spacecraft, 200.0) == [told]
    assert pair.arrived == pair.content
    assert pair.spacecraft.reports() == []


def test_an_unknown_transaction_that_is_cancelled_is_acknowledged(pair: Any) -> None:
    eof = Eof(ConditionCode.CANCEL_REQUEST_RECEIVED, 0, 0)
    pair.spacecraft.receive(Pdu(PduHeader(1, 5, 2), eof).encode(), 0.0)
    ack = Ack(DirectiveCode.EOF, ConditionCode.CANCEL_REQUEST_RECEIVED, TransactionStatus.UNRECOGNIZED)
    assert bodies(pair.spacecraft) == [ack]


def test_no_more_transactions_are_opened_than_allowed_and_no_more_replies_kept() -> None:
    spacecraft = CfdpEntity(CfdpSettings(2, 1, max_receiving=3), MemoryFilestore())
    for number in range(200):
        spacecraft.receive(Pdu(PduHeader(1, number, 2), Eof(OK, 0, 10)).encode(), 0.0)
    assert len(spacecraft.reports()) == 3
    assert sum(isinstance(body, Ack) for body in bodies(spacecraft)) == 3
    for number in range(200, 400):
        eof = Eof(ConditionCode.CANCEL_REQUEST_RECEIVED, 0, 0)
        spacecraft.receive(Pdu(PduHeader(1, number, 2), eof).encode(), 0.0)
    assert len(bodies(spacecraft)) == MAX_REPLIES


def test_old_transactions_are_forgotten(pair: Any) -> None:
    pair.stores[0].files["empty"] = b""
    for _ in range(70):
        pair.ground.put("empty", "empty", pair.link.now_s)
        assert pair.link.run(100.0)
    assert len(pair.ground.progress().ended) == len(pair.spacecraft.progress().ended) == 64


def test_sequence_numbers_begin_anew_after_the_last() -> None:
    store = MemoryFilestore({"a": b""})
    ground = CfdpEntity(CfdpSettings(1, 2, sequence_octets=1), store, 0.0, EntityProgress(next_sequence_number=255))
    assert [ground.put("a", "b", 0.0).sequence_number for _ in range(2)] == [255, 0]


def test_frozen_it_sends_nothing_and_no_timer_expires_and_thawed_it_goes_on(pair: Any) -> None:
    pair.ground.put("a", "b", 0.0)
    pair.steps(3)
    for end in (pair.ground, pair.spacecraft):
        end.freeze()
    pair.link.up.clear()
    pair.link.down.clear()
    before = pair.link.up.pdus
    for _ in range(100):
        pair.link.now_s += 100.0
        pair.steps(1)
    assert (pair.ground.frozen, pair.link.up.pdus) == (True, before)
    for end in (pair.ground, pair.spacecraft):
        end.thaw(pair.link.now_s)
    assert pair.link.run(60.0)
    assert pair.arrived == pair.content
    assert pair.link.up.octets < 2 * len(pair.content)
    assert not any(isinstance(told, Suspended | Resumed | Fault) for told in pair.ground.indications())


def test_a_suspended_transaction_is_not_thawed(pair: Any) -> None:
    key = pair.ground.put("a", "b", 0.0)
    pair.ground.suspend(key)
    pair.ground.freeze()
    pair.ground.thaw(1.0)
    assert pair.ground.next_pdu(1.0, 900) is None
    assert pair.ground.reports()[0].suspended
    pair.ground.resume(key, 2.0)
    assert pair.link.run(100.0)
    assert pair.arrived == pair.content


@pytest.mark.parametrize("steps", [0, 1, 3, 4, 5])
def test_cancelled_on_the_ground_it_ends_at_both_ends(pair: Any, steps: int) -> None:
    key = pair.ground.put("a", "b", 0.0)
    pair.steps(steps)
    pair.ground.cancel(key)
    assert pair.link.run(100.0)
    assert pair.arrived is None
    assert not pair.stores[1].incoming
    assert finished(pair.ground) == [ConditionCode.CANCEL_REQUEST_RECEIVED]
    assert finished(pair.spacecraft) in ([ConditionCode.CANCEL_REQUEST_RECEIVED], [])


@pytest.mark.parametrize("steps", [2, 3, 4])
def test_cancelled_on_board_it_ends_at_both_ends(pair: Any, steps: int) -> None:
    key = pair.ground.put("a", "b", 0.0)
    pair.steps(steps)
    pair.spacecraft.cancel(key)
    assert pair.link.run(100.0)
    assert pair.arrived is None
    assert finished(pair.ground) == finished(pair.spacecraft) == [ConditionCode.CANCEL_REQUEST_RECEIVED]


def test_what_is_over_cannot_be_cancelled_suspended_or_resumed(pair: Any) -> None:
    key = TransactionId(1, 0)
    for act in (
        lambda: pair.ground.cancel(key),
        lambda: pair.ground.suspend(key),
        lambda: pair.ground.resume(key, 0.0),
    ):
        with pytest.raises(LocalError, match="transaction"):
            act()


def test_reports_tell_where_it_stands(make_pair: Any) -> None:
    pair = make_pair(content=bytes(2000), keep_alive_s=1.0)
    key = pair.ground.put("a", "b", 0.0)
    pair.steps(15)
    (up,), (down,) = pair.ground.reports(), pair.spacecraft.reports()
    assert (up.transaction, up.sending, up.file_size, down.file_size) == (key, True, 2000, 2000)
    assert 0 < down.octets <= up.octets < 2000
    assert pair.link.run(100.0)
    assert any(isinstance(told, ProgressReported) for told in pair.ground.indications())


@pytest.mark.parametrize("end", [0, 1])
@pytest.mark.parametrize("steps", range(9))
def test_a_restart_at_any_moment_goes_on_from_where_it_was(pair: Any, end: int, steps: int) -> None:
    pair.ground.put("a", "b", 0.0)
    pair.steps(steps)
    pair.restart(end)
    assert pair.link.run(100.0)
    assert pair.arrived == pair.content
    assert pair.link.up.octets < 3 * len(pair.content)


@pytest.mark.parametrize("end", [0, 1])
@pytest.mark.parametrize("steps", range(16))
def test_what_the_journal_lacks_is_passed_again(make_pair: Any, end: int, steps: int) -> None:
    """It is written after indications alone: ranges, positions and acknowledgements in it are old."""
    pair = make_pair(content=bytes(range(256)) * 2)
    pair.ground.put("a", "b", 0.0)
    kept, told = (pair.ground, pair.spacecraft)[end].progress(), []
    for _ in range(steps):
        pair.steps(1)
        entity = (pair.ground, pair.spacecraft)[end]
        new = entity.indications()
        told += new
        kept = entity.progress() if new else kept
    pair.restart(end, kept)
    assert pair.link.run(100.0)
    assert pair.arrived == pair.content
    told += (pair.ground, pair.spacecraft)[end].indications()
    assert [entry.condition for entry in told if isinstance(entry, TransactionFinished)] == [OK]


@pytest.mark.parametrize("steps", [2, 4, 9])
def test_a_journal_lost_on_board_costs_the_file_once_more(make_pair: Any, steps: int) -> None:
    pair = make_pair(content=bytes(range(256)) * 2)
    pair.ground.put("a", "b", 0.0)
    pair.loses_down = lambda pdu: isinstance(Pdu.parse(pdu).body, Finished)
    pair.steps(steps)
    pair.restart(1, EntityProgress())
    pair.loses_down = lambda pdu: False
    assert pair.link.run(100.0)
    assert pair.arrived == pair.content


def test_what_is_to_be_sent_again_outlasts_a_restart(pair: Any) -> None:
    key = pair.ground.put("a", "b", 0.0)
    pair.steps(3)
    header = PduHeader(*key, 2, towards_sender=True)
    pair.ground.receive(Pdu(header, Nak(0, 100, ((10, 20), (40, 90)))).encode(), pair.link.now_s)
    pair.restart(0)
    again = [body for body in bodies(pair.ground) if isinstance(body, FileData)]
    assert [(body.offset, body.end) for body in again[:2]] == [(10, 20), (40, 90)]


@pytest.mark.parametrize("end", [0, 1])
def test_a_cancellation_outlasts_a_restart(pair: Any, end: int) -> None:
    key = pair.ground.put("a", "b", 0.0)
    pair.steps(3)
    (pair.ground, pair.spacecraft)[end].cancel(key)
    pair.restart(end)
    assert pair.link.run(100.0)
    assert finished((pair.spacecraft, pair.ground)[end]) == [ConditionCode.CANCEL_REQUEST_RECEIVED]


def test_what_was_received_outlasts_a_restart(pair: Any) -> None:
    pair.ground.put("a", "b", 0.0)
    pair.steps(4)
    pair.restart(1)
    assert pair.spacecraft.reports()[0].octets == 176


def test_a_suspension_outlasts_a_restart(pair: Any) -> None:
    key = pair.ground.put("a", "b", 0.0)
    pair.steps(2)
    for end in (pair.ground, pair.spacecraft):
        end.suspend(key)
    pair.restart(0)
    pair.restart(1)
    assert [report.suspended for report in pair.ground.reports() + pair.spacecraft.reports()] == [True, True]


@pytest.mark.parametrize(
    "octets",
    [b"", b"\xa1\x01\x61a", b"\xa4\x01\x00\x02\x80\x03\x80\x04\x81\x80", b"\xa2\x01\x00\x02\x81\xa1\x01\x01"],
)
def test_a_journal_that_never_came_from_an_entity_is_refused(octets: bytes) -> None:
    with pytest.raises(RemoteError):
        CfdpEntity(CfdpSettings(1, 2), MemoryFilestore(), 0.0, EntityProgress.parse(octets))


@pytest.mark.parametrize(
    "fields",
    [
        {"peer_id": 1},
        {"entity_id": 256},
        {"pdu_octets": 63},
        {"ack_limit": 0},
        {"nak_timer_s": 0.0},
        {"has_crc": 1},
        {"sequence_octets": 9},
    ],
)
def test_settings_that_cannot_work_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(LocalError):
        CfdpSettings(**({"entity_id": 1, "peer_id": 2} | fields))
