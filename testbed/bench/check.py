"""What a bench names, looked at one after the other."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from edge.database_errors import DatabaseError
from flatsat.errors import FlatsatError
from radio.errors import RadioError
from radio.front_end_file import FrontEndFile, SdrReceiveTable, SerialRadioTable, SoapyTransmitTable
from testbed.bench.bench import DONGLE, SIMULATED, SKY, Bench, EndTable
from testbed.bench.check_devices import (
    look_at_board,
    look_at_free_endpoint,
    look_at_gnuradio,
    look_at_line,
    look_at_permit,
    look_at_receiver,
    look_at_samples,
    look_at_transmitter,
)
from testbed.bench.check_machine import look_at_machine, look_there
from testbed.bench.check_simulated import Simulated
from testbed.errors import RigError, TestbedError
from testbed.keys import FLATSAT, GROUND
from testbed.rigs import programs

MACHINE = "flatsat machine"


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of a look at a thing."""

    what: str
    device: str
    ok: bool
    said: str


@dataclass(frozen=True, slots=True)
class Check:
    """A thing to look at."""

    what: str
    """Its place in the bench."""
    device: str
    """As the bench names it."""
    look: Callable[[], str]
    """Says what is there; raises an error of the testbed's, the radio's or the flatsat's for what is wrong with it."""
    behind: str = ""
    """What it can be reached through."""

    def finding(self) -> Finding:
        """Look."""
        try:
            return Finding(self.what, self.device, True, self.look())
        except (TestbedError, RadioError, FlatsatError, DatabaseError) as error:
            return Finding(self.what, self.device, False, str(error))


def findings(checks: Iterable[Check], on_begin: Callable[[Check], None]) -> Iterator[Finding]:
    """Look at one thing after the other; nothing is looked at behind what does not answer."""
    lost: set[str] = set()
    for check in checks:
        on_begin(check)
        if check.behind in lost:
            yield Finding(check.what, check.device, False, f"not looked at: {check.behind}")
            continue
        finding = check.finding()
        if not finding.ok:
            lost.add(check.what)
        yield finding


def checks_of(bench: Bench, simulated: Simulated) -> Iterator[Check]:
    """Yield what there is to look at, each after what it is behind."""
    yield from _checks_of_end(GROUND, bench.ground, simulated)
    yield from flatsat_checks(bench, simulated) if bench.flatsat.machine is None else _far_checks(bench, simulated)
    if bench.power:
        yield Check("power off", " ".join(bench.power.off), partial(_look_for, bench.power.off))
        yield Check("power on", " ".join(bench.power.on), partial(_look_for, bench.power.on))
    if bench.attenuator:
        command = bench.attenuator.command
        yield Check("attenuator", " ".join(command), partial(_look_for, command))
    for name, console in bench.consoles.items():
        yield Check(f"console {name}", console.device, partial(look_at_line, console.device, console.baud))


def flatsat_checks(bench: Bench, simulated: Simulated) -> Iterator[Check]:
    """Yield what is to be looked at where the flatsat runs."""
    yield from _checks_of_end(FLATSAT, bench.flatsat, simulated)
    board = bench.board
    if board.device is not None:
        yield Check("board", board.device, partial(look_at_board, board.device))
    elif board.kind != "none":
        yield Check("board", board.kind, partial(_look_at_simulated_board, simulated))


def _far_checks(bench: Bench, simulated: Simulated) -> Iterator[Check]:
    machine = bench.flatsat.machine
    assert machine is not None
    yield Check(MACHINE, " ".join(machine.python), partial(look_at_machine, machine))
    for each in flatsat_checks(bench, simulated):
        yield Check(each.what, each.device, partial(look_there, machine, bench, simulated.scenario, each.what), MACHINE)


def _checks_of_end(name: str, end: EndTable, simulated: Simulated) -> Iterator[Check]:
    if not isinstance(end.front_end, FrontEndFile):
        look = look_at_gnuradio if end.front_end == "gnuradio" else _look_at_sky
        yield Check(f"{name} front end", end.front_end, look)
        return
    if end.front_end.serial_radio:
        yield _radio_check(name, end.front_end.serial_radio, simulated)
        return
    yield _receiver_check(name, end.front_end, simulated)
    yield from _transmitter_checks(name, end.front_end, simulated.link_rate_hz)


def _receiver_check(name: str, front_end: FrontEndFile, simulated: Simulated) -> Check:
    receive, rate_hz = front_end.receive, simulated.link_rate_hz
    assert receive is not None  # the file's own check
    if not isinstance(receive, SdrReceiveTable):
        look = _look_at_sky if receive.device == SKY else partial(look_at_samples, receive.device, rate_hz)
    elif receive.device == DONGLE:
        look = partial(_look_at_simulated_dongle, name, receive, simulated)
    else:
        look = partial(look_at_receiver, receive, rate_hz)
    return Check(f"{name} receives", receive.device, look)


def _transmitter_checks(name: str, front_end: FrontEndFile, link_rate_hz: float) -> Iterator[Check]:
    transmit = front_end.transmit
    if isinstance(transmit, SoapyTransmitTable):
        yield Check(f"{name} transmits", transmit.device, partial(look_at_transmitter, transmit, link_rate_hz))
        yield Check(f"{name} permit", transmit.device, partial(look_at_permit, transmit, link_rate_hz))
    elif transmit is not None:
        look = _look_at_sky if transmit.device == SKY else partial(look_at_free_endpoint, transmit.device)
        yield Check(f"{name} transmits", transmit.device, look)


def _radio_check(name: str, radio: SerialRadioTable, simulated: Simulated) -> Check:
    if radio.device == SIMULATED:
        return Check(f"{name} radio", radio.device, partial(_look_at_simulated_radio, name, radio.baud, simulated))
    return Check(f"{name} radio", radio.device, partial(look_at_line, radio.device, radio.baud))


def _look_at_sky() -> str:
    return "the simulated sky"


def _look_at_simulated_dongle(name: str, receive: SdrReceiveTable, simulated: Simulated) -> str:
    with simulated.running(programs.SKY) as ready:
        place = ready[f"{name}_rx"].removeprefix("rtl_tcp://")
        table = receive.model_copy(update={"device": f"rtl_tcp={place}"})
        return look_at_receiver(table, simulated.link_rate_hz)


def _look_at_simulated_radio(name: str, baud: int, simulated: Simulated) -> str:
    with simulated.running(programs.RADIOS) as ready:
        return look_at_line(ready[name]["link"], baud)


def _look_at_simulated_board(simulated: Simulated) -> str:
    with simulated.running(programs.BOARD) as ready:
        return look_at_board(ready["link"])


def _look_for(command: list[str]) -> str:
    """Look for a command's program, without running it."""
    path = shutil.which(command[0])
    if path is None:
        raise RigError(f"there is no program {command[0]}; accepted: one in PATH, or its own path")
    return f"{path} is there; not run"
