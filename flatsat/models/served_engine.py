"""The engine of whichever model is in service."""

from __future__ import annotations

from flatsat.engine import Generation, GenerationRequest, Notice
from flatsat.errors import EngineError
from flatsat.models.service import ModelService


class ServedEngine:
    """An engine that stands for the model in service: not ready while another is loaded or tested, or waited for."""

    def __init__(self, service: ModelService) -> None:
        self._service = service

    @property
    def runs_on_wall_clock(self) -> bool:
        """Whether link time must be held to the wall clock: to load a model takes real time."""
        engine = self._service.engine
        return engine is None or engine.runs_on_wall_clock

    @property
    def ready(self) -> bool:
        """Whether a model is in service that no order to switch waits for."""
        engine = self._service.engine
        return engine is not None and engine.ready and not self._service.wants_engine

    @property
    def alive(self) -> bool:
        """Whether the model works, or one is on its way into service."""
        engine = self._service.engine
        return self._service.busy if engine is None else engine.alive

    def tick(self, now_s: float) -> list[Notice]:
        """Look after the engine, that of a model on trial, too."""
        return self._service.tick_engine(now_s)

    def flip(self, count: int, seed: int) -> None:
        """Flip bits of the weights of the model in service, if there is one."""
        if self._service.engine is not None:
            self._service.engine.flip(count, seed)

    def start(self, request: GenerationRequest, now_s: float) -> Generation:
        """Begin an answer. Raises EngineError as the port says."""
        engine = self._service.engine
        if engine is None:
            raise EngineError("no model is in service")
        return engine.start(request, now_s)

    def close(self) -> None:
        """Give up the model."""
        self._service.close()
