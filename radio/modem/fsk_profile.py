"""The receiver of a profile's leg whose modulation is GFSK."""

from radio.coding.channel_code import ChannelCode
from radio.framing.deframer import Deframer
from radio.framing.marker import MarkerDeframer
from radio.framing.nrz_m import NrzM
from radio.modem.fsk_frequency import FskSignal
from radio.modem.fsk_receiver import FskReceiver
from radio.modem.unit import longest_unit
from radio.profile import LinkProfile


def fsk_receiver(profile: LinkProfile, code: ChannelCode, sample_rate_hz: float) -> FskReceiver:
    """Return a new receiver. Raise ProfileError if the profile does not fit the sample rate."""
    signal = FskSignal(profile.symbol_rate_baud, profile.modulation_index, profile.search_range_hz)
    longest = len(code.marker) + longest_unit(code, profile.frame_octets)
    deframer: Deframer = MarkerDeframer(code, longest, either_polarity=False)
    if profile.line_code == "nrz-m":
        deframer = NrzM(deframer)
    return FskReceiver(signal, deframer, sample_rate_hz)
