"""What comes from the air once a channel code has made octets of it: frames, packets, messages, files' PDUs, models.

A check sequence that fails hides all behind it. So each reader that demands one stands here twice: as it is, and with
the check put right.
"""

import hashlib
import struct
from collections.abc import Sequence
from io import BytesIO

from fuzz.parser import Parser
from protocol import cbor, messages
from protocol.cfdp.codes import (
    ConditionCode,
    DeliveryCode,
    DirectiveCode,
    FileStatus,
    PromptResponse,
    TransactionStatus,
)
from protocol.cfdp.directives import Ack, Eof, Finished, KeepAlive, Metadata, Nak, Prompt
from protocol.cfdp.header import PduHeader
from protocol.cfdp.pdu import Body, FileData, Pdu
from protocol.clcw import Clcw
from protocol.cop1.control_command import SetVr, Unlock, parse_control_command
from protocol.crc import append_crc16
from protocol.errors import RemoteError
from protocol.model_package.chunk import read_chunk, write_chunk
from protocol.model_package.lora_settings import parse_lora_settings
from protocol.model_package.manifest import FileEntry, Manifest, PackageKind, SelfTestPrompt
from protocol.model_package.package import read_manifest, read_package, write_package
from protocol.space_packet import SpacePacket, idle_packet, take_packets
from protocol.tc_frame import TcFrame
from protocol.tm_frame import TmFrame

_REFUSED = (RemoteError,)
_PROMPT_ID = bytes(range(8))
_CHUNK_OCTETS = 1024
_BASE = bytes(range(256)) * 16
_END = messages.AnswerEnd(messages.FinishReason.STOP, 9, 3, 0.5, 8.25, 41.5, 3, 2.0, 0.25)
MESSAGES: tuple[messages.Message, ...] = (
    messages.Prompt(_PROMPT_ID, "Why is the sky blue?", 64, 0.5, 7, ("\n", "?"), 60.0),
    messages.Prompt(_PROMPT_ID, "And the sea?", 64, system="Be brief.", turns=("Why is the sky blue?", "Air.")),
    messages.Accepted(_PROMPT_ID, 2),
    messages.AnswerSegment(_PROMPT_ID, 0, "Air scatters "),
    messages.AnswerSegment(_PROMPT_ID, 1, "blue light.", _END),
    messages.Missing(_PROMPT_ID, (0, 2, 5), 7),
    messages.Cancel(_PROMPT_ID),
    messages.Refusal(_PROMPT_ID, messages.RefusalReason.QUEUE_FULL, "8 prompts wait"),
    messages.Health(12.5, 1, True, 10, 2, 7.9, 0.5, 21.0, True, 0),
    messages.Health(12.5, 1, True, 10, 2, uplink_es_n0_db=9.5, uplink_offset_hz=-1500.5),
    messages.Confirm((_PROMPT_ID, bytes(8))),
)


class _Sink(BytesIO):
    """Takes what is written, and keeps none of it."""

    def write(self, octets: object, /) -> int:
        return len(memoryview(octets))  # type: ignore[arg-type]


def packets() -> list[bytes]:
    """Return a space packet for each message, and an idle one."""
    encoded = (messages.encode(message) for message in MESSAGES)
    return [*(SpacePacket(0x10, True, n, data).encode() for n, data in enumerate(encoded)), idle_packet(20)]


def _tc_frames() -> list[bytes]:
    kinds = ((False, False, 5), (True, False, 0), (True, True, 0))
    return [TcFrame(0x2A5, 0, bypass, control, n, b"\xc0abc").encode() for bypass, control, n in kinds]


def _tm_frames() -> list[bytes]:
    ocf = Clcw(0, lockout=True, report_value=3).encode()
    return [TmFrame(0x2A5, 0, 1, 2, 0, packets()[1], each).encode() for each in (ocf, None)]


def cfdp_bodies() -> list[Body]:
    """Return a body of each kind of PDU."""
    return [
        Metadata(300, "model.gguf", "new.gguf", messages=(b"install",)),
        FileData(128, bytes(32)),
        Eof(ConditionCode.NO_ERROR, 0x1234, 300),
        Eof(ConditionCode.CANCEL_REQUEST_RECEIVED, 0, 128, fault_entity=1),
        Finished(ConditionCode.NO_ERROR, DeliveryCode.COMPLETE, FileStatus.RETAINED),
        Ack(DirectiveCode.EOF, ConditionCode.NO_ERROR, TransactionStatus.ACTIVE),
        Nak(0, 300, ((0, 0), (128, 160))),
        Prompt(PromptResponse.NAK),
        KeepAlive(160),
    ]


def _pdus() -> list[bytes]:
    wide = PduHeader(1, 7, 2, large_file=True, entity_octets=8, sequence_octets=8)
    return [Pdu(header, body).encode() for body in cfdp_bodies() for header in (PduHeader(1, 0, 2), wide)]


def _read_pdu_mended(octets: bytes) -> bytes:
    """Read a PDU whose flag of a CRC is set, with the right one."""
    flagged = bytes([octets[0] | 2]) + octets[1:] if octets else b""
    return Pdu.parse(append_crc16(flagged)).encode()


def _pdus_to_mend() -> list[bytes]:
    header = PduHeader(1, 0, 2, has_crc=True)
    return [Pdu(header, body).encode()[:-2] for body in cfdp_bodies()]


def _manifests() -> list[Manifest]:
    def entry(path: str, base: str | None = None) -> FileEntry:
        return FileEntry(path, len(_BASE), hashlib.sha256(_BASE).digest(), base)

    tests = (SelfTestPrompt("2 + 2 =", expect="4"),)
    adapter = (entry("adapter_config.json"), entry("adapter_model.safetensors"))
    return [
        Manifest("tiny", PackageKind.FULL, (entry("tiny.gguf"),), self_tests=tests),
        Manifest("tiny-2", PackageKind.PATCH, (entry("tiny.gguf", "old.gguf"),), bytes(32)),
        Manifest("poet", PackageKind.LORA, adapter, bytes(32)),
    ]


def _packages() -> list[bytes]:
    out = [BytesIO() for _ in _manifests()]
    for stream, manifest in zip(out, _manifests(), strict=True):
        write_package(stream, manifest, lambda _: BytesIO(_BASE), lambda _: BytesIO(_BASE[::-1]), lambda _: None)
    return [stream.getvalue() for stream in out]


def _read_package(octets: bytes) -> Manifest:
    stream = BytesIO(octets)
    manifest = read_manifest(stream)
    read_package(stream, manifest, lambda _: BytesIO(_BASE[::-1]), lambda _: _Sink(), lambda _: None)
    return manifest


def _read_package_mended(octets: bytes) -> Manifest:
    """Read a package whose manifest, told by a length of two octets, has the right SHA-256."""
    length = int.from_bytes(octets[:2], "big")
    manifest, rest = octets[2 : 2 + length], octets[2 + length :]
    head = struct.pack(">6sHI32s", b"LMPACK", 1, len(manifest), hashlib.sha256(manifest).digest())
    return _read_package(head + manifest + rest)


def _packages_to_mend() -> list[bytes]:
    starts = [len(manifest.encode()) for manifest in _manifests()]
    return [n.to_bytes(2, "big") + package[44:] for n, package in zip(starts, _packages(), strict=True)]


def _chunks() -> list[bytes]:
    data = _BASE[:_CHUNK_OCTETS]
    noise = hashlib.shake_128(b"base").digest(2 * _CHUNK_OCTETS)
    near = noise[:500] + b"!" + noise[501:_CHUNK_OCTETS]
    return [write_chunk(data, 0, len(data), None), write_chunk(near, 0, len(near), BytesIO(noise))]


def _lora_settings() -> Sequence[bytes]:
    return (
        b'{"peft_type": "LORA", "r": 8, "lora_alpha": 16, "bias": "none", "target_modules": ["q_proj"]}',
        b'{"r": 4, "lora_alpha": 8.5, "use_rslora": true, "rank_pattern": {"^model.q_proj": 2}, "alpha_pattern": {}}',
    )


PARSERS = (
    Parser("TC frame", lambda octets: TcFrame.parse(octets).encode(), _REFUSED, _tc_frames),
    Parser(
        "TC frame, FECF mended",
        lambda octets: TcFrame.parse(append_crc16(octets)).encode(),
        _REFUSED,
        lambda: [frame[:-2] for frame in _tc_frames()],
    ),
    Parser("TM frame", lambda octets: TmFrame.parse(octets).encode(), _REFUSED, _tm_frames),
    Parser(
        "TM frame, FECF mended",
        lambda octets: TmFrame.parse(append_crc16(octets)).encode(),
        _REFUSED,
        lambda: [frame[:-2] for frame in _tm_frames()],
    ),
    Parser(
        "CLCW",
        lambda octets: Clcw.parse(octets).encode(),
        _REFUSED,
        lambda: [Clcw(0).encode(), Clcw(1, wait=True, retransmit=True, report_value=255).encode()],
    ),
    Parser(
        "control command",
        lambda octets: parse_control_command(octets).encode(),
        _REFUSED,
        lambda: [Unlock().encode(), SetVr(7).encode()],
    ),
    Parser("space packet", lambda octets: SpacePacket.parse(octets).encode(), _REFUSED, lambda: packets()[:-1]),
    Parser(
        "space packet, CRC mended",
        lambda octets: SpacePacket.parse(append_crc16(octets)).encode(),
        _REFUSED,
        lambda: [packet[:-2] for packet in packets()[:-1]],
    ),
    Parser("packets end to end", take_packets, _REFUSED, lambda: [b"".join(packets())]),
    Parser("CBOR map", cbor.unpack, _REFUSED, lambda: [messages.encode(message) for message in MESSAGES]),
    Parser(
        "message",
        lambda octets: messages.encode(messages.decode(octets)),
        _REFUSED,
        lambda: [messages.encode(message) for message in MESSAGES],
    ),
    Parser("CFDP PDU", lambda octets: Pdu.parse(octets).encode(), _REFUSED, _pdus),
    Parser("CFDP PDU, CRC mended", _read_pdu_mended, _REFUSED, _pdus_to_mend),
    Parser(
        "model manifest",
        lambda octets: Manifest.decode(octets).encode(),
        _REFUSED,
        lambda: [manifest.encode() for manifest in _manifests()],
    ),
    Parser("model package", _read_package, _REFUSED, _packages),
    Parser("model package, manifest mended", _read_package_mended, _REFUSED, _packages_to_mend),
    Parser(
        "chunk of a model",
        lambda octets: read_chunk(BytesIO(octets), _CHUNK_OCTETS, BytesIO(_BASE)),
        _REFUSED,
        _chunks,
    ),
    Parser("LoRA settings", parse_lora_settings, _REFUSED, _lora_settings),
)
"""Their order is that of the corpus: new ones go last."""
