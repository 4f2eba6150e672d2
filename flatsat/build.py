"""A flatsat's node, put together from its parts."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict

from flatsat.board import BoardClient
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
from protocol.sdls.link_keys import LinkKeys
from protocol.sdls.security_store import SecurityStore
from radio.errors import ProfileError
from radio.node import Node
from radio.profile import Profile


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


def build_flatsat(
    profile: Profile,
    sample_rate_hz: float,
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
) -> tuple[Spacecraft, Node]:
    """Return the spacecraft and the node it runs in, from link time ``now_s`` on.

    Raise ProfileError if the profile does not fit the sample rate, or its frames are too short, DatabaseStateError if
    the journal cannot be read.
    """
    downlink = profile.downlink
    streams = downlink.transmission == "continuous"
    try:
        link = SpacecraftLink(keys, store, downlink.frame_octets, streams, telecommand_state(journal))
    except LocalError as error:
        raise ProfileError(error.field, error.value, error.accepted) from None
    spacecraft = Spacecraft(
        link, engine, board, journal, observe, hold, settings or SpacecraftSettings(), now_s, models
    )
    return spacecraft, Node(spacecraft, profile.downlink, profile.uplink, sample_rate_hz)
