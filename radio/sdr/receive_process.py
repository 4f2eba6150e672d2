"""A receiving device as a process: its samples, at the link's rate, for whoever asks for them in gr-zeromq's format.

Drivers are other people's: some hold Python's lock while they wait for a device, some wait or turn round for good once
it is gone, some write to standard output. So a device has a process of its own, which can be ended whatever it does.

Started with a table [receive] as JSON, the link's sample rate, and the seconds that a device may take to open. Says
``ready`` with its endpoint, ``level`` once a second, and ``error`` with the fields of a DeviceError. Ends when its
standard input closes.
"""

import os
import queue
import signal
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from radio.front_end_errors import DeviceError
from radio.front_end_file import SdrReceiveTable
from radio.sdr.device_source import BLOCK_S, DeviceSource, lumps_s, open_device_source
from radio.sdr.down_converter import DownConverter
from radio.sdr.jitter_buffer import JitterBuffer
from radio.sdr.leaky_source import LeakyIqSource
from radio.sdr.level_meter import LevelMeter
from radio.worker import Worker
from radio.zmq_iq import ANY_PORT

if TYPE_CHECKING:
    from radio.sdr.flowgraph import Flowgraph

_FIRST_S, _SILENCE_S = 5.0, 2.0
"""A device that has given nothing for so long is gone: at the start, and later on."""
_ENDING_S = 1
_HELD_S = 2.0
"""What is not fetched for longer is lost."""


def main() -> int:
    """Receive until standard input closes; return the exit status. Arguments: TABLE LINK_RATE_HZ OPENING_S."""
    table, link_rate_hz = SdrReceiveTable.model_validate_json(sys.argv[1]), float(sys.argv[2])
    opening_s = int(sys.argv[3])
    _keep_standard_output()
    worker = Worker.on_standard_streams(until_input_closes=True)
    flowgraph: Flowgraph | None = None
    try:
        # the system ends the process: a driver that waits lets no line of ours run
        signal.alarm(opening_s)
        source = open_device_source(table)
        flowgraph = _start(source, table)
        signal.alarm(0)
        _serve(worker, table, DownConverter(table, link_rate_hz, source.oscillator_ppm), link_rate_hz, flowgraph)
    except DeviceError as error:
        worker.emit("error", device=error.device, reason=error.reason, accepted=error.accepted)
        return 1
    finally:
        signal.alarm(_ENDING_S)
        if flowgraph is not None:
            flowgraph.stop()
    return 0


def _keep_standard_output() -> None:
    """Let standard output be ours alone: what drivers write there goes to standard error."""
    ours = os.dup(1)
    os.dup2(2, 1)
    sys.stdout = os.fdopen(ours, "w", encoding="utf-8")


def _start(source: DeviceSource, table: SdrReceiveTable) -> "Flowgraph":
    from radio.sdr.flowgraph import Flowgraph  # it loads GNU Radio

    return Flowgraph(source, table.sample_rate_hz)


def _serve(
    worker: Worker, table: SdrReceiveTable, converter: DownConverter, link_rate_hz: float, flowgraph: "Flowgraph"
) -> None:
    meter, buffer = LevelMeter(round(table.sample_rate_hz)), JitterBuffer(link_rate_hz, lumps_s(table))
    with closing(LeakyIqSource(ANY_PORT, round(_HELD_S * link_rate_hz))) as port:
        worker.emit("ready", rx=port.endpoint)
        gone_s = time.monotonic() + _FIRST_S
        while not worker.stopping.is_set():
            samples = _next(flowgraph)
            now_s = time.monotonic()
            if samples is not None:
                gone_s = now_s + _SILENCE_S
                buffer.put(converter.process(samples), now_s)
                level = meter.add(samples)
                if level:
                    worker.emit("level", clipped_share=level.clipped_share, rms_dbfs=level.rms_dbfs)
            elif now_s > gone_s:
                raise DeviceError(table.device, f"gave no samples for {_SILENCE_S:g} s", "one that stays")
            port.put(buffer.take(now_s))


def _next(flowgraph: "Flowgraph") -> NDArray[np.complex64] | None:
    """Return the device's next samples, complex64[n], if some come within a block's time."""
    try:
        return flowgraph.arrivals.get(timeout=BLOCK_S)
    except queue.Empty:
        return None


if __name__ == "__main__":
    sys.exit(main())
