"""A node of the link that has a packet radio: frames on a serial line instead of samples."""

from collections import deque
from dataclasses import asdict
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.serial_port import BytePort
from radio.front_end_file import SerialRadioTable
from radio.modem.reception import FrameQuality
from radio.node import Program
from radio.serial_radio.air_time import AirTime
from radio.serial_radio.channel_access import ChannelAccess, FrameLengths
from radio.serial_radio.framing import open_framing
from radio.transceiver import SentUnit

_REMEMBERED_FRAMES = 10_000
_NO_SAMPLES = np.zeros(0, dtype=np.complex64)


class FrameNode:
    """One end of the link; used as a ``Node`` is, but for its samples: there are none.

    The radio has a coding and a check of its own, so what it carries are bare transfer frames.
    """

    def __init__(
        self, program: Program, line: BytePort, radio: SerialRadioTable, lengths: FrameLengths, yields: bool
    ) -> None:
        """Take ``yields``, which in half duplex one of both ends is to do. Raise CodingError as the framing does."""
        self._program, self._line = program, line
        self._framing = open_framing(radio.framing, radio.largest_frame_octets, radio.preamble_s)
        self._air, self._access = AirTime(radio), ChannelAccess(radio, lengths, yields)
        self._greeted = False
        self._sent: deque[SentUnit] = deque(maxlen=_REMEMBERED_FRAMES)
        self._heard: deque[dict[str, Any]] = deque(maxlen=_REMEMBERED_FRAMES)
        self._refused = 0
        self.link_time_s = 0.0

    def step(self, rx: NDArray[np.complex64], now_s: float) -> NDArray[np.complex64]:  # noqa: ARG002 - a Node's signature
        """Take in what the radio heard up to ``now_s``, and give it a frame if it is free.

        Takes and returns complex64[0]. Raises the line's error if the radio is gone.
        """
        self.link_time_s = now_s
        if not self._greeted:
            self._line.write(self._framing.greeting())
            self._greeted = True
        self._program.tick(now_s)
        for frame in self._framing.feed(self._line.read()):
            self._take(frame, now_s)
        if self._access.is_free(now_s):
            self._send(now_s)
        return _NO_SAMPLES

    def to_json(self) -> dict[str, Any]:
        """Return what went through this node, as plain lists and numbers; what only samples would tell is None."""
        return {
            "link_time_s": self.link_time_s,
            "sent": [asdict(unit) for unit in self._sent],
            "bursts_undecoded": self._refused,
            "bursts": list(self._heard),
            "constellation": [],
            "spectrum": {"frequency_hz": [], "density_db": []},
            "line_octets_discarded": self._framing.discarded_octets,
        }

    def _take(self, frame: bytes, now_s: float) -> None:
        quality = self._quality(frame, now_s)
        good = self._program.frame_received(frame, quality, now_s)
        self._access.heard(now_s)
        self._refused += not good
        self._heard.append(_burst(quality, good))

    def _quality(self, frame: bytes, now_s: float) -> FrameQuality:
        """Return when the frame was on the air: the line was passed to the end a moment ago."""
        ended_s = now_s - self._air.line_s(len(frame))
        started_s = ended_s - self._air.on_air_s(len(frame))
        return FrameQuality(started_s, ended_s, nan, nan, nan, 0, _NO_SAMPLES)

    def _send(self, now_s: float) -> None:
        frame = self._program.frame_to_send(now_s)
        if frame is None:
            return
        octets = self._framing.encode(frame)
        self._line.write(octets)
        started_s = self._access.sent(len(octets), len(frame), now_s)
        self._sent.append(SentUnit(started_s, self._air.on_air_s(len(frame))))


def _burst(quality: FrameQuality, good: bool) -> dict[str, Any]:
    """Return the line of a ``ReceptionLog`` for a frame without samples."""
    return {
        "started_s": quality.started_s,
        "ended_s": quality.ended_s,
        "es_n0_db": None,
        "first_offset_hz": None,
        "last_offset_hz": None,
        "corrected": 0,
        "decoded": good,
        "symbols": 0,
        "symbol_errors": 0,
    }
