"""What the ground orders of models, and what is told of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

from flatsat.engine import Engine, Notice
from flatsat.models.errors import ModelError
from flatsat.models.store import InstalledModel, ModelStore
from flatsat.models.switch import ModelSwitch, Outcome
from flatsat.models.task import Task
from protocol.model_messages import (
    MAX_DETAIL_OCTETS,
    ListModels,
    ModelFault,
    ModelState,
    ModelStatus,
    RemoveModel,
    SwitchModel,
)
from protocol.model_package.manifest import check_name

StartInstallation: TypeAlias = Callable[[Path], Task[InstalledModel]]

_FOR_WANT_OF_ROOM = (ModelFault.STORE_FULL, ModelFault.DISK)


class ModelService:
    """Installs packages one after another, and carries out orders to switch and to remove.

    A package that found no room is kept, and tried again when a model was removed; any other is deleted once it
    was installed or refused.
    """

    def __init__(self, store: ModelStore, switch: ModelSwitch, start_installation: StartInstallation) -> None:
        self._store, self._switch, self._start_installation = store, switch, start_installation
        self._packages: deque[Path] = deque()
        self._waiting_for_room: list[Path] = []
        self._installation: Task[InstalledModel] | None = None
        self._ordered: SwitchModel | None = None

    @property
    def engine(self) -> Engine | None:
        """The engine that answers prompts; None while a model is loaded or tested, or where none is fit."""
        return self._switch.engine

    @property
    def busy(self) -> bool:
        """Whether a model is being loaded or tested."""
        return self._switch.busy

    @property
    def name(self) -> str:
        """The model in service, or the one that is loaded or tested."""
        return self._switch.name

    @property
    def wants_engine(self) -> bool:
        """Whether an order to switch waits for the engine to be idle: no prompt should be begun."""
        return self._ordered is not None

    def start(self, now_s: float) -> list[ModelStatus]:
        """Bring the active model into service, after a start of the program."""
        return [self._news(outcome) for outcome in self._switch.start(now_s)]

    def install(self, package: Path) -> None:
        """Install what was received as `package`; its name less its suffix is told where it has no readable other.

        Raises LocalError if that is no model's name.
        """
        check_name("package", package.stem)
        self._packages.append(package)

    def take(self, message: SwitchModel | RemoveModel | ListModels) -> list[ModelStatus]:
        """Return the answer to a message; more may come of it later."""
        if isinstance(message, ListModels):
            return [self._status(model.name) for model in self._store.models()]
        try:
            if message.order > self._store.pointers.last_order:
                self._carry_out(message)
        except ModelError as error:
            return [self._status(message.name, message.order, error)]
        return [self._status(message.name, message.order)]

    def poll(self, now_s: float, idle: bool) -> list[ModelStatus]:
        """Go on; return the news. `idle` says that the engine answers no prompt. Never blocks."""
        news = [self._news(outcome) for outcome in self._switch.poll(now_s)]
        return [*news, *self._poll_order(now_s, idle), *self._poll_installation()]

    def tick_engine(self, now_s: float) -> list[Notice]:
        """Look after the engine, that of a model on trial, too; return what has happened to it."""
        return self._switch.tick_engine(now_s)

    def close(self) -> None:
        """Give up the model and what is being installed."""
        if self._installation is not None:
            self._installation.abandon()
        self._switch.close()

    def _carry_out(self, message: SwitchModel | RemoveModel) -> None:
        self._check_free(message)
        self._store.point(self._store.pointers.ordered(message.order))
        if isinstance(message, SwitchModel):
            self._ordered = message if message.name != self._active else None
        else:
            self._store.remove(message.name)
            self._packages.extend(self._waiting_for_room)
            self._waiting_for_room.clear()

    def _check_free(self, message: SwitchModel | RemoveModel) -> None:
        if self._ordered is not None or self._switch.busy:
            raise ModelError(ModelFault.BUSY, "a model is being loaded or tested")
        if isinstance(message, SwitchModel):
            self._store.find(message.name)
        elif self._installation is not None:  # it may need the model as its base
            raise ModelError(ModelFault.BUSY, "a package is being installed")

    def _poll_order(self, now_s: float, idle: bool) -> list[ModelStatus]:
        order = self._ordered
        if order is None or not idle or self._switch.busy:
            return []
        self._ordered = None
        try:
            self._switch.order(order.name, now_s)
        except ModelError as error:
            return [self._status(order.name, order.order, error)]
        return [self._status(order.name, order.order)]

    def _poll_installation(self) -> list[ModelStatus]:
        if not self._packages:
            return []
        package = self._packages[0]
        try:
            self._installation = self._installation or self._start_installation(package)
            model = self._installation.poll()
        except ModelError as error:
            return [self._refused(package, error)]
        except Exception as error:  # noqa: BLE001 (whatever is in a package, the spacecraft goes on)
            fault = ModelFault.DISK if isinstance(error, OSError) else ModelFault.MALFORMED
            return [self._refused(package, ModelError(fault, repr(error)))]
        if model is None:
            return []
        self._done(package)
        return [self._status(model.name)]

    def _refused(self, package: Path, error: ModelError) -> ModelStatus:
        if error.fault in _FOR_WANT_OF_ROOM:
            self._waiting_for_room.append(package)
            self._installation = None
            self._packages.popleft()
        else:
            self._done(package)
        return self._status(package.stem, error=error)

    def _done(self, package: Path) -> None:
        self._installation = None
        self._packages.popleft()
        with suppress(OSError):  # it is refused as known after the next start
            package.unlink()

    @property
    def _active(self) -> str | None:
        return self._switch.name if self._switch.engine is not None else None

    def _news(self, outcome: Outcome) -> ModelStatus:
        error = ModelError(outcome.fault, outcome.detail) if outcome.fault else None
        return self._status(outcome.name, error=error)

    def _status(self, name: str, order: int = 0, error: ModelError | None = None) -> ModelStatus:
        try:
            content = self._store.find(name).model_id
        except ModelError:
            content = b""
        detail = error.detail.encode(errors="replace")[:MAX_DETAIL_OCTETS].decode(errors="ignore") if error else ""
        return ModelStatus(order, name, self._state_of(name), content, error.fault if error else None, detail)

    def _state_of(self, name: str) -> ModelState:
        pointers = self._store.pointers
        if name == self._active:
            return ModelState.ACTIVE
        if name == pointers.trial or (self._ordered is not None and self._ordered.name == name):
            return ModelState.ON_TRIAL
        if name in pointers.failed:
            return ModelState.FAILED
        return ModelState.INSTALLED if self._store.holds(name) else ModelState.ABSENT
