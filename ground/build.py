"""A ground station's node, put together from its parts."""

from collections.abc import Callable

from ground.station import Contact, Station, StationSettings
from protocol.journey import Observer
from protocol.link import GroundLink, SpacecraftAddress
from radio.node import Node
from radio.profile import LinkProfile, Profile


def build_ground(
    profile: Profile,
    sample_rate_hz: float,
    contacts: list[Contact],
    new_prompt_id: Callable[[], bytes],
    observe: Observer,
    on_text: Callable[[bytes, str], None],
) -> tuple[Station, Node]:
    """Return the station and the node it runs in. Raise ProfileError if the profile does not fit the sample rate."""
    link = GroundLink(SpacecraftAddress(), profile.uplink.frame_octets, profile.downlink.frame_octets)
    settings = StationSettings(uplink_frame_s=_longest_frame_s(profile.uplink))
    station = Station(link, contacts, new_prompt_id, observe, on_text, settings)
    return station, Node(station, profile.uplink, profile.downlink, sample_rate_hz)


def _longest_frame_s(uplink: LinkProfile) -> float:
    code = uplink.code()
    symbols = len(code.acquisition) + len(code.encode(bytes(uplink.frame_octets)))
    return symbols / uplink.symbol_rate_baud
