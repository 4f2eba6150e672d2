"""What to do about a server that is lost: tell of it once, and try again."""

import asyncio

from ground.hamlib.errors import PeerError
from ground.hamlib.pointing_report import Tell

RETRY_S = 5.0


class Retry:
    """Counts what is lost once, until it has worked again."""

    def __init__(self, tell: Tell, retry_s: float = RETRY_S) -> None:
        self._tell, self._retry_s = tell, retry_s
        self._is_told = False

    def worked(self) -> None:
        """It does what it is told: the next failure is news."""
        self._is_told = False

    async def failed(self, error: PeerError) -> None:
        """Tell of it if it is news, and wait until it is time for another attempt."""
        if not self._is_told:
            self._is_told = True
            self._tell("warning", message=f"{error}; tried again every {self._retry_s:g} s")
        await asyncio.sleep(self._retry_s)
