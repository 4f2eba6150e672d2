import json
from pathlib import Path
from typing import Any

import pytest

GOLDEN = Path(__file__).parents[2] / "golden"


@pytest.fixture(scope="session")
def published() -> Any:
    return json.loads((GOLDEN / "orbit.json").read_text())


@pytest.fixture(scope="session")
def sunlight() -> Any:
    return json.loads((GOLDEN / "sunlight.json").read_text())
