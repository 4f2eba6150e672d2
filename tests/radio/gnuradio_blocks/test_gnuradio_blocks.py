"""The blocks in a flowgraph of their own, put together as anyone would in Python."""

import numpy as np
import pytest

from radio.errors import ProfileError

pytest.importorskip("gnuradio", reason="GNU Radio is not installed")

import pmt
from gnuradio import blocks, gr

from radio.gnuradio_blocks.blocks import FRAMES, FrameReceiver, FrameTransmitter, LinkChannel

pytestmark = pytest.mark.gnuradio
RATE_HZ = 240e3


def pdu(frame: bytes) -> object:
    return pmt.cons(pmt.PMT_NIL, pmt.init_u8vector(len(frame), list(frame)))


class Listener(gr.basic_block):
    """Keeps the PDUs that come."""

    def __init__(self) -> None:
        super().__init__("listener", in_sig=None, out_sig=None)
        self.frames: list[bytes] = []
        self.metas: list[dict] = []
        self.message_port_register_in(FRAMES)
        self.set_msg_handler(FRAMES, self.take)

    def take(self, message: object) -> None:
        self.frames.append(bytes(pmt.u8vector_elements(pmt.cdr(message))))
        self.metas.append(pmt.to_python(pmt.car(message)))


def sent_through(leg: str, frames: list[bytes], seconds: float, *channel: gr.sync_block) -> Listener:
    graph = gr.top_block("test")
    transmitter, receiver, listener = (
        FrameTransmitter("leo-bpsk", leg, RATE_HZ),
        FrameReceiver("leo-bpsk", leg, RATE_HZ),
        Listener(),
    )
    head = blocks.head(gr.sizeof_gr_complex, int(seconds * RATE_HZ))
    graph.connect(transmitter, head, *channel, receiver)
    graph.msg_connect(receiver, "frames", listener, "frames")
    for frame in frames:
        transmitter.to_basic_block()._post(FRAMES, pdu(frame))
    graph.start()
    graph.wait()
    return listener


@pytest.mark.parametrize("leg", ["downlink", "uplink"])
def test_frames_come_through(leg: str) -> None:
    frames = [np.random.default_rng(k).bytes(223) for k in range(2)]
    listener = sent_through(leg, frames, 1.0)
    assert [frame[:223] for frame in listener.frames] == frames  # a CLTU may be filled up


def test_a_pass_is_heard_in_the_carrier_offset() -> None:
    channel = LinkChannel(437.05e6, RATE_HZ, 60.0, 550e3, 60.0, 0.0, seed=1)
    listener = sent_through("downlink", [bytes(223)], 0.5, channel)
    assert listener.frames == [bytes(223)]
    assert listener.metas[0]["offset_hz"] == pytest.approx(437.05e6 / 299_792_458 * 7590 * 0.637, rel=0.01)
    assert listener.metas[0]["es_n0_db"] == pytest.approx(60 - 10 * np.log10(38400), abs=1.0)


def test_a_frame_that_does_not_fit_is_dropped_and_the_next_is_sent() -> None:
    assert sent_through("downlink", [b"short", bytes(223)], 0.5).frames == [bytes(223)]


@pytest.mark.parametrize(
    ("profile", "leg", "rate_hz"),
    [("nope", "uplink", RATE_HZ), ("leo-bpsk", "up", RATE_HZ), ("leo-bpsk", "uplink", 1.0)],
)
def test_what_cannot_be_worked_with_is_refused(profile: str, leg: str, rate_hz: float) -> None:
    with pytest.raises(ProfileError):
        FrameTransmitter(profile, leg, rate_hz)
    with pytest.raises(ProfileError):
        FrameReceiver(profile, leg, rate_hz)
