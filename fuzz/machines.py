"""Machines that take one thing after the other: octets say which. The peer may have the keys and mean no good."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from hashlib import shake_128

from fuzz.air import MESSAGES, cfdp_bodies, packets
from fuzz.parser import Parser
from protocol.answer import AnswerAssembler, AnswerBuffer
from protocol.cfdp.entity import CfdpEntity
from protocol.cfdp.header import PduHeader
from protocol.cfdp.memory_filestore import MemoryFilestore
from protocol.cfdp.pdu import Pdu
from protocol.cfdp.progress import EntityProgress
from protocol.cfdp.settings import GROUND_ID, SPACECRAFT_ID, CfdpSettings
from protocol.clcw import Clcw
from protocol.cop1.directive import Directive, DirectiveType
from protocol.cop1.farm import Farm1
from protocol.cop1.fop import Fop1
from protocol.cop1.fop_settings import FopSettings
from protocol.crc import append_crc16
from protocol.errors import LocalError, RemoteError
from protocol.link import GroundLink, SpacecraftAddress, SpacecraftLink
from protocol.messages import AnswerSegment, Missing, decode, encode
from protocol.sdls.link_ends import LinkEnds, new_link_ends
from protocol.sdls.link_keys import SecurityMode
from protocol.sdls.security_store import MemoryStore
from protocol.segments import SegmentJoiner, cut_into_segments
from protocol.tc_frame import TcFrame
from protocol.telecommand import TelecommandState
from protocol.tm_frame import TmFrame

_ADDRESS = SpacecraftAddress()
_FRAME_OCTETS = 128
_TM_DATA_OCTETS = _FRAME_OCTETS - 42
_QUALIFIERS = (None, 0, 1, 127, 128, 255, -1, 1.5, 0.0, 1e9)
_PROMPT_ID = bytes(range(8))
_FILE = bytes(range(200))
_ROOM_OCTETS = 1 << 16


def steps(octets: bytes) -> Iterator[tuple[int, bytes]]:
    """Give what the octets say: a kind, a length and so many octets, again and again."""
    at = 0
    while at + 1 < len(octets):
        kind, length = octets[at : at + 2]
        yield kind, octets[at + 2 : at + 2 + length]
        at += 2 + length


def told(*each: tuple[int, bytes]) -> bytes:
    """Return the octets that say so."""
    return b"".join(bytes([kind, len(part)]) + part for kind, part in each)


def _ends() -> LinkEnds:
    drawn = iter(range(8))
    scid, up, down = _ADDRESS.scid, _ADDRESS.telecommand_vcid, _ADDRESS.telemetry_vcid
    return new_link_ends(scid, up, down, SecurityMode.ENCRYPTED, lambda n: shake_128(bytes([next(drawn)])).digest(n))


_ENDS = _ends()


def _run_cop1(octets: bytes) -> None:
    """FOP-1 and FARM-1 with a link between them that loses, repeats and makes up what it likes."""
    fop, farm, now_s = Fop1(1, 0, FopSettings()), Farm1(1, 0, 10), 0.0
    frame: TcFrame | None = None
    directives = list(DirectiveType)
    for event, of in zip(octets[::2], octets[1::2], strict=False):
        match event % 12:
            case 0:
                fop.transfer_ad(bytes([of]), of, now_s)
            case 1:
                fop.transfer_bd(bytes([of]), of, now_s)
            case 2:
                qualifier = _QUALIFIERS[event // 12 % len(_QUALIFIERS)]
                fop.direct(Directive(directives[of % len(directives)], qualifier), now_s)
            case 3:
                fop.clcw_received(farm.clcw, now_s)
            case 4:
                lockout, wait, retransmit = (bool(event // 12 >> bit & 1) for bit in range(3))
                clcw = Clcw(0, lockout=lockout, wait=wait, retransmit=retransmit, report_value=of)
                fop.clcw_received(clcw, now_s)
            case 5:
                fop.invalid_clcw_received(now_s)
            case 6:
                now_s += of / 10
                fop.tick(now_s)
            case 7:
                frame = fop.next_frame(now_s)
            case 8 if frame is not None:
                farm.receive(frame)
            case 9 if frame is not None:
                fop.frame_refused(frame, now_s)
            case 10:
                farm.set_wait(bool(of & 1))
            case 11:
                bypass, control = bool(of & 1), bool(of & 3 == 3)
                farm.receive(TcFrame(1, 0, bypass, control, 0 if bypass else of, bytes([of // 16])))
        fop.notifications()


def _run_spacecraft_link(octets: bytes) -> None:
    """The spacecraft's end hears octets, and frames that are protected with the right keys."""
    link = SpacecraftLink(_ENDS.flatsat, MemoryStore(), _FRAME_OCTETS, streams=False)
    sender = _ENDS.ground.sender(MemoryStore())
    for n, (kind, part) in enumerate(steps(octets)):
        with suppress(LocalError):  # not a frame that can be sent
            bypass, control = bool(kind & 2), bool(kind & 4)
            frame = TcFrame(_ADDRESS.scid, 0, bypass, control, 0 if bypass else kind >> 3, part)
            part = sender.apply(frame).encode() if kind & 1 else part
        link.receive(part, n / 10)
        link.send(MESSAGES[n % len(MESSAGES)])
        link.next_frame(n / 10)
    TelecommandState.parse(link.receiver.state.encode())


def _run_ground_link(octets: bytes) -> None:
    """The ground's end hears octets, and frames that are protected with the right keys."""
    link = GroundLink(_ENDS.ground, MemoryStore(), _FRAME_OCTETS, _FRAME_OCTETS, FopSettings(timeout_type=0))
    sender = _ENDS.flatsat.sender(MemoryStore())
    link.send(MESSAGES[0])
    for n, (kind, part) in enumerate(steps(octets)):
        with suppress(LocalError):  # not a frame that can be sent
            head, data = part[:6].ljust(6, b"\0"), part[6:].ljust(_TM_DATA_OCTETS, b"\x55")[:_TM_DATA_OCTETS]
            pointer = int.from_bytes(head[:2], "big") & 0x7FF
            frame = TmFrame(_ADDRESS.scid, 0, kind >> 1, kind >> 1, pointer, data, head[2:])
            part = sender.apply(frame).encode() if kind & 1 else part
        link.receive(part, n / 10)
        link.tick(n)
        link.next_frame(n)
        link.delivered()


def _run_cfdp(octets: bytes) -> None:
    """An entity that sends a file, and takes any PDUs; no octets mean that time passes."""
    store = MemoryFilestore({"own": _FILE}, _ROOM_OCTETS)
    entity = CfdpEntity(CfdpSettings(SPACECRAFT_ID, GROUND_ID, pdu_octets=64), store)
    entity.put("own", "theirs", 0.0)
    now_s = 0.0
    for kind, part in steps(octets):
        with suppress(RemoteError):
            entity.receive(append_crc16(part) if kind & 1 else part, now_s)
        _direct(entity, kind >> 3, now_s)
        now_s += 0.1 if part else 60.0
        entity.tick(now_s)
        entity.next_pdu(now_s, 64)
        entity.indications()
    progress = EntityProgress.parse(entity.progress().encode())
    CfdpEntity(CfdpSettings(SPACECRAFT_ID, GROUND_ID, pdu_octets=64), store, now_s, progress)


def _direct(entity: CfdpEntity, kind: int, now_s: float) -> None:
    """Do what an operator may: with the link, or with the transaction that was begun last."""
    newest = [report.transaction for report in entity.reports()[-1:]]
    match kind, newest:
        case 1, _:
            entity.freeze()
        case 2, _:
            entity.thaw(now_s)
        case 3, [transaction]:
            entity.suspend(transaction)
        case 4, [transaction]:
            entity.resume(transaction, now_s)
        case 5, [transaction]:
            entity.cancel(transaction)


def _pdus() -> bytes:
    incoming = PduHeader(GROUND_ID, 0, SPACECRAFT_ID)
    outgoing = PduHeader(SPACECRAFT_ID, 0, GROUND_ID, towards_sender=True)
    return told(*((0, Pdu(header, body).encode()) for header in (incoming, outgoing) for body in cfdp_bodies()))


def _restore_cfdp(octets: bytes) -> None:
    store = MemoryFilestore({"own": _FILE}, _ROOM_OCTETS)
    settings = CfdpSettings(SPACECRAFT_ID, GROUND_ID, pdu_octets=64)
    entity = CfdpEntity(settings, store, 0.0, EntityProgress.parse(octets))
    for now_s in range(0, 600, 60):
        entity.tick(now_s)
        entity.next_pdu(now_s, 64)
    entity.progress().encode()


def _progress() -> list[bytes]:
    entity = CfdpEntity(CfdpSettings(SPACECRAFT_ID, GROUND_ID), MemoryFilestore({"own": _FILE}))
    entity.put("own", "theirs", 0.0)
    fresh = entity.progress().encode()
    header = PduHeader(GROUND_ID, 0, SPACECRAFT_ID)
    for body in cfdp_bodies()[:3]:
        entity.receive(Pdu(header, body).encode(), 0.0)
    return [fresh, entity.progress().encode()]


def _assemble(octets: bytes) -> None:
    """An answer's receiver takes segments, and its sender what the receiver then misses."""
    assembler, buffer = AnswerAssembler(_PROMPT_ID), AnswerBuffer(_PROMPT_ID)
    buffer.append("some words")
    for _, part in steps(octets):
        with suppress(RemoteError, LocalError):  # another prompt's
            message = decode(part)
            if isinstance(message, AnswerSegment):
                assembler.receive(message)
            if isinstance(message, Missing):
                buffer.resend(message)
        buffer.next_segment(5)
        for missing in (assembler.missing(), assembler.gaps()):
            if missing is not None:
                encode(missing)


def _join(octets: bytes) -> None:
    joiner = SegmentJoiner()
    for kind, part in steps(octets):
        joiner.join(bytes([kind]) + part)


def _segments() -> bytes:
    cut = [segment for packet in packets() for segment in cut_into_segments(packet, 40)]
    return told(*((segment[0], segment[1:]) for segment in cut))


def _protected(packet: bytes) -> tuple[int, bytes]:
    """Return the step that sends a packet in one protected BD frame, or a BC frame what looks like a packet."""
    return 3, b"\xc0" + packet


def _telemetry(packet: bytes) -> tuple[int, bytes]:
    return 1, bytes(2) + Clcw(0).encode() + packet


def _cop1_events() -> Sequence[bytes]:
    begin = bytes((2, 3, 7, 0, 8, 0, 3, 0))
    return [
        begin + bytes((0, 1, 7, 0, 8, 0, 0, 2, 7, 0, 3, 0, 6, 60, 7, 0, 8, 0, 3, 0)),
        bytes((1, 9, 7, 0, 8, 0, 11, 6)),
    ]


PARSERS = (
    Parser("COP-1", _run_cop1, (), _cop1_events),
    Parser(
        "link, spacecraft's end",
        _run_spacecraft_link,
        (RemoteError,),
        lambda: [told(*map(_protected, packets())), told((7, b"\0"), (7, b"\x82\0\5"), (41, b"\xc0" + packets()[1]))],
    ),
    Parser("link, ground's end", _run_ground_link, (), lambda: [told(*map(_telemetry, packets()))]),
    Parser("CFDP entity", _run_cfdp, (), lambda: [_pdus()]),
    Parser("CFDP entity restored", _restore_cfdp, (RemoteError,), _progress),
    Parser("answer", _assemble, (), lambda: [told(*((0, encode(message)) for message in MESSAGES))]),
    Parser("segments", _join, (), lambda: [_segments()]),
    Parser(
        "telecommand state",
        lambda octets: TelecommandState.parse(octets).encode(),
        (RemoteError,),
        lambda: [TelecommandState().encode(), TelecommandState(partial=b"\x10").encode()],
    ),
)
"""Their order is that of the corpus: new ones go last."""
