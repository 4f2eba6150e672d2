"""What a program is told of a link by packet radio."""

import pytest

from radio.front_end_errors import FrontEndFileError
from radio.front_end_file import SerialRadioTable
from radio.profile import Profile, shipped_profiles
from radio.serial_radio.air_interface import PacketAirInterface

TABLE = SerialRadioTable(device="line", baud=115_200, largest_frame_octets=2048, half_duplex=False, busy_s=0.1)


@pytest.mark.parametrize("name", shipped_profiles())
def test_frames_are_as_long_as_in_the_profile_and_no_idle_ones_are_sent(name):
    profile = Profile.load(name)
    air = PacketAirInterface.of(TABLE, profile)
    assert air.uplink.frame_octets == air.ground_lengths.sent == profile.uplink.frame_octets
    assert air.downlink.frame_octets == air.ground_lengths.heard == profile.downlink.frame_octets
    assert air.downlink.transmission == "burst"


def test_times_are_the_radios_and_not_the_profiles():
    air = PacketAirInterface.of(TABLE, Profile.load("leo-bpsk"))
    # 272 octets over the line at 115200 bit/s, 256 on the air at 9600 bit/s, 0.1 s busy, a look at the line
    assert air.uplink.longest_frame_s == pytest.approx(0.0236 + 0.2133 + 0.1 + 0.01, abs=1e-3)
    assert air.downlink.longest_frame_s == pytest.approx(0.0207 + 0.1858 + 0.1 + 0.01, abs=1e-3)


def test_in_half_duplex_the_ground_is_the_end_that_yields():
    profile = Profile.load("leo-bpsk")
    air = PacketAirInterface.of(TABLE.model_copy(update={"half_duplex": True}), profile)
    assert air.uplink.longest_frame_s > air.downlink.longest_frame_s + 0.15


def test_a_frame_longer_than_a_packet_is_refused_with_what_would_fit():
    table = TABLE.model_copy(update={"largest_frame_octets": 255})
    with pytest.raises(FrontEndFileError) as caught:
        PacketAirInterface.of(table, Profile.load("leo-bpsk"))
    assert caught.value.field == "serial_radio.largest_frame_octets"
    assert caught.value.value == 255
    assert "at least 256" in str(caught.value)
    assert PacketAirInterface.of(TABLE.model_copy(update={"largest_frame_octets": 256}), Profile.load("leo-bpsk"))
