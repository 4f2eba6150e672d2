import gc
import os
import signal
from collections.abc import Generator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings

# a busy machine is no counterexample; and CI judges the change, while other runs look for new examples
settings.register_profile("any-machine", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("any-machine")

# a shell without job control has its background processes ignore it, and all that these start
signal.signal(signal.SIGINT, signal.default_int_handler)

_MEMORY = Path("/dev/shm")


_FIRMWARE = {"firmware_image", "qemu_line", "firmware_library"}
"""Fixtures that compile the board's C firmware, or run it."""
_DRIVERS = ("osmosdr", "soapy", "rtl-433")
"""Packages of drivers; a test that is skipped without one works with it."""


_BROWSER = "browser"
"""The fixture of tests in one."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect without looking for garbage: tests are none, and the search takes a third of the time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what runs the C firmware, works with real drivers or wants a browser: each has a target of its own."""
    for item in items:
        if _in_qemu(item) or _FIRMWARE.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.firmware)
        if _BROWSER in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
        reasons = [str(marker.kwargs.get("reason")).lower() for marker in item.iter_markers("skipif")]
        if any(package in reason for package in _DRIVERS for reason in reasons):
            item.add_marker(pytest.mark.drivers)


def _in_qemu(item: pytest.Item) -> bool:
    parameters = getattr(item, "callspec", None)
    return parameters is not None and "qemu" in [value for value in parameters.params.values() if type(value) is str]


@pytest.fixture
def quick_path() -> Iterator[Path]:
    """A folder of the test's own, in memory where the system has that: there a journal is synced at once."""
    with TemporaryDirectory(dir=_MEMORY if os.access(_MEMORY, os.W_OK) else None) as folder:
        yield Path(folder)
