"""The rotator behind a rotctld (rotctld(1))."""

from ground.errors import RequestError
from ground.gateway.address import Address
from ground.hamlib.client import HamlibClient
from ground.hamlib.errors import PeerError
from ground.hamlib.rotator import Pointing, RotatorLimits

_LIMITS = ("Minimum Azimuth", "Maximum Azimuth", "Minimum Elevation", "Maximum Elevation")


class RemoteRotator:
    """Asks and orders in the words of hamlib."""

    def __init__(self, client: HamlibClient) -> None:
        self._client = client

    @classmethod
    async def connect(cls, address: Address) -> "RemoteRotator":
        """Raise PeerError if nothing is there."""
        return cls(await HamlibClient.connect("rotctld", address))

    async def limits(self) -> RotatorLimits:
        """Return how far the rotator's driver says that it turns. Raise PeerError if that cannot be."""
        told = await self._client.ask("\\dump_state")
        try:
            return RotatorLimits(*self._numbers(told, *_LIMITS))
        except RequestError as error:
            raise PeerError(self._client.peer, f"says that its {error}") from None

    async def position(self) -> Pointing:
        """Return where it points now."""
        return Pointing(*self._numbers(await self._client.ask("p"), "Azimuth", "Elevation"))

    async def point(self, pointing: Pointing) -> None:
        """Begin to turn there."""
        await self._client.ask(f"P {pointing.azimuth_deg:.2f} {pointing.elevation_deg:.2f}")

    async def stop(self) -> None:
        """Stay."""
        await self._client.ask("S")

    async def park(self) -> None:
        """Begin to turn to where its driver keeps it."""
        await self._client.ask("K")

    async def close(self) -> None:
        """Close the connection."""
        await self._client.close()

    def _numbers(self, told: dict[str, str], *labels: str) -> list[float]:
        try:
            return [float(told[label]) for label in labels]
        except (KeyError, ValueError):
            raise PeerError(self._client.peer, f"told no {' and '.join(labels)}") from None
