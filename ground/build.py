"""A ground station's node, put together from its parts."""

import math
from collections.abc import Callable

from ground.air_time import FrameRate
from ground.contact import Contact
from ground.journal import Journal
from ground.model_uplink import ModelUplink
from ground.station import Station
from ground.station_settings import StationSettings
from protocol.cop1.fop_settings import MAX_WINDOW_FRAMES, FopSettings
from protocol.errors import LocalError
from protocol.journey import Observer
from protocol.link import REPORT_S, GroundLink
from protocol.sdls.frame_cipher import OVERHEAD_OCTETS as SECURITY_OCTETS
from protocol.sdls.link_keys import LinkKeys
from protocol.sdls.security_store import SecurityStore
from protocol.telecommand import MIN_FRAME_OCTETS
from protocol.tm_frame import data_octets
from radio.errors import ProfileError
from radio.serial_radio.air_interface import AirInterface

_MARGIN_S = 0.1
"""Light time both ways, and the spans of samples in which programs work."""

_TRANSMISSIONS = 20
"""In vain, of one frame in view of the spacecraft, until the service is begun anew."""


def build_station(
    air: AirInterface,
    contacts: list[Contact],
    keys: LinkKeys,
    store: SecurityStore,
    journal: Journal,
    new_prompt_id: Callable[[], bytes],
    observe: Observer,
    on_text: Callable[[bytes, int, str], None],
    now_s: float = 0.0,
    models: ModelUplink | None = None,
    latency_s: float = 0.0,
) -> Station:
    """Return the station, from link time ``now_s`` on, for a node of any kind whose devices hold back ``latency_s``.

    Raise ProfileError if the frames are too short, DatabaseStateError if the journal cannot be read.
    """
    up_s, down_s = air.uplink.longest_frame_s, air.downlink.longest_frame_s
    up_octets, down_octets = air.uplink.frame_octets, air.downlink.frame_octets
    try:
        link = GroundLink(keys, store, up_octets, down_octets, _fop_settings(up_s, down_s, latency_s))
    except LocalError as error:
        raise ProfileError(error.field, error.value, error.accepted) from None
    settings = station_settings(air, latency_s)
    return Station(link, contacts, new_prompt_id, observe, on_text, journal, settings, now_s, models)


def station_settings(air: AirInterface, latency_s: float = 0.0) -> StationSettings:
    """Return the settings of a station on this air interface."""
    up_s, down_s = air.uplink.longest_frame_s, air.downlink.longest_frame_s
    return StationSettings(
        uplink_frame_s=up_s,
        uplink_packet_octets=air.uplink.frame_octets - (MIN_FRAME_OCTETS - 1),
        response_timeout_s=2 * down_s + REPORT_S + _MARGIN_S + latency_s,
    )


def downlink_rate(air: AirInterface) -> FrameRate:
    """Return how fast answers come down on this air interface."""
    packet_octets = data_octets(air.downlink.frame_octets) - SECURITY_OCTETS
    return FrameRate(air.downlink.longest_frame_s, packet_octets)


def _fop_settings(up_s: float, down_s: float, latency_s: float) -> FopSettings:
    """A report is due after this frame, what is on the air on the way down, and the frame with the report itself.

    The window is twice what can be on its way until then, so that a report may be lost without a pause.
    """
    t1_s = up_s + REPORT_S + 2 * down_s + _MARGIN_S + latency_s
    window = min(max(4, math.ceil(2 * t1_s / up_s)), MAX_WINDOW_FRAMES)
    return FopSettings(t1_s, timeout_type=0, transmission_limit=_TRANSMISSIONS, window_frames=window)
