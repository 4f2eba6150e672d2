"""The station itself as a radio: it shifts its own samples."""

from ground.gateway.station_line import StationLine
from radio.tuner import GLIDE_S


class StationRadio:
    """Tunes by the station's command."""

    ahead_s = GLIDE_S
    """It glides to a frequency, and is to be there in time."""

    def __init__(self, line: StationLine) -> None:
        self._line = line

    async def tune(self, receive_hz: float, transmit_hz: float) -> None:
        """Set both frequencies."""
        self._line.command("tune", receive_hz=receive_hz, transmit_hz=transmit_hz)

    async def close(self) -> None:
        """Nothing is open."""
