"""A gateway in front of a fake station."""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.ground.gateway.gateway_process import GatewayProcess

Start = Callable[..., GatewayProcess]


@pytest.fixture(scope="module")
def gateway() -> Iterator[GatewayProcess]:
    """One that the tests of a module share."""
    with TemporaryDirectory() as folder:
        gateway = GatewayProcess(Path(folder, "journal"))
        yield gateway
        assert gateway.end() == "", "nothing is said on standard error"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start gateways that take up one journal, and end them."""
    started: list[GatewayProcess] = []

    def start(**options: Any) -> GatewayProcess:
        started.append(GatewayProcess(tmp_path / "journal", **options))
        return started[-1]

    yield start
    for each in started:
        if not each.has_ended:
            assert each.end() == ""
