"""What the MAC covers: octets put together by hand, every single bit, and vectors of others."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from protocol.crc import append_crc16
from protocol.errors import RemoteError
from protocol.sdls.association import Direction, SecurityAssociation, Service
from protocol.sdls.frame_cipher import OVERHEAD_OCTETS
from protocol.sdls.key_ring import KeyRing
from protocol.sdls.link_ends import LinkEnds
from protocol.sdls.link_keys import SecurityMode
from protocol.sdls.receiver import SecurityReceiver
from protocol.sdls.rejection import RejectedFrameError, Rejection
from protocol.sdls.security_store import MemoryStore
from protocol.sdls.sender import SecuritySender
from protocol.tc_frame import TcFrame
from protocol.tm_frame import TmFrame

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "sdls.json").read_text())["vectors"]
GCM = [vector for vector in GOLDEN if vector["category"] == "gcm"]
MALFORMED = [vector for vector in GOLDEN if vector["category"] == "malformed_tc"]
CRYPTOLIB = next(vector for vector in GOLDEN if "GCM_IV_AND_ARSN" in vector["name"])
YAMCS = next(vector for vector in GOLDEN if vector["category"] == "sdls_key")
FIRST_IV = (1).to_bytes(12, "big")


@pytest.mark.parametrize("vector", GCM, ids=lambda vector: vector["name"])
def test_the_cipher_is_nists(vector: dict[str, Any]) -> None:
    key, iv, data, covered = (bytes.fromhex(vector["input"][name]) for name in ("key", "iv", "pt", "aad"))
    assert AESGCM(key).encrypt(iv, data, covered).hex() == vector["expected"]["ct"] + vector["expected"]["tag"]


@pytest.mark.parametrize(
    "step", [s for s in CRYPTOLIB["expected"] if s["expect"] == "SUCCESS"], ids=lambda s: s["step"]
)
def test_the_cipher_reads_cryptolibs_frames(step: dict[str, Any]) -> None:
    octets = bytes.fromhex(step["frame_hex"])
    key = bytes.fromhex(CRYPTOLIB["input"]["key"])
    assert AESGCM(key).decrypt(octets[8:20], octets[22:], bytes(22)).hex() == step["gcm"]["pt"]


@pytest.mark.parametrize("vector", MALFORMED, ids=lambda vector: vector["name"])
def test_malformed_frames_are_refused(vector: dict[str, Any], ends: LinkEnds) -> None:
    receiver = ends.flatsat.receiver(MemoryStore())
    octets = bytes.fromhex(vector["input"])
    for frame in (octets, append_crc16(octets), append_crc16(octets[:-2])):
        with pytest.raises(RemoteError):
            receiver.process(TcFrame.parse(frame))


def test_telecommand_octets(ends: LinkEnds, mode: SecurityMode, telecommand: TcFrame) -> None:
    octets = ends.ground.sender(MemoryStore()).apply(telecommand).encode()
    header = bytes.fromhex("02a50c2e07")  # type AD, spacecraft 0x2a5, channel 3, 47 octets, N(S) 7
    covered = header + b"\xc0" + bytes.fromhex("0001") + bytes(12)
    gcm = AESGCM(ends.ground.keys.key(1))
    if mode is SecurityMode.ENCRYPTED:
        sealed = gcm.encrypt(FIRST_IV, b"a command", covered)
    else:
        sealed = b"a command" + gcm.encrypt(FIRST_IV, b"", covered + b"a command")
    assert octets == append_crc16(header + b"\xc0" + bytes.fromhex("0001") + FIRST_IV + sealed)


def test_a_control_command_has_no_segment_header(ends: LinkEnds, mode: SecurityMode) -> None:
    unlock = TcFrame(0x2A5, 3, True, True, 0, b"\x00")
    octets = ends.ground.sender(MemoryStore()).apply(unlock).encode()
    assert octets[5:19] == bytes.fromhex("0001") + FIRST_IV
    assert (octets[19:20] == b"\x00") == (mode is SecurityMode.CLEAR)
    assert ends.flatsat.receiver(MemoryStore()).process(TcFrame.parse(octets)) == unlock


def test_telemetry_octets(ends: LinkEnds, telemetry: TmFrame) -> None:
    octets = ends.flatsat.sender(MemoryStore()).apply(telemetry).encode()
    header = bytes.fromhex("2a5308091804")
    before = header + bytes.fromhex("0002")
    mac = AESGCM(ends.flatsat.keys.key(2)).encrypt(
        FIRST_IV,
        b"",
        before + bytes(12) + telemetry.data + telemetry.ocf,  # type: ignore[operator]
    )
    assert octets == append_crc16(before + FIRST_IV + telemetry.data + mac + bytes.fromhex("01000002"))


def test_every_flipped_bit_of_a_telecommand_is_refused(ends: LinkEnds, telecommand: TcFrame) -> None:
    octets = ends.ground.sender(MemoryStore()).apply(telecommand).encode()
    _check_flips(octets, TcFrame, ends.flatsat.receiver(MemoryStore()))


def test_every_flipped_bit_of_telemetry_is_refused(ends: LinkEnds, telemetry: TmFrame) -> None:
    octets = ends.flatsat.sender(MemoryStore()).apply(telemetry).encode()
    _check_flips(octets, TmFrame, ends.ground.receiver(MemoryStore()))


def _check_flips(octets: bytes, kind: type[TcFrame] | type[TmFrame], receiver: SecurityReceiver) -> None:
    """Flip each bit, with the FECF as it was and as it then has to be."""
    for bit in range(8 * len(octets)):
        flipped = bytearray(octets)
        flipped[bit // 8] ^= 0x80 >> bit % 8
        for attempt in (bytes(flipped), append_crc16(bytes(flipped[:-2]))):
            if attempt != octets:
                with pytest.raises(RemoteError):
                    receiver.process(kind.parse(attempt))
    receiver.process(kind.parse(octets))


@pytest.mark.parametrize("field", [{"vcid": 2}, {"scid": 0x2A4}, {"sequence_number": 8}])
def test_the_mac_itself_covers_the_primary_header(ends: LinkEnds, telecommand: TcFrame, field: dict[str, int]) -> None:
    changed = replace(ends.ground.sender(MemoryStore()).apply(telecommand), **field)
    tricked = replace(ends.ground.send, scid=changed.scid, vcid=changed.vcid)
    receiver = SecurityReceiver([tricked], ends.ground.keys, MemoryStore())
    with pytest.raises(RejectedFrameError) as caught:
        receiver.process(changed)
    assert caught.value.reason is Rejection.WRONG_MAC


@pytest.mark.parametrize(
    "field", [{"master_count": 9}, {"vc_count": 0}, {"first_header_pointer": 5}, {"ocf": bytes(4)}, {"ocf": None}]
)
def test_the_mac_covers_counts_pointer_and_ocf(ends: LinkEnds, telemetry: TmFrame, field: dict[str, Any]) -> None:
    changed = replace(ends.flatsat.sender(MemoryStore()).apply(telemetry), **field)
    with pytest.raises(RejectedFrameError) as caught:
        ends.ground.receiver(MemoryStore()).process(changed)
    assert caught.value.reason is Rejection.WRONG_MAC


def test_yamcs_case() -> None:
    """As in Yamcs, but that the master channel's count is covered, too."""
    association = SecurityAssociation(42, 1, Direction.TELEMETRY, Service.AUTHENTICATION, 0x10, 4, 5)
    keys = KeyRing({1: bytes.fromhex(YAMCS["input"])})
    frame = TmFrame(0x10, 4, 1, 1, 1, b"\x45" * 6, None)
    sent = SecuritySender(association, keys, MemoryStore()).apply(frame)
    assert len(sent.encode()) - 2 == 42
    assert OVERHEAD_OCTETS == 30
    for changed, reason in (
        (replace(sent, vcid=6), Rejection.WRONG_CHANNEL),
        (replace(sent, data=b"\x00\x2b" + sent.data[2:]), Rejection.UNKNOWN_SPI),
        (replace(sent, master_count=0), Rejection.WRONG_MAC),
    ):
        with pytest.raises(RejectedFrameError) as caught:
            SecurityReceiver([association], keys, MemoryStore()).process(changed)
        assert caught.value.reason is reason
    assert SecurityReceiver([association], keys, MemoryStore()).process(sent) == frame


def test_an_encrypted_telecommand_hides_its_data(ends: LinkEnds, mode: SecurityMode, telecommand: TcFrame) -> None:
    octets = ends.ground.sender(MemoryStore()).apply(telecommand).encode()
    assert (b"a command" in octets) == (mode is SecurityMode.CLEAR)
