"""Transfers to and from cfdp-py, an implementation that shares nothing with ours; and its parser beside ours."""

from collections import deque
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.cfdp.codes import ChecksumType, ConditionCode, DeliveryCode
from protocol.cfdp.directives import Eof, Finished, Metadata, Nak
from protocol.cfdp.entity import CfdpEntity
from protocol.cfdp.header import PduHeader
from protocol.cfdp.indications import TransactionFinished
from protocol.cfdp.memory_filestore import MemoryFilestore
from protocol.cfdp.pdu import FileData, Pdu
from protocol.cfdp.settings import CfdpSettings

pytest.importorskip("cfdppy")

from cfdppy import CfdpUserBase, LocalEntityConfig, PutRequest, RemoteEntityConfig, RemoteEntityConfigTable
from cfdppy.exceptions import (
    InvalidPduForDestHandler,
    NoRemoteEntityConfigFound,
    PduIgnoredForDest,
    PduIgnoredForSource,
)
from cfdppy.filestore import NativeFilestore
from cfdppy.handler import DestHandler, SourceHandler
from cfdppy.mib import CheckTimerProvider, DefaultFaultHandlerBase, IndicationConfig
from spacepackets import countdown
from spacepackets.cfdp import ChecksumType as PeerChecksumType
from spacepackets.cfdp import ConditionCode as PeerConditionCode
from spacepackets.cfdp import MessageToUserTlv, TransmissionMode
from spacepackets.cfdp.pdu import EofPdu, PduFactory
from spacepackets.countdown import Countdown
from spacepackets.seqcount import SeqCountProvider
from spacepackets.util import ByteFieldU8

CONTENT = Random(3).randbytes(50_000)
OURS, THEIRS = 1, 2


class Faults(DefaultFaultHandlerBase):
    def notice_of_suspension_cb(self, *_: object) -> None:
        pass

    notice_of_cancellation_cb = abandoned_cb = ignore_cb = notice_of_suspension_cb


class CheckTimers(CheckTimerProvider):
    def provide_check_timer(self, *_: object, **__: object) -> Countdown:
        return Countdown.from_seconds(5.0)


class User(CfdpUserBase):
    def __init__(self) -> None:
        super().__init__(vfs=NativeFilestore())
        self.finished: list[Any] = []
        self.metadata: list[Any] = []

    def transaction_finished_indication(self, params: Any) -> None:
        self.finished.append(params.finished_params)

    def metadata_recv_indication(self, params: Any) -> None:
        self.metadata.append(params)

    def _ignore(self, *_: object) -> None:
        pass

    transaction_indication = eof_sent_indication = file_segment_recv_indication = report_indication = _ignore
    suspended_indication = resumed_indication = fault_indication = abandoned_indication = eof_recv_indication = _ignore


def peer_parse(octets: bytes) -> Any:
    pdu = PduFactory.from_raw(octets)
    if isinstance(pdu, EofPdu):  # spacepackets 0.32 leaves the condition code where it stands, 4 bits too high
        pdu.condition_code = PeerConditionCode(pdu.condition_code >> 4)
    return pdu


class Peer:
    """A handler of cfdp-py behind the calls that our entity has."""

    def __init__(self, handler_kind: type, checksum: int, crc: bool, nak_limit: int = 50) -> None:
        self.user = User()
        remote = RemoteEntityConfig(
            ByteFieldU8(OURS),
            None,
            512,
            closure_requested=False,
            crc_on_transmission=crc,
            default_transmission_mode=TransmissionMode.ACKNOWLEDGED,
            crc_type=PeerChecksumType(checksum),
            positive_ack_timer_interval_seconds=2.0,
            positive_ack_timer_expiration_limit=50,
            nak_timer_interval_seconds=2.0,
            nak_timer_expiration_limit=nak_limit,
        )
        local = LocalEntityConfig(ByteFieldU8(THEIRS), IndicationConfig(), Faults())
        more = (SeqCountProvider(16),) if handler_kind is SourceHandler else ()
        self.handler = handler_kind(local, self.user, RemoteEntityConfigTable([remote]), CheckTimers(), *more)
        self.outgoing: deque[bytes] = deque()

    def receive(self, octets: bytes) -> None:
        self.step(peer_parse(octets))

    def step(self, pdu: Any = None) -> None:
        # the last: it answers no Finished that is repeated because its ACK was lost; ours then gives up asking
        with suppress(PduIgnoredForSource, PduIgnoredForDest, InvalidPduForDestHandler, NoRemoteEntityConfigFound):
            self.handler.state_machine(pdu)
        while (holder := self.handler.get_next_packet()) is not None:
            self.outgoing.append(bytes(holder.pdu.pack()))


class Session:
    """Our entity and a peer, in simulated time, over a link that loses in both directions."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, entity: CfdpEntity, peer: Peer, loss: float, seed: int) -> None:
        self.now_s = 0.0
        monkeypatch.setattr(countdown, "time_ms", lambda: round(self.now_s * 1000))
        self.entity, self.peer, self.loss, self.rng = entity, peer, loss, Random(seed)

    def run(self, max_s: float = 600.0) -> None:
        while self.now_s < max_s and (self.entity.reports() or self.peer.handler.state.value):
            self.now_s += 0.02
            pdu = self.entity.next_pdu(self.now_s, 512)
            if pdu is not None and self.rng.random() >= self.loss:
                self.peer.receive(pdu)
            else:
                self.peer.step()
            while self.peer.outgoing:
                octets = self.peer.outgoing.popleft()
                if self.rng.random() >= self.loss:
                    self.entity.receive(octets, self.now_s)
            self.entity.tick(self.now_s)
        assert self.now_s < max_s


def our_entity(store: MemoryFilestore, **settings: Any) -> CfdpEntity:
    return CfdpEntity(CfdpSettings(OURS, THEIRS, pdu_octets=512, ack_timer_s=2.0, nak_timer_s=2.0, **settings), store)


def finished(entity: CfdpEntity) -> list[tuple[ConditionCode, DeliveryCode]]:
    told = [entry for entry in entity.indications() if isinstance(entry, TransactionFinished)]
    return [(entry.condition, entry.delivery) for entry in told]


COMPLETE = [(ConditionCode.NO_ERROR, DeliveryCode.COMPLETE)]
CASES = pytest.mark.parametrize(
    ("checksum", "crc", "loss", "size"),
    [
        (ChecksumType.CRC_32, False, 0.0, 50_000),
        (ChecksumType.MODULAR, True, 0.0, 49_999),
        (ChecksumType.NULL, False, 0.0, 1),
        (ChecksumType.CRC_32, False, 0.0, 0),
        (ChecksumType.CRC_32, False, 0.1, 50_000),
        (ChecksumType.MODULAR, True, 0.1, 50_000),
    ],
)


@CASES
def test_our_sender_to_its_receiver(
    checksum: ChecksumType, crc: bool, loss: float, size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entity = our_entity(MemoryFilestore({"a": CONTENT[:size]}), checksum_type=checksum, has_crc=crc)
    peer = Peer(DestHandler, checksum, crc)
    session = Session(monkeypatch, entity, peer, loss, seed=1)
    entity.put("a", str(tmp_path / "b"), 0.0, (b"hello",))
    session.run()
    assert (tmp_path / "b").read_bytes() == CONTENT[:size]
    assert finished(entity) == COMPLETE
    assert [message.value for message in peer.user.metadata[0].msgs_to_user] == [b"hello"]


@CASES
def test_its_sender_to_our_receiver(
    checksum: ChecksumType, crc: bool, loss: float, size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = MemoryFilestore()
    entity = our_entity(store)
    peer = Peer(SourceHandler, checksum, crc)
    session = Session(monkeypatch, entity, peer, loss, seed=1)
    (tmp_path / "a").write_bytes(CONTENT[:size])
    message = MessageToUserTlv(b"hello")
    request = PutRequest(ByteFieldU8(OURS), tmp_path / "a", Path("b"), None, None, msgs_to_user=[message])
    peer.handler.put_request(request)
    session.run()
    assert store.files == {"b": CONTENT[:size]}
    assert finished(entity) == COMPLETE
    assert len(peer.user.finished) == 1


def test_our_cancellation_reaches_its_receiver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entity = our_entity(MemoryFilestore({"a": CONTENT}))
    peer = Peer(DestHandler, ChecksumType.CRC_32, crc=False)
    session = Session(monkeypatch, entity, peer, 0.0, seed=1)
    key = entity.put("a", str(tmp_path / "b"), 0.0)
    with pytest.raises(AssertionError):
        session.run(max_s=0.5)
    entity.cancel(key)
    session.run()
    assert peer.user.finished[0].condition_code == ConditionCode.CANCEL_REQUEST_RECEIVED


@pytest.mark.parametrize(
    "body",
    [
        Metadata(7, "source", "destination", ChecksumType.CRC_32, messages=(b"one", b"two")),
        Eof(ConditionCode.NO_ERROR, 0x01020304, 99),
        Eof(ConditionCode.INACTIVITY_DETECTED, 0, 99, fault_entity=1),
        Finished(ConditionCode.FILE_SIZE_ERROR, DeliveryCode.INCOMPLETE, 2, fault_entity=2),  # type: ignore[arg-type]
        Nak(0, 1000, ((0, 0), (10, 20), (500, 1000))),
    ],
    ids=lambda body: type(body).__name__,
)
@pytest.mark.parametrize("large_file", [False, True])
@pytest.mark.parametrize("has_crc", [False, True])
def test_its_parser_and_encoder_agree_with_ours(body: Any, large_file: bool, has_crc: bool) -> None:
    towards_sender = isinstance(body, Finished | Nak)
    octets = Pdu(PduHeader(1, 2, 3, towards_sender, large_file=large_file, has_crc=has_crc), body).encode()
    assert bytes(peer_parse(octets).pack()) == octets


@given(offset=st.integers(0, 2**32 - 1), data=st.binary(min_size=1, max_size=50), has_crc=st.booleans())
def test_its_file_data_agree_with_ours(offset: int, data: bytes, has_crc: bool) -> None:
    octets = Pdu(PduHeader(1, 2, 3, has_crc=has_crc), FileData(offset, data)).encode()
    peer = peer_parse(octets)
    assert (peer.offset, bytes(peer.file_data), bytes(peer.pack())) == (offset, data, octets)
