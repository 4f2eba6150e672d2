"""Which engine answers, and how it is loaded."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flatsat.errors import ConfigError
from flatsat.scripted_engine import ScriptedEngine

if TYPE_CHECKING:
    from flatsat.hugging_face.engine import TransformersEngine

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
    own_process: bool | None = None
    """Whether the engine runs in a process of its own; if None, a model does, and the scripted one does not."""
    scrub_period_s: float = 10.0
    """Between two passes over the weights."""
    memory_limit_mib: int | None = None
    """What the engine's process may take, besides files it maps; no limit if None."""

    @property
    def supervised(self) -> bool:
        """Whether the engine runs in a process of its own."""
        return self.engine != "scripted" if self.own_process is None else self.own_process

    def __post_init__(self) -> None:
        """Raise ConfigError if there is no such engine, or if it could not run so."""
        if self.engine not in ENGINES:
            raise ConfigError("model.engine", self.engine, " or ".join(ENGINES))
        if not 0 < self.scrub_period_s < math.inf:
            raise ConfigError("model.scrub_period_s", self.scrub_period_s, "more than 0")
        if self.memory_limit_mib is not None and self.memory_limit_mib < 1:
            raise ConfigError("model.memory_limit_mib", self.memory_limit_mib, "1 or more, or none")


def load_engine(
    settings: EngineSettings, on_progress: Callable[[float], None]
) -> "ScriptedEngine | TransformersEngine":
    """Load the engine in this process; ``on_progress`` is called with 0 to 1. Raise ConfigError or EngineError."""
    if settings.engine == "scripted":
        return ScriptedEngine(tokens_per_s=settings.tokens_per_s)
    from flatsat.hugging_face.engine import TransformersEngine  # torch takes seconds to import

    return TransformersEngine(
        Path(settings.model) if settings.model else None,
        settings.gguf_file,
        settings.device,
        settings.dtype,
        settings.threads,
        settings.scrub_period_s,
        on_progress,
    )
