import ctypes

from cobs import cobs
from hypothesis import example, given
from hypothesis import strategies as st

from protocol.serial.framing import MAX_PAYLOAD_OCTETS, Deframer, encode

LONGEST_RUN_OCTETS = cobs.max_encoded_length(MAX_PAYLOAD_OCTETS + 2)


class CDeframer(ctypes.Structure):
    _fields_ = (
        ("run", ctypes.c_uint8 * (LONGEST_RUN_OCTETS + 1)),
        ("count", ctypes.c_size_t),
        ("bad_frames", ctypes.c_uint32),
        ("discarded_octets", ctypes.c_uint32),
    )


def deframe(library: ctypes.CDLL, deframer: CDeframer, stream: bytes) -> list[bytes]:
    payloads, count = [], ctypes.c_size_t()
    for octet in stream:
        if library.deframer_push(ctypes.byref(deframer), octet, ctypes.byref(count)):
            payloads.append(bytes(deframer.run[: count.value]))
    return payloads


def test_crc_is_the_catalogued_one(firmware_library: ctypes.CDLL) -> None:
    # CRC-16/IBM-3740, check value: reveng.sourceforge.io/crc-catalogue
    assert firmware_library.framing_crc(b"123456789", 9) == 0x29B1


@given(st.binary(max_size=MAX_PAYLOAD_OCTETS))
@example(bytes(256))
@example(bytes([1]) * 252)  # with its CRC a block that is just full
@example(bytes([1]) * 253)
@example(bytes([1]) * 254)
@example(bytes([1]) * 256)
def test_frames_are_the_same_octet_for_octet(firmware_library: ctypes.CDLL, payload: bytes) -> None:
    frame = ctypes.create_string_buffer(LONGEST_RUN_OCTETS + 2)
    count = firmware_library.framing_encode(payload, len(payload), frame)
    assert frame.raw[:count] == encode(payload)


pieces = st.one_of(
    st.binary(max_size=300),
    st.binary(max_size=MAX_PAYLOAD_OCTETS).map(encode),
    st.binary(max_size=20).map(lambda payload: bytes(cobs.encode(payload)) + b"\x00"),
)


@given(st.lists(pieces, max_size=5).map(b"".join))
@example(b"\x00" + b"\x01" * LONGEST_RUN_OCTETS + b"\x00")
@example(b"\x00" + b"\x01" * (LONGEST_RUN_OCTETS + 1) + b"\x00" + encode(b"next"))
@example(b"".join(encode(bytes([1]) * octets) for octets in range(251, 257)))  # blocks that are just full
@example(encode(b"x123456789\x29\xb1") + b"\x0c123\x00")  # a block longer than its run, whose rest is still there
def test_the_same_frames_are_found_in_any_stream(firmware_library: ctypes.CDLL, stream: bytes) -> None:
    ours, theirs = CDeframer(), Deframer()
    assert deframe(firmware_library, ours, stream) == theirs.feed(stream)
    assert (ours.bad_frames, ours.discarded_octets) == (theirs.bad_frames, theirs.discarded_octets)
