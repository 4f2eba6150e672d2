"""KISS against its paper, against gr-satellites, and against whatever comes."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.errors import CodingError
from radio.serial_radio.kiss import KissCommand, KissDeframer, KissFrame, tx_delay, tx_delay_s

LARGEST = 64
SPECIAL = st.lists(st.sampled_from([b"\xc0", b"\xdb", b"\xdc", b"\xdd", b"a"]), max_size=LARGEST).map(b"".join)
FRAMES = st.builds(KissFrame, st.sampled_from(KissCommand), st.binary(max_size=LARGEST) | SPECIAL, st.integers(0, 15))

# Chepponis and Karn 1987: section 2 (the special characters), 3 (the type octet), 4 (the commands)
PUBLISHED = [
    (KissFrame(KissCommand.DATA, b"TEST"), "c0 00 54 45 53 54 c0"),
    (KissFrame(KissCommand.DATA, b"Hello", port=5), "c0 50 48 65 6c 6c 6f c0"),
    (KissFrame(KissCommand.DATA, b"\xc0\xdb"), "c0 00 db dc db dd c0"),
    (KissFrame(KissCommand.TX_DELAY, b"\x32"), "c0 01 32 c0"),
    (KissFrame(KissCommand.DATA, b"x", port=12), "c0 db dc 78 c0"),
    (KissFrame(KissCommand.RETURN, b"", port=15), "c0 ff c0"),
]


@pytest.mark.parametrize(("frame", "line"), PUBLISHED)
def test_published_frames(frame, line):
    assert frame.encode().hex(" ") == line
    assert KissDeframer(LARGEST).feed(bytes.fromhex(line)) == [frame]


@given(st.lists(FRAMES, max_size=5), st.integers(1, 9))
def test_frames_come_back_in_order_whatever_the_pieces(frames, piece):
    line, deframer = b"".join(each.encode() for each in frames), KissDeframer(LARGEST)
    found = [frame for at in range(0, len(line), piece) for frame in deframer.feed(line[at : at + piece])]
    assert found == frames
    assert deframer.discarded_octets == 0


@given(st.binary(max_size=400), FRAMES)
def test_no_garbage_sticks_to_the_frame_after_it(garbage, frame):
    assert KissDeframer(LARGEST).feed(garbage + frame.encode())[-1] == frame


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_whatever_comes_the_frames_are_short_and_little_is_held(pieces):
    deframer = KissDeframer(LARGEST)
    for piece in pieces:
        assert all(len(frame.data) <= LARGEST for frame in deframer.feed(piece))
        assert len(deframer._run) <= 2 * (1 + LARGEST) + 1
    given_octets = sum(map(len, pieces))
    assert 0 <= deframer.discarded_octets <= given_octets


@pytest.mark.parametrize(
    ("line", "discarded"),
    [
        (b"\xc0\xc0\xc0\xc0", 0),
        (b"\xc0\x00ab\xdbxc\xc0", 6),
        (b"\xc0\x00ab\xdb\xc0", 4),
        (b"\xc0\x07ab\xc0", 3),
        (b"\xc0\x00" + bytes(LARGEST + 1) + b"\xc0", LARGEST + 2),
        (b"\xc0\x00" + bytes(1000) + b"\xc0", 1001),
        (KissFrame(KissCommand.DATA, b"\xc0" * LARGEST, port=12).encode()[:-1] + b"x\xc0", 2 * LARGEST + 3),
        (b"\x00never ended", 0),
    ],
    ids=[
        "empty",
        "escape",
        "escape at the end",
        "command",
        "one too long",
        "far too long",
        "one more than all escaped",
        "unended",
    ],
)
def test_what_is_no_frame_is_dropped_and_counted(line, discarded):
    deframer = KissDeframer(LARGEST)
    assert deframer.feed(line) == []
    assert deframer.discarded_octets == discarded


@given(st.integers(0, 255))
def test_preambles_are_told_in_units_of_10_ms(units):
    frame = tx_delay(units / 100)
    assert frame.data == bytes([units])
    assert tx_delay_s(frame) == pytest.approx(units / 100)


def test_a_preamble_without_data_is_none():
    assert tx_delay_s(KissFrame(KissCommand.TX_DELAY)) == 0.0


@pytest.mark.parametrize("delay_s", [-0.01, 2.56, float("1e9")])
def test_a_preamble_that_cannot_be_told_is_refused(delay_s):
    with pytest.raises(CodingError, match=r"delay_s .* accepted: 0 to 2.55 s"):
        tx_delay(delay_s)


@pytest.mark.parametrize("port", [-1, 16])
def test_a_port_that_is_none_is_refused(port):
    with pytest.raises(CodingError, match=f"port is {port}, accepted: 0 to 15"):
        KissFrame(KissCommand.DATA, b"", port)


@pytest.mark.gnuradio
def test_gr_satellites_reads_and_writes_the_same():
    satellites = pytest.importorskip("satellites", reason="gr-satellites is not installed", exc_type=ImportError)
    from gnuradio import blocks, gr
    from pmt import cdr, u8vector_elements

    frames = [b"TEST", bytes(range(256)), b"\xc0\xdb\xdc\xdd" * 8]
    for frame in frames:
        escaped = bytes(int(octet) for octet in satellites.kiss.kiss_escape(frame))
        assert KissFrame(KissCommand.DATA, frame).encode() == b"\xc0\x00" + escaped + b"\xc0"
    line = b"".join(KissFrame(KissCommand.DATA, frame).encode() for frame in frames)
    source, kiss, sink = blocks.vector_source_b(list(line)), satellites.kiss_to_pdu(), blocks.message_debug()
    graph = gr.top_block("KISS")
    graph.connect(source, kiss)
    graph.msg_connect((kiss, "out"), (sink, "store"))
    graph.start()
    end_s = time.monotonic() + 10.0
    while sink.num_messages() < len(frames) and time.monotonic() < end_s:
        time.sleep(0.01)
    graph.stop()
    graph.wait()
    assert [bytes(u8vector_elements(cdr(sink.get_message(k)))) for k in range(sink.num_messages())] == frames
