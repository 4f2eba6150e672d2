"""Rigs and models for the end-to-end tests."""

import importlib.util
from collections.abc import Iterator

import pytest

from flatsat.hugging_face.engine import TransformersEngine
from testbed.scenario import Scenario
from testbed.session import RIGS


def _reason_to_skip(rig: str) -> str | None:
    if rig == "gnuradio" and importlib.util.find_spec("gnuradio") is None:
        return "GNU Radio is not installed"
    return None


@pytest.fixture(params=RIGS)
def rig_name(request: pytest.FixtureRequest) -> str:
    """Each rig in turn; one that this machine lacks is skipped with the reason."""
    reason = _reason_to_skip(request.param)
    if reason:
        pytest.skip(reason)
    return str(request.param)


@pytest.fixture(scope="session")
def engine() -> Iterator[TransformersEngine]:
    """The packaged model, asked directly."""
    engine = TransformersEngine()
    yield engine
    engine.close()


@pytest.fixture
def default_fast() -> Scenario:
    """The default scenario; link time runs free but while the model generates."""
    return Scenario.load("default").model_copy(update={"pace": "fast"})


@pytest.fixture
def loopback() -> Scenario:
    """The link alone, answered by a script."""
    return Scenario.load("loopback")
