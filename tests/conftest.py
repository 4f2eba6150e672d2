import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings

# a busy machine is no counterexample; and CI judges the change, while other runs look for new examples
settings.register_profile("any-machine", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("any-machine")

_MEMORY = Path("/dev/shm")


@pytest.fixture
def quick_path() -> Iterator[Path]:
    """A folder of the test's own, in memory where the system has that: there a journal is synced at once."""
    with TemporaryDirectory(dir=_MEMORY if os.access(_MEMORY, os.W_OK) else None) as folder:
        yield Path(folder)
