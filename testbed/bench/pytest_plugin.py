"""The pytest plugin: tests written once, run on any rig.

``pytest --bench bench.toml`` runs each test that takes the fixture ``bench`` on that bench; ``--bench`` may be given
more than once, with ``memory``, ``zmq`` and ``gnuradio`` for the software rigs. A test names what it needs,
``@pytest.mark.needs("rx_sdr", "power_control")``, and is skipped with the reason where that is lacking.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:  # loaded only by a test that has a bench: every other pytest of this Python would wait for it
    from testbed.bench.under_test import BenchUnderTest

_FIXTURE = "_bench_name"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("bench", "tests on a bench")
    group.addoption(
        "--bench",
        action="append",
        metavar="RIG",
        help="what to run tests with a bench on: memory, zmq, gnuradio, or a bench's .toml file; repeatable",
    )
    group.addoption("--bench-report", type=Path, metavar="FILE", help="a page of HTML: which test ran on which bench")
    group.addoption("--bench-out", type=Path, metavar="DIR", help="where tests keep consoles and recordings")
    group.addoption("--bench-record", action="store_true", help="keep what both ends receive there, to replay it")
    group.addoption("--bench-seed", type=int, default=1, help="seed of noise, fading and prompt ids [default: 1]")
    parser.addini("bench", "what to run tests with a bench on where no --bench says so", type="args", default=["zmq"])


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, and what collects the report."""
    config.addinivalue_line("markers", "needs(feature, ...): what a bench has to have; else the test is skipped")
    if config.getoption("--bench-record") and not config.getoption("--bench-out"):
        raise pytest.UsageError("--bench-record keeps nothing; accepted: together with --bench-out DIR")
    path = config.getoption("--bench-report")
    if path is not None and not hasattr(config, "workerinput"):  # under xdist the reports come together in one place
        from testbed.bench.matrix import MatrixReporter

        config.pluginmanager.register(MatrixReporter(path))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test with a bench on each in turn."""
    if _FIXTURE in metafunc.fixturenames:
        config = metafunc.config
        names = config.getoption("--bench") or config.getini("bench")
        metafunc.parametrize(_FIXTURE, names, ids=[Path(name).stem for name in names], scope="session")


@pytest.fixture
def bench(_bench_name: str, request: pytest.FixtureRequest, tmp_path: Path, record_property: Any) -> BenchUnderTest:
    """The bench under test: ``bench.ask(text)``, ``with bench.up() as rig``; see docs/bench.md."""
    from testbed.bench.under_test import BenchUnderTest
    from testbed.errors import ScenarioError

    config = request.config
    out = config.getoption("--bench-out")
    folder = out / re.sub(r"[^\w.-]+", "-", request.node.name) if out else tmp_path
    try:
        recorded = config.getoption("--bench-record")
        under_test = BenchUnderTest(_bench_name, folder, config.getoption("--bench-seed"), is_recorded=recorded)
    except ScenarioError as error:
        raise pytest.UsageError(f"--bench {_bench_name}: {error}") from None
    record_property("bench", under_test.name)
    _skip_if_lacking(under_test, request.node)
    return under_test


def _skip_if_lacking(under_test: BenchUnderTest, node: Any) -> None:
    from testbed.bench.feature import Feature

    known = {feature.value: feature for feature in Feature}
    for marker in node.iter_markers("needs"):
        for name in marker.args:
            if name not in known:
                raise pytest.UsageError(f"needs({name!r}); accepted: {', '.join(known)}")
            if reason := under_test.lacking(known[name]):
                pytest.skip(f"{under_test.name} lacks {name}: {reason}")
