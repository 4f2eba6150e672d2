"""A ground station's node, put together from its parts."""

import math
from collections.abc import Callable

from ground.journal import Journal
from ground.station import Contact, Station, StationSettings
from protocol.cop1.fop_settings import MAX_WINDOW_FRAMES, FopSettings
from protocol.errors import LocalError
from protocol.journey import Observer
from protocol.link import REPORT_S, GroundLink
from protocol.sdls.link_keys import LinkKeys
from protocol.sdls.security_store import SecurityStore
from radio.errors import ProfileError
from radio.node import Node
from radio.profile import LinkProfile, Profile

_MARGIN_S = 0.1
"""Light time both ways, and the spans of samples in which programs work."""

_TRANSMISSIONS = 20
"""In vain, of one frame in view of the spacecraft, until the service is begun anew."""


def build_ground(
    profile: Profile,
    sample_rate_hz: float,
    contacts: list[Contact],
    keys: LinkKeys,
    store: SecurityStore,
    journal: Journal,
    new_prompt_id: Callable[[], bytes],
    observe: Observer,
    on_text: Callable[[bytes, int, str], None],
    now_s: float = 0.0,
) -> tuple[Station, Node]:
    """Return the station and the node it runs in, from link time ``now_s`` on.

    Raise ProfileError if the profile does not fit the sample rate, or its frames are too short, DatabaseStateError if
    the journal cannot be read.
    """
    up_s, down_s = _longest_frame_s(profile.uplink), _longest_frame_s(profile.downlink)
    up_octets, down_octets = profile.uplink.frame_octets, profile.downlink.frame_octets
    try:
        link = GroundLink(keys, store, up_octets, down_octets, _fop_settings(up_s, down_s))
    except LocalError as error:
        raise ProfileError(error.field, error.value, error.accepted) from None
    settings = StationSettings(uplink_frame_s=up_s, response_timeout_s=2 * down_s + REPORT_S + _MARGIN_S)
    station = Station(link, contacts, new_prompt_id, observe, on_text, journal, settings, now_s)
    return station, Node(station, profile.uplink, profile.downlink, sample_rate_hz)


def _fop_settings(up_s: float, down_s: float) -> FopSettings:
    """A report is due after this frame, what is on the air on the way down, and the frame with the report itself.

    The window is twice what can be on its way until then, so that a report may be lost without a pause.
    """
    t1_s = up_s + REPORT_S + 2 * down_s + _MARGIN_S
    window = min(max(4, math.ceil(2 * t1_s / up_s)), MAX_WINDOW_FRAMES)
    return FopSettings(t1_s, timeout_type=0, transmission_limit=_TRANSMISSIONS, window_frames=window)


def _longest_frame_s(link: LinkProfile) -> float:
    code = link.code()
    symbols = len(code.acquisition) + len(code.encode(bytes(link.frame_octets)))
    return symbols / link.symbol_rate_baud
