import io
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from flatsat.errors import ConfigError, EngineError
from flatsat.models.errors import ModelError
from flatsat.models.pointers import Pointers
from flatsat.models.store import ModelStore
from flatsat.models.switch import TRANSITIONS, ModelSwitch, Outcome, SwitchState, TrialLimits
from flatsat.scripted_engine import ScriptedEngine
from protocol.model_messages import ModelFault
from protocol.model_package.manifest import SelfTestPrompt

OpenStore = Callable[..., ModelStore]
Pack = Callable[..., io.BytesIO]


class Loading:
    """A load that takes as long as the test wants."""

    def __init__(self, bench: "Bench", name: str) -> None:
        self._bench, self._name = bench, name

    def poll(self) -> Any:
        engine = self._bench.engines.get(self._name, ScriptedEngine())
        if isinstance(engine, Exception):
            raise engine
        return engine

    def abandon(self) -> None:
        self._bench.abandoned.append(self._name)


class Bench:
    """A switch over models a, b, c and the built-in one; `engines` says what loading one gives."""

    def __init__(self, store: ModelStore) -> None:
        self.store = store
        self.engines: dict[str, Any] = {}
        self.loads: list[str] = []
        self.replaced: list[Any] = []
        self.abandoned: list[str] = []
        self.restart()

    def restart(self) -> list[Outcome]:
        self.switch = ModelSwitch(self.store, self.load, TrialLimits(load_s=10, self_test_s=20))
        self.now_s = 0.0
        return []

    def load(self, name: str, replaced: Any) -> Any:
        self.loads.append(name)
        self.replaced.append(replaced)
        return Loading(self, name)

    def settle(self) -> list[Outcome]:
        """Poll until nothing is loaded or tested; return what became of models."""
        outcomes = []
        self.now_s = 0.0
        while self.switch.busy:
            outcomes += self.switch.poll(self.now_s)
            self.now_s += 0.5
        return outcomes


@pytest.fixture
def bench(open_store: OpenStore, pack: Pack) -> Bench:
    store = open_store()
    for name in ("a", "b", "c"):
        store.install(pack(name, self_tests=(SelfTestPrompt("Hi", 8),)), lambda octets: None)
    return Bench(store)


@pytest.fixture
def serving(bench: Bench) -> Bench:
    """Model a answers."""
    bench.switch.start(0.0)
    bench.settle()
    bench.switch.order("a", 0.0)
    bench.settle()
    bench.loads.clear()
    return bench


def test_the_built_in_model_answers_first(bench: Bench) -> None:
    assert bench.switch.engine is None
    assert bench.switch.start(0.0) == []
    assert bench.switch.engine is None
    assert bench.settle() == [Outcome("built-in")]
    assert bench.switch.engine is not None
    assert bench.store.pointers == Pointers()


def test_a_model_that_passes_answers_from_then_on(serving: Bench) -> None:
    before = serving.switch.engine
    serving.switch.order("b", 0.0)
    assert serving.store.pointers.trial == "b"
    assert serving.switch.engine is None
    assert serving.replaced[-1] is before
    assert serving.settle() == [Outcome("b")]
    assert (serving.switch.name, serving.switch.state) == ("b", SwitchState.IN_SERVICE)
    assert serving.store.pointers == Pointers("b", "a")
    assert serving.loads == ["b"]


class Mute(ScriptedEngine):
    def answer(self, prompt: str, system: str | None = None, turns: Sequence[str] = ()) -> str:
        return " "


class Hung(ScriptedEngine):
    def __init__(self) -> None:
        super().__init__(tokens_per_s=1e-6)


FAILURES = [
    (EngineError("no such layer"), ModelFault.LOAD_FAILED),
    (MemoryError("CUDA out of memory"), ModelFault.LOAD_FAILED),
    (ModelError(ModelFault.CORRUPT, "a bit flipped"), ModelFault.CORRUPT),
    (None, ModelFault.TIMED_OUT),
    (Mute(), ModelFault.SELF_TEST_FAILED),
    (Hung(), ModelFault.TIMED_OUT),
]


@pytest.mark.parametrize(("engine", "fault"), FAILURES)
def test_a_model_that_fails_is_rolled_back(serving: Bench, engine: Any, fault: ModelFault) -> None:
    serving.engines["b"] = engine
    serving.switch.order("b", 0.0)
    outcomes = serving.settle()
    assert [(outcome.name, outcome.fault) for outcome in outcomes] == [("b", fault), ("a", None)]
    assert serving.switch.engine is not None
    assert serving.store.pointers == Pointers("a", failed=("b",))
    assert serving.loads == ["b", "a"]


def test_the_self_test_has_its_own_time(serving: Bench) -> None:
    serving.engines["b"] = ScriptedEngine(tokens_per_s=1)
    serving.switch.order("b", 0.0)
    assert serving.settle() == [Outcome("b")]
    assert 10 < serving.now_s < 22


def test_a_load_that_hangs_is_abandoned(serving: Bench) -> None:
    serving.engines["b"] = None
    serving.switch.order("b", 0.0)
    serving.settle()
    assert serving.abandoned == ["b"]


@pytest.mark.parametrize(("broken", "name"), [({"b", "a"}, "built-in"), ({"b"}, "a"), ({"b", "a", "built-in"}, None)])
def test_there_is_a_next_one_to_fall_back_on(serving: Bench, broken: set[str], name: str | None) -> None:
    serving.engines = {each: EngineError("broken") for each in broken}
    serving.switch.order("b", 0.0)
    serving.settle()
    if name is None:
        assert serving.switch.state is SwitchState.OUT_OF_SERVICE
        assert serving.switch.engine is None
        serving.engines.clear()
        serving.switch.order("c", 0.0)
        serving.settle()
        assert serving.store.pointers.active == "c"
    else:
        assert serving.store.pointers.active == serving.switch.name == name


def test_a_program_that_ends_during_a_trial_starts_with_the_model_before(serving: Bench) -> None:
    serving.switch.order("b", 0.0)
    serving.restart()
    assert [(outcome.name, outcome.fault) for outcome in serving.switch.start(0.0)] == [("b", ModelFault.INTERRUPTED)]
    assert serving.settle() == [Outcome("a")]
    assert serving.store.pointers == Pointers("a", failed=("b",))
    serving.switch.order("b", 0.0)
    assert serving.settle() == [Outcome("b")]
    assert serving.store.pointers == Pointers("b", "a")


def test_an_active_model_that_takes_the_program_down_is_given_up(serving: Bench) -> None:
    serving.switch.order("b", 0.0)
    serving.settle()
    for _ in range(3):
        serving.restart()
        assert serving.switch.start(0.0) == []
        assert serving.loads[-1] == "b"
    serving.restart()
    assert [outcome.name for outcome in serving.switch.start(0.0)] == ["b"]
    assert serving.settle() == [Outcome("a")]
    assert serving.store.pointers == Pointers("a", failed=("b",))


def test_starts_that_succeed_are_not_counted(serving: Bench) -> None:
    for _ in range(5):
        serving.restart()
        assert serving.switch.start(0.0) == []
        assert serving.settle() == [Outcome("a")]


def test_the_built_in_model_is_never_given_up(bench: Bench) -> None:
    for _ in range(6):
        bench.restart()
        assert bench.switch.start(0.0) == []
    assert bench.settle() == [Outcome("built-in")]


def test_one_trial_at_a_time_and_of_models_there_are(serving: Bench) -> None:
    for name, fault in (("nobody", ModelFault.UNKNOWN), ("c", None), ("b", ModelFault.BUSY)):
        if fault is None:
            serving.switch.order(name, 0.0)
            continue
        with pytest.raises(ModelError) as caught:
            serving.switch.order(name, 0.0)
        assert caught.value.fault is fault


def test_a_disk_that_takes_no_more_keeps_no_model_from_answering(
    serving: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "no space")

    serving.switch.order("b", 0.0)
    monkeypatch.setattr("flatsat.models.store.save_pointers", full)
    assert serving.settle() == [Outcome("b")]
    with pytest.raises(ModelError):
        serving.switch.order("c", 0.0)
    assert serving.switch.engine is not None


def test_every_state_has_a_way_out_and_every_event_a_place() -> None:
    assert {state for state, _ in TRANSITIONS} == set(SwitchState)
    assert set(TRANSITIONS.values()) == set(SwitchState)


@pytest.mark.parametrize("name", ["load_s", "self_test_s"])
def test_limits_are_checked(name: str) -> None:
    for value in (0, -1, float("nan")):
        with pytest.raises(ConfigError, match=name):
            TrialLimits(**{name: value})
