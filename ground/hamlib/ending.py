"""How a connection ends."""

import asyncio

_END_S = 0.5


async def end(writer: asyncio.StreamWriter) -> None:
    """Close a connection: what was written still goes, but nobody waits for an end that takes nothing.

    Who waits for `wait_closed` is not cancelled: for whoever waits next, that would be a cancellation, too.
    """
    writer.close()
    closed = asyncio.ensure_future(writer.wait_closed())
    try:
        await asyncio.wait((closed,), timeout=_END_S)
    finally:
        if writer.transport.get_write_buffer_size():
            writer.transport.abort()
        await asyncio.gather(closed, return_exceptions=True)  # an error means that it has ended already
