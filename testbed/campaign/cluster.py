"""Where work units are done: processes of this machine, or whatever a dask scheduler has."""

import logging
import signal
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from multiprocessing import resource_tracker

from distributed import Client, Future, LocalCluster, as_completed

from testbed.campaign.campaign import Key, UnitOfWork
from testbed.campaign.count import Count
from testbed.errors import RigError, ScenarioError

_AHEAD = 2
"""Units given out for each worker: one that is done and one that waits."""
_PATIENCE_S = 5.0


class DaskPool:
    """Work units on the workers of a dask scheduler."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._under_way: dict[Future, Key] = {}
        self._ended = as_completed()

    @property
    def has_room(self) -> bool:
        """Whether it takes another unit without letting it wait for long."""
        threads: dict[str, int] = self._client.nthreads()
        return len(self._under_way) < _AHEAD * max(1, sum(threads.values()))

    def submit(self, key: Key, work: UnitOfWork) -> None:
        """Take a unit."""
        future = self._client.submit(work, pure=False)
        self._under_way[future] = key
        self._ended.add(future)

    def next(self) -> tuple[Key, Count]:
        """Wait for a unit to end and return what it counted. Raises RigError if it failed."""
        future = next(self._ended)
        key = self._under_way.pop(future)
        try:
            return key, future.result()
        except CancelledError:
            raise RigError("the dask scheduler has gone") from None
        except Exception as error:  # noqa: BLE001 - whatever went wrong in the other process
            raise RigError(f"work unit {key[1]} of point {key[0]} failed: {type(error).__name__}: {error}") from None


@contextmanager
def local_pool(workers: int) -> Iterator[DaskPool]:
    """Give a pool of so many processes of this machine, which end with it."""
    with ExitStack() as stack:
        with _interrupts_held():
            cluster = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                memory_limit=None,
                dashboard_address="127.0.0.1:0",  # one cluster is not in the way of another
                silence_logs=logging.CRITICAL,
            )
            stack.enter_context(cluster)
        yield DaskPool(stack.enter_context(Client(cluster)))


@contextmanager
def remote_pool(address: str) -> Iterator[DaskPool]:
    """Give a pool on the workers of a scheduler. Raises ScenarioError if none answers there."""
    for name in (
        "distributed",
        "distributed.client",
        "tornado",
    ):  # a scheduler that goes away is told of in one line, not in tracebacks
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=_PATIENCE_S)
    except (OSError, ValueError, TypeError) as error:
        accepted = f"the address of a dask scheduler, such as tcp://127.0.0.1:8786 ({error})"
        raise ScenarioError("scheduler", address, accepted) from None
    with client:
        yield DaskPool(client)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold a Ctrl-C back until the end.

    Threads and processes that are started meanwhile never hear one, which is the main thread's to answer. Python's
    resource tracker, which comes with the first process, would lift the mask again: it is started before.
    """
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
