"""A connection to a rigctld or rotctld, in the extended response protocol (rigctld(1), rotctld(1))."""

import asyncio

from ground.gateway.address import Address
from ground.hamlib.ending import end
from ground.hamlib.errors import PeerError
from ground.hamlib.time_limit import within

ANSWER_S = 3.0
"""Within which a server has to answer: rotators on slow serial lines take a second."""
_MAX_LINE_OCTETS = 4096
_MAX_RECORDS = 200
"""Of one answer; the longest, dump_state's, has some forty."""


class HamlibClient:
    """Asks one thing after the other."""

    def __init__(self, peer: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.peer = peer
        self._reader, self._writer = reader, writer
        self._turn = asyncio.Lock()

    @classmethod
    async def connect(cls, kind: str, address: Address) -> "HamlibClient":
        """Connect to a server of a kind: rotctld or rigctld. Raise PeerError if that cannot be done."""
        peer = f"{kind} {address}"
        opening = asyncio.ensure_future(asyncio.open_connection(address.host, address.port, limit=_MAX_LINE_OCTETS))
        try:
            return cls(peer, *await within(ANSWER_S, opening))
        except asyncio.TimeoutError:
            raise PeerError(peer, f"no connection within {ANSWER_S:g} s") from None
        except OSError as error:
            raise PeerError(peer, error.strerror or str(error)) from None
        except asyncio.CancelledError:
            _let_go(opening)
            raise

    async def ask(self, command: str) -> dict[str, str]:
        """Send a command and return its answer's values by their labels.

        Raise PeerError if it is refused, or if no whole answer comes in time.
        """
        async with self._turn:
            try:
                records = await within(ANSWER_S, self._exchange(command))
            except asyncio.TimeoutError:
                raise PeerError(self.peer, f"no answer to {command!r} within {ANSWER_S:g} s") from None
            except ValueError:
                raise PeerError(self.peer, f"no answer of hamlib's to {command!r}") from None
            except OSError as error:
                raise PeerError(self.peer, error.strerror or str(error)) from None
        if records[-1] != "RPRT 0":
            raise PeerError(self.peer, f"answered {records[-1]!r:.40} to {command!r}")
        return {label: value.strip() for label, colon, value in (each.partition(":") for each in records) if colon}

    async def close(self) -> None:
        """Say goodbye and close."""
        self._writer.write(b"q\n")
        await end(self._writer)

    async def _exchange(self, command: str) -> list[str]:
        self._writer.write(f"+{command}\n".encode("ascii"))
        await self._writer.drain()
        records: list[str] = []
        while not records or not records[-1].startswith("RPRT "):
            line = await self._reader.readline()
            if not line:
                raise ConnectionError("it closed the connection")
            if len(records) >= _MAX_RECORDS:
                raise ValueError(command)
            records.append(line.decode("latin-1").strip())
        return records


def _let_go(opening: "asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]]") -> None:
    """Drop a connection that came together with the cancellation of who wanted it."""
    if not opening.cancelled() and opening.exception() is None:
        opening.result()[1].transport.abort()
