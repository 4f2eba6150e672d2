import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

GOLDEN = Path(__file__).parents[2] / "golden" / "ccsds_coding.json"


@pytest.fixture(scope="session")
def golden() -> Callable[[str], list[dict[str, Any]]]:
    vectors = json.loads(GOLDEN.read_text())["vectors"]

    def of_category(category: str) -> list[dict[str, Any]]:
        found = [vector for vector in vectors if vector["category"] == category]
        assert found
        return found

    return of_category
