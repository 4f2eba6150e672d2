import json
from pathlib import Path
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
from protocol.cfdp.header import PduHeader, TransactionId
from protocol.cfdp.pdu import Body, FileData, Pdu
from protocol.crc import append_crc16
from protocol.errors import LocalError, RemoteError

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "cfdp.json").read_text())["vectors"]
PDUS = {vector["name"]: vector for vector in GOLDEN if vector["category"] == "cfdp_pdu"}
BAD = [vector for vector in GOLDEN if vector["category"] == "cfdp_pdu_bad"]

OFFSETS = st.integers(0, 2**32 - 1)
CONDITIONS = st.sampled_from(ConditionCode)
FAULTS = st.sampled_from([code for code in ConditionCode if code])
NAMES = st.text(max_size=60)
BODIES: st.SearchStrategy[Body] = st.one_of(
    st.builds(
        Metadata,
        file_size=OFFSETS,
        source_name=NAMES,
        destination_name=NAMES,
        checksum_type=st.integers(0, 15),
        closure_requested=st.booleans(),
        messages=st.lists(st.binary(max_size=255), max_size=3).map(tuple),
    ),
    st.builds(Eof, condition=CONDITIONS, checksum=OFFSETS, file_size=OFFSETS),
    st.builds(Eof, condition=FAULTS, checksum=OFFSETS, file_size=OFFSETS, fault_entity=st.integers(0, 2**64 - 1)),
    st.builds(
        Finished, condition=CONDITIONS, delivery=st.sampled_from(DeliveryCode), file_status=st.sampled_from(FileStatus)
    ),
    st.builds(
        Ack,
        directive=st.sampled_from([DirectiveCode.EOF, DirectiveCode.FINISHED]),
        condition=CONDITIONS,
        status=st.sampled_from(TransactionStatus),
    ),
    st.builds(
        Nak,
        scope_start=OFFSETS,
        scope_end=OFFSETS,
        requests=st.lists(st.tuples(OFFSETS, OFFSETS), max_size=9).map(tuple),
    ),
    st.builds(Prompt, response=st.sampled_from(PromptResponse)),
    st.builds(KeepAlive, progress=OFFSETS),
    st.builds(FileData, offset=OFFSETS, data=st.binary(max_size=300)),
)


@st.composite
def headers(draw: st.DrawFn) -> PduHeader:
    entity_octets, sequence_octets = draw(st.integers(1, 8)), draw(st.integers(1, 8))
    ids = st.integers(0, 2 ** (8 * entity_octets) - 1)
    return PduHeader(
        draw(ids),
        draw(st.integers(0, 2 ** (8 * sequence_octets) - 1)),
        draw(ids),
        *(draw(st.booleans()) for _ in range(4)),
        entity_octets,
        sequence_octets,
        draw(st.integers(0, 1)),
    )


HEADER = PduHeader(1, 2, 3)
_WHOLE = DeliveryCode.COMPLETE, FileStatus.RETAINED


@given(header=headers(), body=BODIES)
def test_round_trip(header: PduHeader, body: Body) -> None:
    assert Pdu.parse(Pdu(header, body).encode()) == Pdu(header, body)


@given(octets=st.binary(max_size=80))
def test_any_octets_parse_or_are_refused(octets: bytes) -> None:
    try:
        pdu = Pdu.parse(octets)
    except RemoteError:
        return
    assert Pdu.parse(pdu.encode()) == pdu


@given(header=headers(), body=BODIES, data=st.data())
def test_octets_like_those_of_a_pdu_parse_or_are_refused(header: PduHeader, body: Body, data: st.DataObject) -> None:
    octets = bytearray(Pdu(header, body).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    field = len(octets) - 4 - 2 * ((octets[3] >> 4 & 7) + 1) - (octets[3] & 7) - 1
    octets[1:3] = max(0, field).to_bytes(2, "big")
    if octets[0] & 2 and data.draw(st.booleans()):
        octets = bytearray(append_crc16(bytes(octets[:-2])))
    try:
        pdu = Pdu.parse(bytes(octets))
    except RemoteError:
        return
    assert Pdu.parse(pdu.encode()) == pdu


@given(header=headers(), body=BODIES, data=st.data())
def test_with_a_crc_no_flipped_bit_passes(header: PduHeader, body: Body, data: st.DataObject) -> None:
    octets = bytearray(Pdu(PduHeader(1, 2, 3, has_crc=True), body).encode())
    bit = data.draw(st.integers(0, 8 * len(octets) - 1).filter(lambda bit: bit != 6))  # the CRC flag itself
    octets[bit // 8] ^= 0x80 >> bit % 8
    with pytest.raises(RemoteError):
        Pdu.parse(bytes(octets))


EXPECTED: dict[str, tuple[TransactionId, int, Body]] = {
    "EOF inactivity detected": (
        TransactionId(0x18, 1),
        0x15,
        Eof(ConditionCode.INACTIVITY_DETECTED, 0, 0x65FC),
    ),
    "EOF no error, zero size": (TransactionId(0, 0), 0, Eof(ConditionCode.NO_ERROR, 0, 0)),
    "Finished": (
        TransactionId(0, 0),
        0,
        Finished(ConditionCode.NO_ERROR, DeliveryCode.COMPLETE, FileStatus.UNREPORTED),
    ),
    "ACK of Finished, cc none, status terminated": (
        TransactionId(2, 1),
        3,
        Ack(DirectiveCode.FINISHED, ConditionCode.NO_ERROR, TransactionStatus.TERMINATED),
    ),
}


@pytest.mark.parametrize("name", PDUS)
def test_golden_pdus(name: str) -> None:
    octets = bytes.fromhex(PDUS[name]["input"])
    pdu = Pdu.parse(octets)
    assert (pdu.header.transaction, pdu.header.destination_id, pdu.body) == EXPECTED[name]
    assert pdu.header.acknowledged
    assert pdu.encode() == octets


@pytest.mark.parametrize("vector", BAD, ids=lambda vector: vector["name"])
def test_golden_malformed_pdus_are_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(RemoteError):
        Pdu.parse(bytes.fromhex(vector["input"]))


@pytest.mark.parametrize(
    ("what", "octets"),
    [
        ("PDU header", "200000"),
        ("PDU length", "20000a0000000004000000000000000000" + "00"),
        ("PDU header", "40000a0000000004000000000000000000"),  # version 2
        ("segment metadata", "30000508000000" + "0000000000"),
        ("file directive", "20000000000000"),
        ("DirectiveCode", "2000010000000000"),
        ("ConditionCode", "20000a00000000" + "04c0000000000000000000"[:20]),
        ("EOF PDU", "2000090000000004000000000000000000"[:32]),
        ("EOF PDU", "20000d00000000" + "04f00000000000000000" + "060500"),
        ("EOF PDU", "20000c00000000" + "04f00000000000000000" + "0600"),
        ("ACK PDU", "200003000000000670" + "01"),
        ("ACK PDU", "20000400000000065001" + "00"),
        ("NAK PDU", "20000500000000" + "0800000000"),
        ("NAK PDU", "20000d00000000" + "08" + "00" * 12),
        ("Metadata PDU", "20000900000000" + "070000000000" + "01ff00"),
        ("File Data PDU", "30000300000000" + "000000"),
        ("File Data PDU", "30000500000000" + "ffffffff" + "00"),
        ("Keep Alive PDU", "20000600000000" + "0c0000000000"),
    ],
)
def test_what_is_malformed_is_named(what: str, octets: str) -> None:
    with pytest.raises(RemoteError, match=what):
        Pdu.parse(bytes.fromhex(octets))


def test_the_fixed_header_stands_as_in_the_standard() -> None:
    header = PduHeader(
        0x0102, 0x030405, 0x0607, towards_sender=True, has_crc=True, large_file=True, entity_octets=2, sequence_octets=3
    )
    octets = Pdu(header, KeepAlive(9)).encode()
    # version 1, directive, towards the sender, acknowledged, CRC, large file: 001 0 1 0 1 1
    assert octets[:11].hex() == "2b" + "000b" + "12" + "0102" + "030405" + "0607"
    assert octets[11:-2].hex() == "0c" + "0000000000000009"


def test_other_tlvs_of_metadata_are_passed_over() -> None:
    metadata = Metadata(5, "a", "b", messages=(b"hello",))
    octets = Pdu(HEADER, metadata).encode()
    override, label = "040111", "0500"  # fault handler override, flow label
    longer = (
        octets[:1] + (len(octets) - HEADER.octets + 5).to_bytes(2, "big") + octets[3:] + bytes.fromhex(override + label)
    )
    assert Pdu.parse(longer).body == metadata


@pytest.mark.parametrize("body", [Eof(ConditionCode.NO_ERROR, 1, 2), Finished(ConditionCode.NO_ERROR, *_WHOLE)])
def test_a_fault_location_without_a_fault_is_passed_over(body: Body) -> None:
    octets = Pdu(HEADER, body).encode() + bytes.fromhex("060105")
    told = (len(octets) - HEADER.octets).to_bytes(2, "big")
    assert Pdu.parse(octets[:1] + told + octets[3:]).body == body


def test_what_needs_a_large_file_is_the_callers_mistake() -> None:
    with pytest.raises(LocalError, match="large file"):
        Pdu(HEADER, FileData(2**32, b"")).encode()
    large = Pdu(PduHeader(1, 2, 3, large_file=True), FileData(2**32, b"x"))
    assert Pdu.parse(large.encode()) == large


@pytest.mark.parametrize(
    ("make", "fields"),
    [
        (PduHeader, {"source_id": 256, "sequence_number": 0, "destination_id": 0}),
        (PduHeader, {"source_id": 0, "sequence_number": 65536, "destination_id": 0}),
        (PduHeader, {"source_id": 0, "sequence_number": 0, "destination_id": 0, "entity_octets": 9}),
        (Metadata, {"file_size": -1, "source_name": "", "destination_name": ""}),
        (Metadata, {"file_size": 0, "source_name": "x" * 256, "destination_name": ""}),
        (Metadata, {"file_size": 0, "source_name": "", "destination_name": "", "messages": (bytes(256),)}),
        (Eof, {"condition": ConditionCode.NO_ERROR, "checksum": 0, "file_size": 0, "fault_entity": 1}),
        (
            Ack,
            {"directive": DirectiveCode.NAK, "condition": ConditionCode.NO_ERROR, "status": TransactionStatus.ACTIVE},
        ),
        (Nak, {"scope_start": 0, "scope_end": 0, "requests": ((0, -1),)}),
        (FileData, {"offset": 0, "data": bytes(65536)}),
    ],
)
def test_a_field_out_of_range_is_the_callers_mistake(make: type, fields: dict[str, Any]) -> None:
    with pytest.raises(LocalError):
        make(**fields)
