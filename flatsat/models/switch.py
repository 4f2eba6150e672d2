"""Which model answers: the one ordered, if it loads and passes its self-test, or else the one before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from flatsat.engine import Engine, Notice
from flatsat.errors import ConfigError
from flatsat.models.errors import ModelError
from flatsat.models.pointers import MAX_STARTS
from flatsat.models.self_test import SelfTest
from flatsat.models.store import ModelStore
from flatsat.models.task import Task
from protocol.model_messages import ModelFault
from protocol.model_package.manifest import BUILT_IN

LoadModel: TypeAlias = Callable[[str, Engine | None], Task[Engine]]
"""Closes the engine given, if any, then loads the model of that name: a board's memory holds one."""


class SwitchState(Enum):
    """Where the spacecraft stands with its model."""

    OUT_OF_SERVICE = "no model answers"
    LOADING = "a model is loading"
    TESTING = "a model on trial answers its self-test"
    IN_SERVICE = "a model answers prompts"


class SwitchEvent(Enum):
    """What can change that."""

    ORDERED = "a model is to be loaded"
    LOADED = "the model on trial is loaded"
    TRUSTED = "a model that was in service before is loaded, or the self-test is passed"
    FAILED = "it failed or took too long, and another is to be loaded"
    EXHAUSTED = "it failed or took too long, and there is no other"


# An event that has no entry for a state cannot happen there.
TRANSITIONS: dict[tuple[SwitchState, SwitchEvent], SwitchState] = {
    (SwitchState.OUT_OF_SERVICE, SwitchEvent.ORDERED): SwitchState.LOADING,
    (SwitchState.IN_SERVICE, SwitchEvent.ORDERED): SwitchState.LOADING,
    (SwitchState.LOADING, SwitchEvent.LOADED): SwitchState.TESTING,
    (SwitchState.LOADING, SwitchEvent.TRUSTED): SwitchState.IN_SERVICE,
    (SwitchState.LOADING, SwitchEvent.FAILED): SwitchState.LOADING,
    (SwitchState.LOADING, SwitchEvent.EXHAUSTED): SwitchState.OUT_OF_SERVICE,
    (SwitchState.TESTING, SwitchEvent.TRUSTED): SwitchState.IN_SERVICE,
    (SwitchState.TESTING, SwitchEvent.FAILED): SwitchState.LOADING,
    (SwitchState.TESTING, SwitchEvent.EXHAUSTED): SwitchState.OUT_OF_SERVICE,
}


@dataclass(frozen=True, slots=True)
class TrialLimits:
    """How long a model may take to load, and to answer its self-test. Raises ConfigError."""

    load_s: float = 300.0
    self_test_s: float = 120.0

    def __post_init__(self) -> None:
        for name in ("load_s", "self_test_s"):
            if not getattr(self, name) > 0:
                raise ConfigError(f"model_trial.{name}", getattr(self, name), "greater than 0")


@dataclass(frozen=True, slots=True)
class Outcome:
    """A model came into service, or failed with `fault`."""

    name: str
    fault: ModelFault | None = None
    detail: str = ""


class ModelSwitch:
    """Brings one model into service, and another in its place, without ever leaving the spacecraft mute.

    A list of models is worked through until one comes into service: the one ordered, the active, the previous,
    the built-in one. What is on trial is written down before it is loaded, and the number of starts too: a model
    that takes the program down with it is not tried again after the restart.
    """

    def __init__(self, store: ModelStore, load: LoadModel, limits: TrialLimits) -> None:
        self._store, self._load, self._limits = store, load, limits
        self._state = SwitchState.OUT_OF_SERVICE
        self._engine: Engine | None = None
        self._name = BUILT_IN
        self._left: list[str] = []
        self._task: Task[Engine] | None = None
        self._test: SelfTest | None = None
        self._deadline_s = 0.0

    @property
    def state(self) -> SwitchState:
        """Where it stands."""
        return self._state

    @property
    def busy(self) -> bool:
        """Whether a model is loading or answers its self-test."""
        return self._state in (SwitchState.LOADING, SwitchState.TESTING)

    @property
    def engine(self) -> Engine | None:
        """The engine that answers prompts; None while no model is in service."""
        return self._engine if self._state is SwitchState.IN_SERVICE else None

    @property
    def name(self) -> str:
        """The model in service, or the one that is loaded or tested."""
        return self._name

    def start(self, now_s: float) -> list[Outcome]:
        """Load the active model after a start of the program; return those that are given up before."""
        before = self._store.pointers
        pointers, given_up = before, []
        if before.trial is not None:
            given_up.append(Outcome(before.trial, ModelFault.INTERRUPTED, "the program ended during its trial"))
            pointers = pointers.without(before.trial)
        if before.starts >= MAX_STARTS and before.active != BUILT_IN:
            detail = f"{MAX_STARTS} starts did not bring it into service"
            given_up.append(Outcome(before.active, ModelFault.INTERRUPTED, detail))
            pointers = pointers.without(before.active)
        self._store.note(pointers.started())
        self._work_through([pointers.active, pointers.previous, BUILT_IN], now_s)
        return given_up

    def order(self, name: str, now_s: float) -> None:
        """Put the model `name` on trial; the engine has to be idle. Raises ModelError if that cannot begin."""
        if self.busy:
            raise ModelError(ModelFault.BUSY, f"{self._name} is on trial")
        self._store.find(name)
        pointers = self._store.pointers
        self._store.point(pointers.tried(name))
        self._work_through([name, pointers.active, pointers.previous, BUILT_IN], now_s)

    def poll(self, now_s: float) -> list[Outcome]:
        """Go on; return what became of a model since the last call. Never blocks."""
        try:
            event = self._event(now_s)
        except ModelError as error:
            return [self._give_up(error, now_s)]
        if event is SwitchEvent.LOADED:
            self._begin_test(now_s)
        return [self._serve()] if event is SwitchEvent.TRUSTED else []

    def tick_engine(self, now_s: float) -> list[Notice]:
        """Look after the engine, if there is one; return what has happened to it."""
        return self._engine.tick(now_s) if self._engine is not None else []

    def close(self) -> None:
        """Give up the model."""
        if self._task is not None:
            self._task.abandon()
        if self._engine is not None:
            self._engine.close()

    def _event(self, now_s: float) -> SwitchEvent | None:
        """Return what has happened since the last call, if anything; raise ModelError if the model failed."""
        if not self.busy:
            return None
        event = self._load_event() if self._state is SwitchState.LOADING else self._test_event(now_s)
        if event is None and now_s >= self._deadline_s:
            raise ModelError(ModelFault.TIMED_OUT, f"{self._state.value}: that took too long")
        return event

    def _load_event(self) -> SwitchEvent | None:
        try:
            self._engine = self._task.poll() if self._task else None
        except ModelError:
            raise
        except Exception as error:  # torch raises what it likes, and the spacecraft has to go on
            raise ModelError(ModelFault.LOAD_FAILED, str(error)) from error
        if self._engine is None:
            return None
        self._task = None
        return SwitchEvent.LOADED if self._name == self._store.pointers.trial else SwitchEvent.TRUSTED

    def _test_event(self, now_s: float) -> SwitchEvent | None:
        verdict = self._test.poll(now_s) if self._test else None
        if verdict is not None and not verdict.passed:
            raise ModelError(ModelFault.SELF_TEST_FAILED, verdict.detail)
        return SwitchEvent.TRUSTED if verdict else None

    def _begin_test(self, now_s: float) -> None:
        self._happen(SwitchEvent.LOADED)
        package = self._store.find(self._name).package
        if self._engine is not None:
            self._test = SelfTest(self._engine, package.self_tests if package else ())
        self._deadline_s = now_s + self._limits.self_test_s

    def _serve(self) -> Outcome:
        self._happen(SwitchEvent.TRUSTED)
        self._store.note(self._store.pointers.serving(self._name))
        return Outcome(self._name)

    def _give_up(self, error: ModelError, now_s: float) -> Outcome:
        failed = Outcome(self._name, error.fault, error.detail)
        if self._task is not None:
            self._task.abandon()
        self._store.note(self._store.pointers.without(self._name))
        self._next(SwitchEvent.FAILED, now_s)
        return failed

    def _work_through(self, names: list[str], now_s: float) -> None:
        self._left = list(dict.fromkeys(names))
        self._next(SwitchEvent.ORDERED, now_s)

    def _next(self, event: SwitchEvent, now_s: float) -> None:
        self._test = self._task = None
        self._happen(event if self._left else SwitchEvent.EXHAUSTED)
        if self._left:
            self._name = self._left.pop(0)
            self._task = self._load(self._name, self._engine)
            self._engine = None
            self._deadline_s = now_s + self._limits.load_s

    def _happen(self, event: SwitchEvent) -> None:
        self._state = TRANSITIONS[self._state, event]
