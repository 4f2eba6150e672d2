"""A flatsat's node, put together from its parts."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, replace

from flatsat.board import BoardClient
from flatsat.contact_rest import Downlink
from flatsat.energy.energy_meter import EnergyMeter
from flatsat.engine import Engine
from flatsat.engine_settings import EngineSettings as EngineSettings
from flatsat.engine_settings import load_engine
from flatsat.journal import Journal
from flatsat.models.uplink import ModelUplink
from flatsat.safekeeping import telecommand_state
from flatsat.spacecraft import Spacecraft, SpacecraftSettings
from flatsat.supervised_engine import SupervisedEngine
from protocol.errors import LocalError
from protocol.journey import Observer
from protocol.link import SpacecraftLink
from protocol.messages import segment_overhead_octets
from protocol.sdls.frame_cipher import OVERHEAD_OCTETS as SECURITY_OCTETS
from protocol.sdls.link_keys import LinkKeys
from protocol.sdls.security_store import SecurityStore
from protocol.tm_frame import data_octets
from radio.errors import ProfileError
from radio.serial_radio.air_interface import AirInterface, Leg


def supervise_engine(settings: EngineSettings) -> SupervisedEngine:
    """Return the engine in a process of its own, which begins to load."""
    return SupervisedEngine([sys.executable, "-m", "flatsat.engine_process", json.dumps(asdict(settings))])


def build_engine(settings: EngineSettings, on_progress: Callable[[float], None]) -> Engine:
    """Return the engine, loaded, in this process or one of its own.

    ``on_progress`` is called with 0 to 1. Raise ConfigError or EngineError.
    """
    return (build_supervised if settings.supervised else load_engine)(settings, on_progress)


def build_supervised(settings: EngineSettings, on_progress: Callable[[float], None]) -> SupervisedEngine:
    """Return the engine, loaded in a process of its own. Raise ConfigError or EngineError."""
    engine = supervise_engine(settings)
    try:
        engine.wait_ready(on_progress)
    except BaseException:
        engine.close()
        raise
    return engine


def build_spacecraft(
    air: AirInterface,
    engine: Engine,
    board: BoardClient | None,
    keys: LinkKeys,
    store: SecurityStore,
    journal: Journal,
    observe: Observer,
    hold: Callable[[bool], None],
    settings: SpacecraftSettings | None = None,
    now_s: float = 0.0,
    models: ModelUplink | None = None,
    meter: EnergyMeter | None = None,
) -> Spacecraft:
    """Return the spacecraft, from link time ``now_s`` on, for a node of any kind.

    Raise ProfileError if the frames are too short, DatabaseStateError if the journal cannot be read.
    """
    downlink = air.downlink
    streams = downlink.transmission == "continuous"
    try:
        link = SpacecraftLink(keys, store, downlink.frame_octets, streams, telecommand_state(journal))
    except LocalError as error:
        raise ProfileError(error.field, error.value, error.accepted) from None
    settings = replace(settings or SpacecraftSettings(), downlink=_downlink(downlink))
    return Spacecraft(link, engine, board, journal, observe, hold, settings, now_s, models, meter)


def _downlink(leg: Leg) -> Downlink:
    """Return how fast words go down; a frame holds one segment of them at the least."""
    room_octets = data_octets(leg.frame_octets) - SECURITY_OCTETS - segment_overhead_octets(None)
    return Downlink(leg.longest_frame_s, max(1, room_octets))
