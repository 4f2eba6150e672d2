from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ground.serve.server_bench import Bench, opened


@pytest.fixture(autouse=True)
def _journals(quick_path: Path) -> Iterator[None]:
    Bench.folder = quick_path
    with opened:
        yield


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    bench.establish()
    return bench
