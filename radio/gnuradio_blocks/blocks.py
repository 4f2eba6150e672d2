"""Transmitter, receiver and channel as GNU Radio blocks. GNU Radio is loaded only where these are asked for."""

import math
from collections import deque

import numpy as np
import pmt
from gnuradio import gr
from numpy.typing import NDArray

from radio.errors import CodingError, ProfileError
from radio.gnuradio_blocks.straight_pass import straight_pass
from radio.modem.open_receiver import open_receiver
from radio.modem.reception import FrameQuality, Reception
from radio.profile import LinkProfile, Profile
from radio.sky import Leg, LegSettings
from radio.transceiver import Transceiver

FRAMES = pmt.intern("frames")
"""The message port: PDUs, a dictionary and the octets of one frame."""


class FrameTransmitter(gr.sync_block):  # type: ignore[misc]
    """Takes frames as PDUs; gives complex samples of one direction of a profile, without end."""

    def __init__(self, profile: str, leg: str, sample_rate_hz: float) -> None:
        """Raise ProfileError if there is no such profile, or it does not fit the sample rate."""
        super().__init__("frame transmitter", in_sig=None, out_sig=[np.complex64])
        self.logger = gr.logger(f"gr_log.{self.symbol_name()}")
        link = _leg(profile, leg)
        self._code = link.code()
        self._transceiver = Transceiver(link, link, sample_rate_hz, self, lambda *_: None)
        self._rate_hz, self._count = sample_rate_hz, 0
        self._waiting: deque[bytes] = deque()
        self.message_port_register_in(FRAMES)
        self.set_msg_handler(FRAMES, self._take)

    def work(self, input_items, output_items):  # type: ignore[no-untyped-def]  # noqa: ARG002, D102 - GNU Radio's own
        out = output_items[0]
        out[:] = self._transceiver.step(np.zeros(len(out), dtype=np.complex64), self._count / self._rate_hz)
        self._count += len(out)
        return len(out)

    def frame_to_send(self, now_s: float) -> bytes | None:  # noqa: ARG002 - the port of a link layer
        """Give the frame that has waited longest."""
        return self._waiting.popleft() if self._waiting else None

    def frame_received(self, frame: bytes, quality: FrameQuality, now_s: float) -> bool:  # noqa: ARG002 - as above
        """Nothing is received."""
        return False

    def _take(self, message: object) -> None:
        frame = bytes(pmt.u8vector_elements(pmt.cdr(message)))
        try:
            self._code.encode(frame)
        except CodingError as error:
            self.logger.warn(f"frame dropped: {error}")
        else:
            self._waiting.append(frame)


class FrameReceiver(gr.sync_block):  # type: ignore[misc]
    """Takes complex samples; gives the frames of one direction of a profile as PDUs, with how they were received."""

    def __init__(self, profile: str, leg: str, sample_rate_hz: float) -> None:
        """Raise ProfileError if there is no such profile, or it does not fit the sample rate."""
        super().__init__("frame receiver", in_sig=[np.complex64], out_sig=None)
        link = _leg(profile, leg)
        self._receiver = open_receiver(link, sample_rate_hz)
        self.message_port_register_out(FRAMES)

    def work(self, input_items, output_items):  # type: ignore[no-untyped-def]  # noqa: ARG002, D102 - GNU Radio's own
        samples = np.array(input_items[0])
        for reception in self._receiver.process(samples):
            if reception.frame is not None:
                self.message_port_pub(FRAMES, _pdu(reception.frame, reception))
        return len(samples)


class LinkChannel(gr.sync_block):  # type: ignore[misc]
    """What a pass and a receiver's front end make of complex samples: delay, Doppler, noise, filter, quantisation."""

    def __init__(
        self,
        carrier_hz: float,
        sample_rate_hz: float,
        c_n0_db_hz: float,
        closest_range_m: float,
        closest_s: float,
        clock_error_ppm: float,
        seed: int,
    ) -> None:
        """Take a straight pass with its closest range at ``closest_s``; see ``straight_pass``."""
        super().__init__("link channel", in_sig=[np.complex64], out_sig=[np.complex64])
        settings = LegSettings(
            carrier_hz=carrier_hz,
            clock_error_ppm=clock_error_ppm,
            doppler_spread_hz=0.0,
            shadow_correlation_s=math.inf,
            multipath_shadowed=False,
            bandwidth_hz=0.9 * sample_rate_hz,
            adc_bits=8,
            noise_rms_lsb=16.0,
        )
        self._leg = Leg(settings, straight_pass(closest_range_m, closest_s, c_n0_db_hz), sample_rate_hz, seed)

    def work(self, input_items, output_items):  # type: ignore[no-untyped-def]  # noqa: D102 - GNU Radio's own signature
        received: NDArray[np.complex64] = self._leg.carry(np.array(input_items[0]))
        output_items[0][:] = received
        return len(received)


def _leg(profile: str, leg: str) -> LinkProfile:
    loaded = Profile.load(profile)
    if leg not in ("uplink", "downlink"):
        raise ProfileError("leg", leg, "uplink or downlink")
    return loaded.uplink if leg == "uplink" else loaded.downlink


def _pdu(frame: bytes, reception: Reception) -> object:
    quality = reception.quality
    meta = {
        "started_s": quality.started_s,
        "es_n0_db": quality.es_n0_db,
        "offset_hz": quality.last_offset_hz,
        "corrected": quality.corrected,
    }
    return pmt.cons(pmt.to_pmt(meta), pmt.init_u8vector(len(frame), list(frame)))
