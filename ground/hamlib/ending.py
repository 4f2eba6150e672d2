"""How a connection ends."""

import asyncio
from contextlib import suppress

_END_S = 0.5


async def end(writer: asyncio.StreamWriter) -> None:
    """Close a connection: what was written still goes, but nobody waits for an end that takes nothing."""
    writer.close()
    try:
        await asyncio.wait_for(writer.wait_closed(), _END_S)
    except asyncio.TimeoutError:
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()
    except OSError:  # it has ended already
        pass
