"""Waiting no longer than for a time."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

_T = TypeVar("_T")


async def within(limit_s: float, work: Awaitable[_T]) -> _T:
    """Return what the work returns; raise asyncio.TimeoutError if that takes longer. Either way the work has ended.

    Not by `asyncio.wait_for`: before Python 3.12 that forgets a cancellation which comes together with its end.
    """
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait((task,), timeout=limit_s)
        if task.done():
            return task.result()
        raise asyncio.TimeoutError
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
