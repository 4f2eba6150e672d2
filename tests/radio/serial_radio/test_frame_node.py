"""A node of frames, on a line of the test's own."""

import json
import math

import numpy as np
import pytest

from radio.front_end_file import SerialRadioTable
from radio.serial_radio.channel_access import FrameLengths
from radio.serial_radio.frame_node import FrameNode
from radio.serial_radio.kiss import KissCommand, KissFrame
from radio.serial_radio.length_prefixed import encode

NO_SAMPLES = np.zeros(0, dtype=np.complex64)


class Line:
    def __init__(self):
        self.written = []
        self.arrived = b""

    def read(self):
        arrived, self.arrived = self.arrived, b""
        return arrived

    def write(self, data):
        self.written.append(data)

    def reopen(self): ...

    def close(self): ...


class Program:
    """Has frames to send, and finds those good that do not begin with a zero."""

    def __init__(self, *frames):
        self.frames, self.heard, self.ticks, self.asked = list(frames), [], [], []

    def tick(self, now_s):
        self.ticks.append(now_s)

    def frame_received(self, frame, quality, now_s):
        self.heard.append((frame, quality, now_s))
        return frame[:1] != b"\0"

    def frame_to_send(self, now_s):
        self.asked.append(now_s)
        return self.frames.pop(0) if self.frames else None


def node_of(program, line, **fields):
    values = {"device": "line", "baud": 10_000, "framing": "length", "air_rate_bit_s": 1000.0, "half_duplex": False}
    table = SerialRadioTable(**{**values, **fields})
    return FrameNode(program, line, table, FrameLengths(100, 100), yields=True)


def data(frame):
    return KissFrame(KissCommand.DATA, frame).encode()


def test_a_step_takes_and_gives_no_samples_and_ticks_the_program():
    program = Program()
    node = node_of(program, Line())
    tx = node.step(NO_SAMPLES, 1.25)
    assert (tx.dtype, tx.shape) == (np.complex64, (0,))
    assert program.ticks == [1.25]
    assert node.link_time_s == 1.25


def test_a_kiss_radio_is_told_its_preamble_once_before_the_first_frame():
    line = Line()
    node = node_of(Program(b"frame"), line, framing="kiss", preamble_s=0.3)
    node.step(NO_SAMPLES, 0.0)
    node.step(NO_SAMPLES, 0.01)
    assert line.written == [KissFrame(KissCommand.TX_DELAY, b"\x1e").encode(), data(b"frame")]


def test_the_program_is_asked_only_when_the_radio_is_free():
    program, line = Program(b"a" * 21, b"b" * 21), Line()
    node = node_of(program, line, busy_s=0.5, preamble_s=0.1)
    for step in range(200):
        node.step(NO_SAMPLES, step / 100)
    # 25 octets over the line at 10 kbit/s, 21 octets at 1 kbit/s after the preamble, 0.5 s: free after 0.793 s
    assert program.asked[:2] == [0.0, pytest.approx(0.8)]
    assert program.asked[2] == pytest.approx(1.6)
    assert b"".join(line.written) == encode(b"a" * 21) + encode(b"b" * 21)


def test_frames_that_come_in_pieces_reach_the_program_whole_and_in_order():
    program, line = Program(), Line()
    node, octets = node_of(program, line), encode(b"first") + encode(b"second")
    for step, part in enumerate((octets[:3], octets[3:12], octets[12:])):
        line.arrived = part
        node.step(NO_SAMPLES, step / 100)
    assert [(frame, now_s) for frame, _, now_s in program.heard] == [(b"first", 0.01), (b"second", 0.02)]


def test_the_quality_of_a_frame_says_when_it_was_on_the_air_and_no_more():
    program, line = Program(), Line()
    line.arrived = encode(b"x" * 100)
    node_of(program, line, preamble_s=0.2).step(NO_SAMPLES, 5.0)
    quality = program.heard[0][1]
    assert quality.ended_s == pytest.approx(5.0 - 0.1)
    assert quality.started_s == pytest.approx(5.0 - 0.1 - 0.8 - 0.2)
    assert math.isnan(quality.es_n0_db)
    assert len(quality.constellation) == 0


def test_the_report_is_plain_json_with_what_went_through():
    program, line = Program(b"y" * 46), Line()
    node = node_of(program, line)
    line.arrived = b"\xff\xff" + encode(b"good") + encode(b"\0bad") + encode(b"\0worse")
    node.step(NO_SAMPLES, 5.0)
    report = json.loads(json.dumps(node.to_json(), allow_nan=False))
    assert report["sent"] == [{"started_s": pytest.approx(5.05), "air_time_s": pytest.approx(0.368)}]
    assert [each["decoded"] for each in report["bursts"]] == [True, False, False]
    assert report["bursts"][0]["es_n0_db"] is None
    assert (report["bursts_undecoded"], report["line_octets_discarded"], report["link_time_s"]) == (2, 2, 5.0)


def test_the_report_has_the_fields_of_a_node_of_samples():
    from radio.node import Node
    from radio.profile import Profile

    profile = Profile.load("leo-bpsk")
    samples = Node(Program(), profile.uplink, profile.downlink, 240e3).to_json()
    line = Line()
    line.arrived = encode(b"frame")
    node = node_of(Program(), line)
    node.step(NO_SAMPLES, 1.0)
    assert samples.keys() <= node.to_json().keys()
    from dataclasses import fields

    from radio.reception_log import LoggedBurst

    assert [*node.to_json()["bursts"][0]] == [field.name for field in fields(LoggedBurst)]
