import json
from pathlib import Path
from typing import Any

import pytest

from linkbudget.propagation.climate import Climate


@pytest.fixture(scope="session")
def itu() -> Any:
    """The ITU-R's validation examples."""
    return json.loads((Path(__file__).parents[2] / "golden" / "troposphere.json").read_text())


@pytest.fixture(scope="session")
def munich() -> Climate:
    return Climate.by_latitude(48.1, 500.0)
