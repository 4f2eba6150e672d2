"""Frames out of a recording."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ground.errors import RequestError
from protocol.crc import crc16_matches
from protocol.errors import ProtocolError
from protocol.tc_frame import TcFrame
from radio.modem.open_receiver import SampleReceiver, open_receiver
from radio.modem.reception import FrameQuality
from radio.profile import Profile
from radio.recording.recording import Recording
from radio.satellites.satellite import Satellite

BLOCK = 65536
_FLUSH_SYMBOLS = 4000
"""Of nothing behind the recording's end, in which receivers that look ahead give what they hold."""
SIGNALS = ("iq", "fm-audio")
LEGS = ("uplink", "downlink")


@dataclass(frozen=True, slots=True)
class Source:
    """What is looked for in a recording."""

    name: str
    receiver: SampleReceiver
    symbol_rate_baud: float
    checked: Callable[[bytes], bytes | None] | None
    """Returns a frame that holds a checksum, without fill behind it, if that is right; None: it holds none."""


@dataclass(frozen=True, slots=True)
class ReceivedFrame:
    """One frame, and how it was received."""

    frame: bytes
    quality: FrameQuality
    fecf_ok: bool | None
    """True, since no other is given; None where it has none."""


@dataclass(slots=True)
class Count:
    """What was not received."""

    undecoded: int = 0
    """Markers behind which nothing could be decoded."""
    fecf_wrong: int = 0
    """Frames that were decoded and then rejected."""


def satellite_source(name: str, signal: str | None, recording: Recording) -> Source:
    """Look for a satellite's frames; ``signal`` is what the recording holds, if not what the satellite's file says.

    Raises ProfileError, and RequestError if the recording does not hold such a signal.
    """
    satellite = Satellite.load(name)
    kind = signal or satellite.signal
    if kind not in SIGNALS:
        raise RequestError("signal", kind, " or ".join(SIGNALS))
    _check_kind(recording, kind == "iq")
    receiver = satellite.receiver("iq" if kind == "iq" else "fm-audio", recording.sample_rate_hz)
    return Source(satellite.name, receiver, satellite.symbol_rate_baud, _tm if satellite.framing.fecf else None)


def profile_source(name: str, leg: str, recording: Recording) -> Source:
    """Look for the frames of one direction of our own air interface; raises ProfileError, RequestError."""
    profile = Profile.load(name)
    if leg not in LEGS:
        raise RequestError("leg", leg, " or ".join(LEGS))
    _check_kind(recording, True)
    link = profile.uplink if leg == "uplink" else profile.downlink
    receiver = open_receiver(link, recording.sample_rate_hz)
    return Source(f"{profile.name} {leg}", receiver, link.symbol_rate_baud, _tc if leg == "uplink" else _tm)


def receive(
    recording: Recording, source: Source, on_progress: Callable[[int], None], on_frame: Callable[[ReceivedFrame], None]
) -> Count:
    """Give each frame of the recording to ``on_frame``, and the samples done so far to ``on_progress``.

    Raises RecordingError if the file ends before its time.
    """
    count, done = Count(), 0
    for block in recording.blocks(BLOCK):
        _take(source, block, count, on_frame)
        done += len(block)
        on_progress(done)
    behind = math.ceil(_FLUSH_SYMBOLS * recording.sample_rate_hz / source.symbol_rate_baud)
    for start in range(0, behind, BLOCK):
        _take(source, np.zeros(min(BLOCK, behind - start), dtype=np.complex64), count, on_frame)
    return count


def _take(
    source: Source, samples: NDArray[np.complex64], count: Count, on_frame: Callable[[ReceivedFrame], None]
) -> None:
    for reception in source.receiver.process(samples):
        if reception.frame is None:
            count.undecoded += 1
            continue
        frame = source.checked(reception.frame) if source.checked else reception.frame
        if frame is None:
            count.fecf_wrong += 1
        else:
            on_frame(ReceivedFrame(frame, reception.quality, True if source.checked else None))


def _check_kind(recording: Recording, is_iq: bool) -> None:
    if recording.format.is_complex != is_iq:
        held = "iq" if recording.format.is_complex else "fm-audio, one channel of real samples"
        raise RequestError("signal", "iq" if is_iq else "fm-audio", f"what {recording.path.name} can hold: {held}")


def _tm(frame: bytes) -> bytes | None:
    """A TM transfer frame ends with its FECF (132.0-B 4.1.6)."""
    return frame if crc16_matches(frame) else None


def _tc(frame: bytes) -> bytes | None:
    """A TC transfer frame ends with its FECF, behind which the CLTU is filled up (232.0-B 4.1.4)."""
    try:
        return TcFrame.parse(frame).encode()
    except ProtocolError:
        return None
