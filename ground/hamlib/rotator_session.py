"""What one client of rotctld says to the rotator, and is answered (rotctld(1); hamlib 4.5, rigs/dummy/netrotctl.c)."""

from collections.abc import Sequence

from ground.hamlib.command import Command, CommandForm, CommandForms
from ground.hamlib.errors import PeerError, RefusedError
from ground.hamlib.number import number
from ground.hamlib.return_code import ReturnCode
from ground.hamlib.rotator import Pointing, Rotator, RotatorLimits

_LIMITS = ("min_az=", "max_az=", "min_el=", "max_el=")
_LIMITS_EXTENDED = ("Minimum Azimuth: ", "Maximum Azimuth: ", "Minimum Elevation: ", "Maximum Elevation: ")

ROTATOR_FORMS = CommandForms(
    CommandForm("set_pos", "P", 2),
    CommandForm("get_pos", "p", labels=("Azimuth", "Elevation")),
    CommandForm("stop", "S"),
    CommandForm("park", "K"),
    CommandForm("get_info", "_", labels=("Info",)),
    CommandForm("dump_state"),
    CommandForm("aos", "AOS"),
    CommandForm("los", "LOS"),
    CommandForm("quit", "q"),
    CommandForm("quit", "Q"),
)


class RotatorSession:
    """One client."""

    forms = ROTATOR_FORMS

    def __init__(self, rotator: Rotator) -> None:
        self._rotator = rotator

    async def obey(self, command: Command) -> Sequence[str]:
        """Carry out a command and return the values that are asked for. Raises RefusedError."""
        try:
            return await self._obey(command)
        except PeerError:
            raise RefusedError(ReturnCode.IO_ERROR) from None

    async def _obey(self, command: Command) -> Sequence[str]:
        rotator = self._rotator
        match command.name:
            case "set_pos":
                await self._point(Pointing(*map(number, command.arguments)))
            case "get_pos":
                at = await rotator.position()
                return (f"{at.azimuth_deg:.2f}", f"{at.elevation_deg:.2f}")
            case "stop":
                await rotator.stop()
            case "park":
                await rotator.park()
            case "get_info":
                return ("Flatsat testbed rotator",)
            case "dump_state":
                return dump_state(await rotator.limits(), command.separator is not None)
        return ()

    async def _point(self, pointing: Pointing) -> None:
        if pointing not in await self._rotator.limits():
            raise RefusedError(ReturnCode.INVALID_PARAMETER)
        await self._rotator.point(pointing)


def dump_state(limits: RotatorLimits, extended: bool) -> list[str]:
    """Return what a client has to know of the rotator before it uses it: rotctld's protocol 1, of hamlib 4.5.

    In the extended protocol the limits are called otherwise.
    """
    names = _LIMITS_EXTENDED if extended else _LIMITS
    values = (*limits.azimuth_deg, *limits.elevation_deg)
    return [
        "rotctld Protocol Ver: 1" if extended else "1",
        "Rotor Model: 2" if extended else "2",  # ROT_MODEL_NETROTCTL: of the rotator itself nothing more is known
        *(f"{name}{value:.6f}" for name, value in zip(names, values, strict=True)),
        "South Zero: 0" if extended else "south_zero=0",
        "rot_type=AzEl",
        "done",
    ]
