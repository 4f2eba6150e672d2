"""The radio behind a rigctld: it receives on its VFO, and transmits, split, on another (rigctld(1))."""

from ground.gateway.address import Address
from ground.hamlib.client import HamlibClient


class RemoteRadio:
    """Tunes in the words of hamlib."""

    ahead_s = 0.5
    """It keeps a frequency for a second: that of the second's middle."""

    def __init__(self, client: HamlibClient) -> None:
        self._client = client

    @classmethod
    async def connect(cls, address: Address) -> "RemoteRadio":
        """Raise PeerError if nothing is there, or the radio does not split."""
        client = await HamlibClient.connect("rigctld", address)
        try:
            await client.ask("S 1 VFOB")
        except BaseException:
            await client.close()
            raise
        return cls(client)

    async def tune(self, receive_hz: float, transmit_hz: float) -> None:
        """Set both frequencies. Raise PeerError if it cannot be reached or refuses."""
        await self._client.ask(f"F {receive_hz:.0f}")
        await self._client.ask(f"I {transmit_hz:.0f}")

    async def close(self) -> None:
        """Close the connection."""
        await self._client.close()
