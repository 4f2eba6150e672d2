"""A transmitter as a process: asks a node for the samples it transmits, and gives them to a device.

Started with a front end file, the endpoint of the node's transmitter and the link's sample rate. Says ``ready``, then
``transmitting``, ``off`` with its cause, and ``refused`` with a cause and what would be allowed; on the command
``reset`` it lets go of a fault. The carrier goes off when the node gives no samples and when standard input closes;
and with the process, should that stand still.
"""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path

import numpy as np

from radio.errors import LinkPortError, RadioError
from radio.front_end_errors import FrontEndFileError
from radio.front_end_file import FrontEndFile, SoapyTransmitTable
from radio.transmit.interlock import Interlock
from radio.transmit.node_samples import NodeSamples
from radio.transmit.permission import Emission
from radio.transmit.soapy_device import SoapyDevice
from radio.transmit.transmitter import Transmitter
from radio.transmit.up_converter import UpConverter
from radio.worker import Worker

BLOCK_S = 0.005
"""So much is asked for at once."""
_STEP_S = 0.002
_PRIORITY = 10
_STUCK_S = 1.0
"""If nothing moves for so long while the carrier is on, the system ends the process."""


class WallClock:
    """The system's clock that never goes back."""

    def now_s(self) -> float:
        """Return the time."""
        return time.monotonic()

    def sleep(self, duration_s: float) -> None:
        """Let time pass."""
        time.sleep(duration_s)


def transmit(front_end: FrontEndFile, endpoint: str, link_rate_hz: float, worker: Worker) -> int:
    """Transmit what a node has to, until told to stop; return the exit status: 2 if the permit does not allow it.

    Raises FrontEndFileError, DeviceError or LinkPortError for what cannot be used.
    """
    table = front_end.transmit
    if not isinstance(table, SoapyTransmitTable):
        raise FrontEndFileError("transmit", table and table.driver, 'a table with driver = "soapy"')
    if _refuses(Interlock(table.permit, Emission.of(table, link_rate_hz)), worker):
        return 2  # nothing is opened that must not be used
    with ExitStack() as stack:
        device = SoapyDevice(table)
        stack.callback(device.close)
        emission = Emission.of(table, link_rate_hz, device.setup)
        interlock = Interlock(table.permit, emission)
        if _refuses(interlock, worker):
            return 2
        source = NodeSamples(endpoint, round(BLOCK_S * link_rate_hz))
        stack.callback(source.close)
        converter = UpConverter(table, link_rate_hz, emission.offset_hz)
        converter.process(np.zeros(round(BLOCK_S * link_rate_hz), dtype=np.complex64))  # compiled now, not in a burst
        turn_around_s = front_end.duplex.turn_around_s
        transmitter = Transmitter(device, interlock, source, converter, worker.emit, WallClock(), turn_around_s)
        worker.emit("ready", device=table.device, **asdict(device.setup), power_dbm=emission.power_dbm)
        with _before_others():
            _run(transmitter, source, worker)
        worker.emit("summary", **asdict(transmitter.counts))
    return 0


def _refuses(interlock: Interlock, worker: Worker) -> bool:
    refused = interlock.take_refusals()
    for refusal in refused:
        worker.emit("refused", **refusal.to_json(), latched=True)
    return bool(refused)


def _run(transmitter: Transmitter, source: NodeSamples, worker: Worker) -> None:
    arm = partial(signal.setitimer, signal.ITIMER_REAL)  # nobody handles SIGALRM: it ends the process
    while not worker.stopping.is_set():
        transmitter.step()
        arm(_STUCK_S if transmitter.on else 0)
        for command in worker.commands():
            if command.get("command") == "reset":
                transmitter.reset()
        source.wait(_STEP_S)
    transmitter.stop("stopped")
    arm(0)


@contextmanager
def _before_others() -> Iterator[None]:
    """Let no other program delay this one, if the system allows it: a carrier that has to go off goes off."""
    before = os.sched_getscheduler(0), os.sched_getparam(0)
    with suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(_PRIORITY))
    yield
    with suppress(OSError):
        os.sched_setscheduler(0, *before)


def _worker() -> Worker:
    """Return the process's worker; what drivers print on standard output goes to standard error."""
    sys.stdout = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), 1)
    return Worker.on_standard_streams(until_input_closes=True)


def main() -> int:
    """Run a transmitter; return the exit status.

    On the command line: FRONT_END_FILE TX_ENDPOINT LINK_RATE_HZ.
    """
    front_end_file, endpoint, link_rate = sys.argv[1:]
    worker = _worker()
    try:
        front_end = FrontEndFile.load(Path(front_end_file), float(link_rate))
        return transmit(front_end, endpoint, float(link_rate), worker)
    except (FrontEndFileError, LinkPortError) as error:
        worker.emit("error", message=str(error))
        return 2
    except RadioError as error:
        worker.emit("error", message=str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
