"""A station as plain values: what other programs are told of it when it begins."""

from collections.abc import Sequence
from datetime import datetime
from math import inf
from typing import Any

from ground.contact import Contact
from protocol.sdls.link_keys import SecurityMode
from radio.profile import LinkProfile
from radio.serial_radio.air_interface import AirInterface, Leg, PacketAirInterface


def told_station(
    profile: str,
    air: AirInterface,
    security: SecurityMode,
    sample_rate_hz: float,
    contacts: Sequence[Contact],
    start_utc: datetime | None,
) -> dict[str, Any]:
    """Return what the station works with. Of a packet radio's modem little is known: the rest is None."""
    radio = air.radio if isinstance(air, PacketAirInterface) else None
    rate_bit_s = radio.air_rate_bit_s if radio else None
    return {
        "profile": profile,
        "security": security.value,
        "sample_rate_hz": None if radio else sample_rate_hz,
        "start_utc": start_utc.isoformat() if start_utc else None,
        "contacts": [[each.aos_s, None if each.los_s == inf else each.los_s] for each in contacts],
        "uplink": _leg(air.uplink, rate_bit_s),
        "downlink": _leg(air.downlink, rate_bit_s),
    }


def _leg(leg: Leg, rate_bit_s: float | None) -> dict[str, Any]:
    profile = leg if isinstance(leg, LinkProfile) else None
    return {
        "carrier_hz": profile.carrier_hz if profile else None,
        "modulation": profile.modulation if profile else None,
        "symbol_rate_baud": profile.symbol_rate_baud if profile else None,
        "information_rate_bit_s": profile.information_rate_bit_s if profile else rate_bit_s,
        "frame_octets": leg.frame_octets,
        "coding": profile.coding.kind if profile else None,
    }
