"""A model service put together from a directory and the engine's settings."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path

from flatsat.build import EngineSettings, build_engine
from flatsat.engine import Engine
from flatsat.model_files import ConvertedModel, find_model
from flatsat.models.errors import ModelError
from flatsat.models.service import ModelService
from flatsat.models.store import InstalledModel, ModelStore, StoreLimits
from flatsat.models.switch import ModelSwitch, TrialLimits
from flatsat.models.task import BackgroundTask, DoneTask
from protocol.model_messages import ModelFault

_CLOSE_S = 10.0


@dataclass(frozen=True, slots=True)
class ModelServiceSettings:
    """Where models are kept, how many, and how long one may be on trial."""

    directory: Path
    store: StoreLimits = field(default_factory=StoreLimits)
    trial: TrialLimits = field(default_factory=TrialLimits)


def build_model_service(
    settings: ModelServiceSettings,
    engine_settings: EngineSettings,
    on_progress: Callable[[float], None],
    build: Callable[[EngineSettings, Callable[[float], None]], Engine] = build_engine,
    task: type[BackgroundTask] | type[DoneTask] = BackgroundTask,  # type: ignore[type-arg]
) -> ModelService:
    """Return a service whose built-in model is that of `engine_settings`; `on_progress` gets 0 to 1 as one loads.

    Raises ConfigError, EngineError if the built-in model is missing, OSError if the directory cannot be used.
    """

    def load(name: str, replaced: Engine | None) -> BackgroundTask[Engine] | DoneTask[Engine]:
        return task(lambda: load_now(name, replaced), _close)

    def load_now(name: str, replaced: Engine | None) -> Engine:
        if replaced is not None:
            _close(replaced)
        model = store.verify(name)
        path = str(model.path) if model.files else None
        return build(replace(engine_settings, model=path, gguf_file=None), on_progress)

    def install(package: Path) -> BackgroundTask[InstalledModel] | DoneTask[InstalledModel]:
        return task(lambda: _install(store, package), lambda _model: None)

    def as_safetensors(gguf: Path) -> Path:
        return _converted(gguf, engine_settings.dtype)

    store = ModelStore(settings.directory, _built_in(engine_settings), settings.store, as_safetensors)
    return ModelService(store, ModelSwitch(store, load, settings.trial), install)


def _built_in(settings: EngineSettings) -> Path | None:
    if settings.engine == "scripted":
        return None
    return find_model(Path(settings.model) if settings.model else None, settings.gguf_file).path


def _install(store: ModelStore, package: Path) -> InstalledModel:
    with package.open("rb") as stream:
        return store.install(stream, lambda _octets: None)


def _close(engine: Engine) -> None:
    """Close an engine, but do not wait for ever for one that hangs."""
    closing = threading.Thread(target=engine.close, name="close", daemon=True)
    closing.start()
    closing.join(_CLOSE_S)


def _converted(gguf: Path, dtype: str) -> Path:
    """Return where the engine keeps what it made of a GGUF file."""
    kept = ConvertedModel(gguf, f"{dtype}-transformers-{version('transformers')}")
    if not kept.exists():
        raise ModelError(
            ModelFault.NOT_MERGEABLE, f"{gguf.name} has to be loaded once before an adapter is added to it"
        )
    return kept.directory
