"""Whole transfers over a link that loses."""

from random import Random

import pytest

from protocol.cfdp.codes import ConditionCode, DirectiveCode
from protocol.cfdp.entity import CfdpEntity
from protocol.cfdp.indications import TransactionFinished
from protocol.cfdp.lossy_link import transfer
from protocol.cfdp.memory_filestore import MemoryFilestore
from protocol.cfdp.pdu import Pdu
from protocol.cfdp.settings import CfdpSettings

CONTENT = Random(5).randbytes(10_000_000)


@pytest.mark.parametrize("pdu_octets", [900, 200])
def test_ten_megabytes_at_a_tenth_lost_cost_no_more_than_1_2_times_their_octets(pdu_octets: int) -> None:
    content = CONTENT if pdu_octets == 900 else CONTENT[:2_000_000]
    came = transfer(content, pdu_octets, loss=0.1, seed=1)
    assert came.closed
    assert came.right_file
    assert came.octets_up <= 1.2 * len(content)


def test_nothing_is_sent_twice_that_was_not_lost() -> None:
    came = transfer(CONTENT[:1_000_000], 900, loss=0.0, seed=1)
    assert came.pdus_up == -(-1_000_000 // 888) + 3  # Metadata, EOF, ACK of the Finished


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("size", [0, 1, 100_000])
def test_it_closes_with_three_tenths_lost(size: int, seed: int) -> None:
    came = transfer(CONTENT[:size], 900, loss=0.3, seed=seed)
    assert came.closed
    assert came.right_file


@pytest.mark.parametrize("loss", [0.0, 0.1])
@pytest.mark.parametrize("kind", DirectiveCode)
def test_it_closes_with_the_first_of_any_directive_lost(kind: DirectiveCode, loss: float) -> None:
    came = transfer(CONTENT[:20_000], 900, loss, seed=2, lost_first=kind)
    assert came.closed
    assert came.right_file
    assert came.link_s < 60.0


def test_a_peer_that_is_not_there_is_a_fault(make_pair: type) -> None:
    pair = make_pair(ack_timer_s=1.0, ack_limit=5)
    pair.loses_up = lambda pdu: True
    pair.ground.put("a", "b", 0.0)
    assert pair.link.run(100.0)
    (told,) = [entry for entry in pair.ground.indications() if isinstance(entry, TransactionFinished)]
    assert told.condition is ConditionCode.POSITIVE_ACK_LIMIT_REACHED


def test_a_nak_of_everything_costs_one_segment_at_a_time() -> None:
    """10,000 NAKs of the whole file are answered by the file once more."""
    store = MemoryFilestore({"a": CONTENT[:100_000]})
    ground = CfdpEntity(CfdpSettings(1, 2), store)
    key = ground.put("a", "b", 0.0)
    first = list(iter(lambda: ground.next_pdu(0.0, 900), None))
    header = Pdu.parse(first[0]).header.reply()
    nak = header.encode(is_file_data=False, data_field_octets=17) + bytes([8])
    nak += b"".join(offset.to_bytes(4, "big") for offset in (0, 99_999, 0, 100_000))
    for _ in range(10_000):
        ground.receive(nak, 0.0)
    assert ground.reports()[0].transaction == key
    again = list(iter(lambda: ground.next_pdu(0.0, 900), None))
    assert len(again) == len(first) - 2
