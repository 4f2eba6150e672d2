"""What one client of rigctld says to the radio, and is answered (rigctld(1); hamlib 4.5, rigs/dummy/netrigctl.c).

The VFO Main receives and Sub transmits, unless the client sets another VFO to transmit with: then it listens on the one
that is left, as with a radio for satellites. A client that sets a frequency which only the other VFO can have means
that one: so a program with two radios, one for each direction, may name this one twice.
"""

from collections.abc import Sequence

from ground.hamlib.command import MAIN_VFOS, SUB_VFOS, Command, CommandForm, CommandForms
from ground.hamlib.errors import RefusedError
from ground.hamlib.number import number
from ground.hamlib.return_code import ReturnCode
from ground.hamlib.rig import Rig
from ground.hamlib.rig_state import MODE, dump_state
from radio.tuner import TuningRange

_UNCHANGING = {"get_dcd": "0", "get_info": "Flatsat testbed", "get_powerstat": "1", "get_lock_mode": "0"}

RIG_FORMS = CommandForms(
    CommandForm("set_freq", "F", 1, takes_vfo=True),
    CommandForm("get_freq", "f", labels=("Frequency",), takes_vfo=True),
    CommandForm("set_split_freq", "I", 1, takes_vfo=True),
    CommandForm("get_split_freq", "i", labels=("TX Frequency",), takes_vfo=True),
    CommandForm("set_mode", "M", 2, takes_vfo=True),
    CommandForm("get_mode", "m", labels=("Mode", "Passband"), takes_vfo=True),
    CommandForm("set_split_mode", "X", 2, takes_vfo=True),
    CommandForm("get_split_mode", "x", labels=("TX Mode", "TX Passband"), takes_vfo=True),
    CommandForm("set_split_freq_mode", "K", 3, takes_vfo=True),
    CommandForm("get_split_freq_mode", "k", labels=("TX Frequency", "TX Mode", "TX Passband"), takes_vfo=True),
    CommandForm("set_vfo", "V", 1),
    CommandForm("get_vfo", "v", labels=("VFO",), takes_vfo=True),
    CommandForm("set_split_vfo", "S", 2, takes_vfo=True),
    CommandForm("get_split_vfo", "s", labels=("Split", "TX VFO"), takes_vfo=True),
    CommandForm("set_ptt", "T", 1, takes_vfo=True),
    CommandForm("get_ptt", "t", labels=("PTT",), takes_vfo=True),
    CommandForm("get_dcd", "\x8b", labels=("DCD",), takes_vfo=True),
    CommandForm("get_info", "_", labels=("Info",)),
    CommandForm("get_powerstat", labels=("Power Status",)),
    CommandForm("get_lock_mode", labels=("Locked",)),
    CommandForm("chk_vfo", labels=("ChkVFO",)),
    CommandForm("set_vfo_opt", "", 1),
    CommandForm("dump_state"),
    CommandForm("aos", "AOS"),
    CommandForm("los", "LOS"),
    CommandForm("quit", "q"),
    CommandForm("quit", "Q"),
)


class RigSession:
    """One client, and what it has set for itself."""

    forms = RIG_FORMS

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._vfo, self._transmit_vfo, self._split = "Main", "Sub", 1
        self._vfo_mode = 0

    async def obey(self, command: Command) -> Sequence[str]:
        """Carry out a command and return the values that are asked for. Raises RefusedError."""
        rig = self._rig
        match command.name, command.arguments:
            case "set_freq", (frequency,):
                self._set_frequency(number(frequency), command.vfo)
            case "set_split_freq", (frequency,):
                rig.tune(transmit_hz=number(frequency))
            case "set_split_freq_mode", (frequency, mode, _):
                _require_mode(mode)
                rig.tune(transmit_hz=number(frequency))
            case (("set_mode" | "set_split_mode"), (mode, _)):
                _require_mode(mode)
            case "set_vfo", (vfo,):
                self._vfo = self._named(vfo)
            case "set_split_vfo", (split, vfo):
                self._set_split(split, vfo)
            case "set_ptt", (ptt,):
                rig.ptt = int(_one_of(ptt, "0123") != "0")
            case "set_vfo_opt", (status,):
                self._vfo_mode = int(_one_of(status, "01"))
            case (("aos" | "los" | "quit"), _):
                pass
            case name, _:
                return self._told(name, command.vfo)
        return ()

    def _told(self, name: str, vfo: str | None) -> Sequence[str]:
        rig, transmits = self._rig, self._is_transmit(vfo)
        match name:
            case "get_freq":
                return (f"{rig.transmit_hz if transmits else rig.receive_hz:.0f}",)
            case "get_split_freq":
                return (f"{rig.transmit_hz:.0f}",)
            case "get_mode":
                return _mode(rig.transmit if transmits else rig.receive)
            case "get_split_mode":
                return _mode(rig.transmit)
            case "get_split_freq_mode":
                return (f"{rig.transmit_hz:.0f}", *_mode(rig.transmit))
            case "get_vfo":
                return (self._vfo,)
            case "get_split_vfo":
                return (str(self._split), self._transmit_vfo)
            case "get_ptt":
                return (str(rig.ptt),)
            case "chk_vfo":
                return (str(self._vfo_mode),)
            case "dump_state":
                return dump_state(rig)
        return (_UNCHANGING[name],)

    # -- VFOs ------------------------------------------------------------------------------------------------------

    def _set_frequency(self, frequency_hz: float, vfo: str | None) -> None:
        """Tune what the VFO tunes, or what alone can have that frequency; that is this client's from then on."""
        rig, transmits = self._rig, self._is_transmit(vfo)
        if frequency_hz not in (rig.transmit if transmits else rig.receive):
            transmits = frequency_hz in rig.transmit
        if transmits:
            rig.tune(transmit_hz=frequency_hz)
        else:
            rig.tune(receive_hz=frequency_hz)
        if vfo is None and transmits != self._is_transmit(None):
            self._vfo = self._transmit_vfo if transmits else _other(self._transmit_vfo)

    def _set_split(self, split: str, vfo: str) -> None:
        """Set the VFO to transmit with; the client listens on the other. A number, as hamlib counts, names none."""
        self._split = int(_one_of(split, "01"))
        if vfo.isdecimal():
            return
        self._transmit_vfo = self._named(vfo)
        if self._is_transmit(None):
            self._vfo = _other(self._transmit_vfo)

    def _is_transmit(self, vfo: str | None) -> bool:
        name = self._vfo if vfo is None else self._named(vfo)
        return (name in SUB_VFOS) == (self._transmit_vfo in SUB_VFOS)

    def _named(self, vfo: str) -> str:
        """Return the VFO that a name stands for. Raise RefusedError if it is none of this radio's."""
        match vfo:
            case "currVFO" | "VFO" | "MEM":
                return self._vfo
            case "TX":
                return self._transmit_vfo
            case "RX":
                return _other(self._transmit_vfo)
            case _ if vfo in (*MAIN_VFOS, *SUB_VFOS):
                return vfo
        raise RefusedError(ReturnCode.INVALID_PARAMETER)


def _mode(reach: TuningRange) -> tuple[str, str]:
    return MODE, f"{reach.bandwidth_hz:.0f}"


def _other(vfo: str) -> str:
    return "Main" if vfo in SUB_VFOS else "Sub"


def _one_of(text: str, accepted: str) -> str:
    if len(text) != 1 or text not in accepted:
        raise RefusedError(ReturnCode.INVALID_PARAMETER)
    return text


def _require_mode(mode: str) -> None:
    """The profile sets the modulation."""
    if mode != MODE:
        raise RefusedError(ReturnCode.REJECTED)
