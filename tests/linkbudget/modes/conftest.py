import json
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def published() -> Any:
    return json.loads((Path(__file__).parents[2] / "golden" / "modes.json").read_text())
