"""A flatsat's node, put together from its parts."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flatsat.board import BoardClient
from flatsat.engine import Engine
from flatsat.errors import ConfigError
from flatsat.scripted_engine import ScriptedEngine
from flatsat.spacecraft import Spacecraft, SpacecraftSettings
from protocol.journey import Observer
from protocol.link import SpacecraftAddress, SpacecraftLink
from radio.node import Node
from radio.profile import Profile

ENGINES = ("transformers", "scripted")


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """Which engine answers, and with which model."""

    engine: str = "transformers"
    model: str | None = None
    """A Hugging Face directory or a .gguf file; the packaged model if None."""
    gguf_file: str | None = None
    device: str = "cpu"
    dtype: str = "float32"
    threads: int = 1
    tokens_per_s: float = 25.0
    """Pace of the scripted engine."""

    def __post_init__(self) -> None:
        """Raise ConfigError if there is no such engine."""
        if self.engine not in ENGINES:
            raise ConfigError("model.engine", self.engine, " or ".join(ENGINES))


def build_engine(settings: EngineSettings, on_progress: Callable[[float], None]) -> Engine:
    """Load the engine; ``on_progress`` is called with 0 to 1. Raise ConfigError or EngineError."""
    if settings.engine == "scripted":
        return ScriptedEngine(tokens_per_s=settings.tokens_per_s)
    from flatsat.transformers_engine import TransformersEngine  # torch takes seconds to import

    model = Path(settings.model) if settings.model else None
    return TransformersEngine(model, settings.gguf_file, settings.device, settings.dtype, settings.threads, on_progress)


def build_flatsat(
    profile: Profile,
    sample_rate_hz: float,
    engine: Engine,
    board: BoardClient | None,
    observe: Observer,
    hold: Callable[[bool], None],
    settings: SpacecraftSettings | None = None,
) -> tuple[Spacecraft, Node]:
    """Return the spacecraft and the node it runs in. Raise ProfileError if the profile does not fit the sample rate."""
    downlink = profile.downlink
    link = SpacecraftLink(SpacecraftAddress(), downlink.frame_octets, streams=downlink.transmission == "continuous")
    spacecraft = Spacecraft(link, engine, board, observe, hold, settings or SpacecraftSettings())
    return spacecraft, Node(spacecraft, profile.downlink, profile.uplink, sample_rate_hz)
