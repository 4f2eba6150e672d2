"""What a rig needs of the machine that it, or one end of it, runs on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from radio.front_end_file import FrontEndFile, SdrReceiveTable, ZmqTable
from testbed.bench.bench import SIMULATED, SKY, Bench, EndTable
from testbed.bench.software import ZMQ_BENCH, bench_of
from testbed.errors import ScenarioError
from testbed.scenario import ModelTable, Scenario

ENDS = ("ground", "flatsat")
_RTL_SDR = ("driver", "rtlsdr")


@dataclass(frozen=True, slots=True)
class Needs:
    """Of the ends that run here."""

    rig: str
    ends: tuple[str, ...]
    gnuradio: bool
    osmosdr: bool
    soapy_drivers: frozenset[str]
    """SDRs that SoapySDR drives, by its names."""
    soapy_python: bool
    """Transmitters are driven from Python."""
    dongles: frozenset[str]
    """RTL-SDRs, by serial number or by index; '' for any."""
    serial_devices: tuple[str, ...]
    firmware: bool
    """The board is the C firmware, in QEMU."""
    model: ModelTable | None
    """The language model that answers."""
    ports: tuple[int, ...]
    """TCP ports that programs are to listen on."""
    programs: tuple[str, ...]
    """The lab's own commands."""
    clock: bool
    """Times are compared with another machine's."""
    sample_rate_hz: float

    @property
    def soapy(self) -> bool:
        """Whether SoapySDR drives anything."""
        return bool(self.soapy_drivers)


def needs_of(rig: str, scenario_name: str, end: str | None = None) -> Needs:
    """Return what a rig's ends that run here need, or, wherever the bench has it, one end.

    Raises ScenarioError for a rig, a scenario or an end that cannot be used.
    """
    if end is not None and end not in ENDS:
        raise ScenarioError("end", end, " or ".join(ENDS))
    bench, scenario = bench_of(rig), Scenario.load(scenario_name)
    one_process, bench = bench is None, bench or ZMQ_BENCH
    tables = {"ground": bench.ground, "flatsat": bench.flatsat}
    here = {name: table for name, table in tables.items() if (name == end if end else table.machine is None)}
    files = [table.front_end for table in here.values() if isinstance(table.front_end, FrontEndFile)]
    receivers = [file.receive for file in files if isinstance(file.receive, SdrReceiveTable)]
    soapy = [table.device for table in receivers if table.driver == "soapy"]
    transmitters = [file.transmit.device for file in files if file.transmit and file.transmit.driver == "soapy"]
    board = bench.board if "flatsat" in here and scenario.board.present else None
    model = scenario.model if "flatsat" in here and scenario.model.engine == "transformers" else None
    return Needs(
        rig=rig,
        ends=tuple(here),
        gnuradio=bool(receivers) or any(table.front_end == "gnuradio" for table in here.values()),
        osmosdr=any(table.driver == "osmosdr" for table in receivers),
        soapy_drivers=frozenset(_arguments(device).get("driver", "") for device in soapy + transmitters),
        soapy_python=bool(transmitters),
        dongles=frozenset(_dongles(table.device for table in receivers)),
        serial_devices=tuple(_serial_devices(bench, here)),
        firmware=board is not None and board.kind == "qemu",
        model=model,
        ports=() if one_process else tuple(_ports(scenario, files)),
        programs=() if end else tuple(_programs(bench)),
        clock=any(table.machine for table in tables.values()),
        sample_rate_hz=scenario.sample_rate_hz,
    )


def _arguments(device: str) -> dict[str, str]:
    """Return a driver's arguments: ``driver=rtlsdr,serial=1``."""
    pairs = (part.partition("=") for part in device.split(","))
    return {name.strip(): value.strip() for name, _, value in pairs}


def _dongles(devices: Iterable[str]) -> Iterator[str]:
    """Return the RTL-SDRs that gr-osmosdr (``rtl=``) and SoapySDR (``driver=rtlsdr``) are to open."""
    for told in map(_arguments, devices):
        if "rtl" in told or _RTL_SDR in told.items():
            yield told.get("serial") or told.get("rtl", "")


def _serial_devices(bench: Bench, here: dict[str, EndTable]) -> Iterator[str]:
    """Return the serial devices of this machine; a URL is not one."""
    radios = (table.serial_radio.device for table in here.values() if table.serial_radio)
    board = [bench.board.device] if bench.board.device and "flatsat" in here else []
    consoles = (console.device for console in bench.consoles.values()) if "ground" in here else ()
    for device in (*radios, *board, *consoles):
        if device != SIMULATED and "://" not in device:
            yield device


def _ports(scenario: Scenario, files: list[FrontEndFile]) -> Iterator[int]:
    ports = scenario.ports
    offered = (file.transmit.device for file in files if isinstance(file.transmit, ZmqTable))
    for endpoint in (ports.ground_rx, ports.ground_tx, ports.flatsat_rx, ports.flatsat_tx, ports.hold, *offered):
        number = endpoint.rpartition(":")[2]
        if endpoint != SKY and number.isascii() and number.isdigit():
            yield int(number)


def _programs(bench: Bench) -> Iterator[str]:
    """Return the commands that the bench runs here, each by its first word."""
    power = (bench.power.off, bench.power.on) if bench.power else ()
    attenuator = (bench.attenuator.command,) if bench.attenuator else ()
    machines = (table.machine.python for table in (bench.ground, bench.flatsat) if table.machine)
    yield from dict.fromkeys(command[0] for command in (*power, *attenuator, *machines))
