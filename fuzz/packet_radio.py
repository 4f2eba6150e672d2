"""What comes over the line of a packet radio, at the radio's end and at its host's."""

from collections.abc import Callable
from typing import Any

import numpy as np

from firmware_sim.packet_radio.radio_pair import RadioPair
from firmware_sim.packet_radio.settings import RadioSettings
from fuzz.parser import Parser
from radio.front_end_file import SerialRadioTable
from radio.modem.reception import FrameQuality
from radio.serial_radio.channel_access import FrameLengths
from radio.serial_radio.frame_node import FrameNode
from radio.serial_radio.kiss import KissCommand, KissDeframer, KissFrame, tx_delay
from radio.serial_radio.length_prefixed import LengthDeframer
from radio.serial_radio.length_prefixed import encode as encode_length_prefixed

_LARGEST = 64
_NO_SAMPLES = np.zeros(0, dtype=np.complex64)


class _Line:
    """A serial port on which octets arrive in pieces."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets

    def read(self) -> bytes:
        octets, self._octets = self._octets[:7], self._octets[7:]
        return octets

    def write(self, data: bytes) -> None:
        """Send nothing."""

    def reopen(self) -> None:
        """Begin anew."""

    def close(self) -> None:
        """End."""


class _Program:
    """Takes every frame, and sends it back."""

    def __init__(self) -> None:
        self._frame: bytes | None = None

    def tick(self, now_s: float) -> None:
        """Let time pass."""

    def frame_received(self, frame: bytes, quality: FrameQuality, now_s: float) -> bool:  # noqa: ARG002
        self._frame = frame or None
        return True

    def frame_to_send(self, now_s: float) -> bytes | None:  # noqa: ARG002
        frame, self._frame = self._frame, None
        return frame


def _in_pieces(octets: bytes, take: Callable[[bytes], Any]) -> None:
    for start in range(0, len(octets), 7):
        take(octets[start : start + 7])


def _run_node(framing: str) -> Callable[[bytes], None]:
    table = SerialRadioTable(device="line", framing=framing, largest_frame_octets=_LARGEST)  # type: ignore[arg-type]

    def run(octets: bytes) -> None:
        node = FrameNode(_Program(), _Line(octets), table, FrameLengths(_LARGEST, _LARGEST), yields=True)
        for step in range(len(octets) // 7 + 1):
            node.step(_NO_SAMPLES, step / 10)
        node.to_json()

    return run


def _run_radios(framing: str) -> Callable[[bytes], None]:
    settings = RadioSettings(framing=framing, loss=0.1, buffer_octets=200)  # type: ignore[arg-type]

    def run(octets: bytes) -> None:
        pair = RadioPair(settings, seed=0)
        for step in range(len(octets) // 7 + 1):
            pair.step((octets[7 * step : 7 * step + 7], octets[-7:]), step / 100)
        pair.step((b"", b""), 1e6)

    return run


def _kiss() -> list[bytes]:
    frames = (tx_delay(0.1), KissFrame(KissCommand.DATA, b"\xc0up\xdb"), KissFrame(KissCommand.DATA, b"other", port=12))
    return [b"".join(each.encode() for each in frames)]


def _length_prefixed() -> list[bytes]:
    return [encode_length_prefixed(b"up") + b"\xff" + encode_length_prefixed(bytes(_LARGEST))]


PARSERS = (
    Parser("KISS", lambda octets: _in_pieces(octets, KissDeframer(_LARGEST).feed), (), _kiss),
    Parser("behind a length", lambda octets: _in_pieces(octets, LengthDeframer(_LARGEST).feed), (), _length_prefixed),
    Parser("node, KISS", _run_node("kiss"), (), _kiss),
    Parser("node, behind a length", _run_node("length"), (), _length_prefixed),
    Parser("radios, KISS", _run_radios("kiss"), (), _kiss),
    Parser("radios, behind a length", _run_radios("length"), (), _length_prefixed),
)
"""Their order is that of the corpus: new ones go last."""
