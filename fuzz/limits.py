"""Bounds that hold for each input: of memory, and of the processor's time."""

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

MEMORY_OCTETS = 1 << 30
"""What the process may take beside what it has when the first input comes."""
INPUT_S = 10.0
"""The processor's time that one input may take."""


class OvertimeError(BaseException):
    """An input took too long: no reader may take that for an error of its own."""


def limit_memory() -> None:
    """Let what is beyond the bound fail with MemoryError."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MEMORY_OCTETS, most))


def peak_octets() -> int:
    """Return the most memory that the process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@contextmanager
def limited_time() -> Iterator[None]:
    """Raise OvertimeError where what is done inside takes too long; `begin_input` starts the time anew."""
    before = signal.signal(signal.SIGVTALRM, _too_long)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def begin_input() -> None:
    """An input begins."""
    signal.setitimer(signal.ITIMER_VIRTUAL, INPUT_S)


def _too_long(_: int, __: FrameType | None) -> None:
    raise OvertimeError(f"more than {INPUT_S:g} s of the processor's time")
