"""A bench: what stands at either end of the link and around it, as data."""

from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator
from typing_extensions import Self

from edge.checked_toml import CheckedModel, TableError, load_checked
from radio.front_end_file import FrontEndFile, SdrReceiveTable, SerialRadioTable, SoapyTransmitTable, ZmqTable
from testbed.errors import ScenarioError

SIMULATED = "simulated"
"""A serial radio's device of this name is a simulated one."""
SKY = "sky"
"""A device of this name is the simulated sky: ``zmq`` with ``sky``, ``osmosdr`` with ``rtl_tcp=sky``."""
DONGLE = f"rtl_tcp={SKY}"

Command = Annotated[list[str], Field(min_length=1)]


class MachineTable(CheckedModel):
    """Another machine."""

    python: Command
    """What runs its Python: ``["ssh", "jetson", "/opt/flatsat/.venv/bin/python"]``."""
    folder: str = Field(min_length=1)
    """There, where each run makes a folder of its own, for keys and journal, and removes it."""


class EndTable(CheckedModel):
    """The ground station, or the flatsat."""

    front_end: FrontEndFile | Literal["zmq", "gnuradio"] = "zmq"
    """Devices, as in a front end file; or the sky, with ZeroMQ or a GNU Radio flowgraph to move the samples."""
    machine: MachineTable | None = None
    """Where it runs; here if left out."""

    @property
    def serial_radio(self) -> SerialRadioTable | None:
        """The radio that takes frames, if it has one."""
        return self.front_end.serial_radio if isinstance(self.front_end, FrontEndFile) else None

    @property
    def hears_dongle(self) -> bool:
        """Whether the end receives through an RTL-SDR that the sky emulates."""
        receive = self.front_end.receive if isinstance(self.front_end, FrontEndFile) else None
        return receive is not None and receive.device == DONGLE

    @property
    def in_sky(self) -> bool:
        """Whether what it receives comes from the sky."""
        if not isinstance(self.front_end, FrontEndFile):
            return True
        receive = self.front_end.receive
        return receive is not None and receive.device in (SKY, DONGLE)

    @property
    def has_sdr_receiver(self) -> bool:
        """Whether a driver of an SDR gives what it receives."""
        return isinstance(self.front_end, FrontEndFile) and isinstance(self.front_end.receive, SdrReceiveTable)

    @property
    def has_sdr_transmitter(self) -> bool:
        """Whether a driver of an SDR takes what it transmits."""
        return isinstance(self.front_end, FrontEndFile) and isinstance(self.front_end.transmit, SoapyTransmitTable)


class BoardTable(CheckedModel):
    """The bench's microcontroller board."""

    kind: Literal["simulator", "qemu", "device", "none"] = "simulator"
    """Simulated in Python; the C firmware, in QEMU; or a board on a serial line."""
    device: str | None = None
    """Its serial device, as the flatsat's machine calls it."""

    @model_validator(mode="after")
    def _check_device(self) -> Self:
        if (self.kind == "device") != (self.device is not None):
            raise TableError("device", self.device, 'a serial device with kind = "device", and with no other kind')
        return self


class RadiosTable(CheckedModel):
    """The pair of packet radios that is simulated where a serial radio's device is ``simulated``."""

    bit_rate: float = Field(9600.0, ge=50, le=10e6)
    loss: float = Field(0.0, ge=0, lt=1)
    """Of the packets."""
    busy_s: float = Field(0.0, ge=0, le=10)
    """How long a radio takes nothing after it has sent one."""


class PowerTable(CheckedModel):
    """What cuts the flatsat's power and brings it back: commands of the lab's own, of a USB relay or a power supply."""

    off: Command
    on: Command
    settle_s: float = Field(2.0, ge=0, le=600)
    """From off to on."""


class AttenuatorTable(CheckedModel):
    """A programmable attenuator in the downlink: a command of the lab's own, in which ``{db}`` is the attenuation."""

    command: Command
    most_db: float = Field(63.5, gt=0, le=200)

    @model_validator(mode="after")
    def _check_command(self) -> Self:
        if not any("{db}" in part for part in self.command):
            raise TableError("command", self.command, "a command with {db} in it")
        return self


class ConsoleTable(CheckedModel):
    """A serial console whose lines are kept with the run."""

    device: str
    baud: int = Field(115_200, ge=300, le=4_000_000)


class Bench(CheckedModel):
    """What a run or a test takes place on."""

    name: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")
    scenario: str = "loopback"
    """What tests run: a shipped scenario, or a .toml file beside the bench's."""
    ground: EndTable = EndTable()
    flatsat: EndTable = EndTable()
    board: BoardTable = BoardTable()
    radios: RadiosTable | None = None
    """Of serial radios that are simulated, at both ends."""
    power: PowerTable | None = None
    attenuator: AttenuatorTable | None = None
    consoles: dict[str, ConsoleTable] = Field(default_factory=dict)

    @classmethod
    def load(cls, name: str) -> "Bench":
        """Load a shipped bench by its name, or a TOML file by its path. Raise ScenarioError for a mistake in it."""
        path = Path(name) if name.endswith(".toml") else _shipped_path(name)
        bench = load_checked(path, cls, ScenarioError)
        if bench.scenario.endswith(".toml"):
            return bench.model_copy(update={"scenario": str(path.parent / bench.scenario)})
        return bench

    @model_validator(mode="after")
    def _check_whole(self) -> Self:
        if self.ground.in_sky != self.flatsat.in_sky:
            end, other = ("flatsat", "ground") if self.ground.in_sky else ("ground", "flatsat")
            accepted = f"the sky, where the {other} is; or devices at both ends"
            raise TableError(f"{end}.front_end", "devices", accepted)
        for name, end_table in (("ground", self.ground), ("flatsat", self.flatsat)):
            _check_transmitter(name, end_table)
        simulated_here = self.board.kind in ("simulator", "qemu") or self.radios is not None
        if self.flatsat.machine and simulated_here:
            accepted = (
                'with flatsat.machine: kind "device" or "none", and no table [radios]: what is simulated runs here'
            )
            raise TableError("board.kind", self.board.kind, accepted)
        simulated = [end.serial_radio is not None and end.serial_radio.device == SIMULATED for end in self._ends]
        if any(simulated) and not (all(simulated) and self.radios):
            accepted = f'a table [radios], and device = "{SIMULATED}" of the serial radios at both ends'
            raise TableError("radios", None, accepted)
        return self

    @property
    def _ends(self) -> tuple[EndTable, EndTable]:
        return self.ground, self.flatsat

    @property
    def has_sky(self) -> bool:
        """Whether the sky is simulated; if it is not, what joins the ends is the lab's: a cable, or air."""
        return self.ground.in_sky

    @property
    def in_real_time(self) -> bool:
        """Whether link time cannot run faster than the wall clock."""
        return not self.has_sky or self.ground.hears_dongle or self.flatsat.hears_dongle


def shipped_benches() -> list[str]:
    """Names of the benches that come with the package."""
    folder = resources.files("testbed").joinpath("benches")
    return sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml"))


def _shipped_path(name: str) -> Path:
    if name not in shipped_benches():
        accepted = f"one of {', '.join(shipped_benches())}, or the path of a .toml file"
        raise ScenarioError("bench", name, accepted)
    return Path(str(resources.files("testbed").joinpath("benches", f"{name}.toml")))


def _check_transmitter(name: str, end: EndTable) -> None:
    """Refuse an end that receives from the sky and transmits elsewhere, or not at all."""
    if not isinstance(end.front_end, FrontEndFile) or end.serial_radio:
        return
    transmit = end.front_end.transmit
    to_sky = isinstance(transmit, ZmqTable) and transmit.device == SKY
    if transmit is None or to_sky != end.in_sky:
        accepted = f'driver = "zmq" with device = "{SKY}"' if end.in_sky else "a transmitter of the bench's"
        raise TableError(f"{name}.front_end.transmit", transmit and transmit.device, accepted)
