"""A station as plain values."""

import math

from ground.contact import Contact
from ground.told_station import told_station
from protocol.sdls.link_keys import SecurityMode
from radio.front_end_file import SerialRadioTable
from radio.profile import Profile
from radio.serial_radio.air_interface import PacketAirInterface


def test_of_a_packet_radio_what_is_known_is_told() -> None:
    radio = SerialRadioTable(device="/dev/null", air_rate_bit_s=19200.0)
    air = PacketAirInterface.of(radio, Profile.load("leo-bpsk"))
    told = told_station("leo-bpsk", air, SecurityMode.CLEAR, 240e3, [Contact(5.0, math.inf)], None)
    unknown = dict.fromkeys(("carrier_hz", "modulation", "symbol_rate_baud", "coding"))
    assert told == {
        "profile": "leo-bpsk",
        "security": "clear",
        "sample_rate_hz": None,
        "start_utc": None,
        "contacts": [[5.0, None]],
        "uplink": {**unknown, "information_rate_bit_s": 19200.0, "frame_octets": 256},
        "downlink": {**unknown, "information_rate_bit_s": 19200.0, "frame_octets": 223},
    }
