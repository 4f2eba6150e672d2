"""A look at each kind of device: is it there, and does it do what it is for? Each closes what it opens."""

import sys
import time
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from edge.serial_port import SerialPort
from flatsat.board import SerialPort as BoardLine
from flatsat.serve import BOARD_BAUD
from protocol.serial.board import ReadStatus, Status, decode
from protocol.serial.board import encode as encode_message
from protocol.serial.errors import SerialDecodeError
from protocol.serial.framing import Deframer
from protocol.serial.framing import encode as encode_frame
from radio.front_end_file import SdrReceiveTable, SoapyTransmitTable
from radio.sdr.device_process import DeviceProcess
from radio.sdr.eager_sink import EagerIqSink
from radio.sdr.level_meter import CLIPPED_TOO_OFTEN
from radio.transmit.permission import DeviceSetup, Emission, permission_lines, refusals
from radio.zmq_iq import IqSink, IqSource, Poller
from testbed.bench.check_simulated import ready
from testbed.errors import RigError
from testbed.rigs.child import Child
from testbed.rigs.scratch import scratch_folder

_SETTLING_S, _HEARD_S, _MOST_SPANS = 0.5, 1.0, 4
_LOOK_S = 0.2
_RATE_TOLERANCE = 0.2
"""Of a rate measured by the wall clock over a second, once: a device at half its rate never comes so near."""
_SILENCE_DBFS = -150.0
_ENDPOINT_S = 2.0
_BOARD_S, _BOARD_RETRY_S, _BOARD_POLL_S = 1.0, 0.2, 0.01
_TRANSMITTER_S = 30.0


def look_at_gnuradio() -> str:
    """Say whether GNU Radio is there. Raise RigError if it is not."""
    if find_spec("gnuradio") is None:
        raise RigError("there is no GNU Radio; accepted: Debian's package gnuradio, seen by this Python")
    return "the simulated sky, in GNU Radio flowgraphs"


def look_at_receiver(table: SdrReceiveTable, link_rate_hz: float) -> str:
    """Receive for some seconds through the device's driver; return rate and level.

    Raises FrontEndFileError for settings that do not fit the link, DeviceError for a device that cannot be used,
    RigError for samples that cannot.
    """
    table.check_link_rate(link_rate_hz, "receive")
    levels: list[dict[str, Any]] = []
    with (
        closing(DeviceProcess(table, link_rate_hz)) as process,
        closing(EagerIqSink(process.endpoint)) as sink,
    ):
        _hear(process, sink, round(_SETTLING_S * link_rate_hz))
        for _ in range(_MOST_SPANS):  # what waited on a busy machine comes faster
            began_s = time.monotonic()
            levels += _hear(process, sink, round(_HEARD_S * link_rate_hz))
            rate_hz = table.sample_rate_hz * _HEARD_S / (time.monotonic() - began_s)
            if levels and _is_near(rate_hz, table):
                break
        while not levels:
            time.sleep(_LOOK_S)
            levels += _levels(process)
    return _judged(table, rate_hz, levels[-1]["rms_dbfs"], levels[-1]["clipped_share"])


def _hear(process: DeviceProcess, sink: EagerIqSink, count: int) -> list[dict[str, Any]]:
    """Take in so many samples at the link's rate; return what the device's process said of their level meanwhile."""
    levels: list[dict[str, Any]] = []
    sink.want(count)
    poller = Poller((sink,))
    while not poller.until(lambda: sink.complete, lambda: False, _LOOK_S):
        levels += _levels(process)  # tells if the device is gone
    sink.drop()
    return levels


def _levels(process: DeviceProcess) -> list[dict[str, Any]]:
    return [event for event in process.events() if event["event"] == "level"]


def _is_near(rate_hz: float, table: SdrReceiveTable) -> bool:
    return abs(rate_hz / table.sample_rate_hz - 1) <= _RATE_TOLERANCE


def _judged(table: SdrReceiveTable, rate_hz: float, rms_dbfs: float, clipped_share: float) -> str:
    found = f"{rate_hz / 1e3:.0f} kS/s, {rms_dbfs:.1f} dBFS, {clipped_share:.1%} at full scale"
    if not _is_near(rate_hz, table):
        raise RigError(f"device {table.device}: {found}; accepted: {table.sample_rate_hz / 1e3:g} kS/s")
    if clipped_share > CLIPPED_TOO_OFTEN:
        raise RigError(f"device {table.device}: {found}; accepted: a lower gain_db")
    if rms_dbfs < _SILENCE_DBFS:
        raise RigError(f"device {table.device} gives samples that are all 0; accepted: one that hears noise")
    return found


def look_at_samples(endpoint: str, link_rate_hz: float) -> str:
    """Ask a ZeroMQ endpoint for samples. Raise RigError if none come, LinkPortError for one that is not valid."""
    with closing(IqSink(endpoint)) as sink:
        sink.want(round(_LOOK_S * link_rate_hz))
        if not Poller((sink,)).until(lambda: sink.complete, lambda: False, _ENDPOINT_S):
            raise RigError(f"{endpoint} gave too few samples within {_ENDPOINT_S:g} s; accepted: gr-zeromq's rep_sink")
    return "gives samples"


def look_at_free_endpoint(endpoint: str) -> str:
    """Say that samples can be offered at an endpoint. Raise LinkPortError if they cannot."""
    IqSource(endpoint).close()
    return "free"


def look_at_transmitter(table: SoapyTransmitTable, link_rate_hz: float) -> str:
    """Open a transmitter in a process of its own, and close it: nothing is transmitted. Return how it is set.

    Raises FrontEndFileError for settings that do not fit the link, RigError for a device that cannot be used, or that
    sets itself to what its permit does not allow.
    """
    table.check_link_rate(link_rate_hz, "transmit")
    setup = _opened(table)
    refused = refusals(table.permit, Emission.of(table, link_rate_hz, setup))
    if refused and not refusals(table.permit, Emission.of(table, link_rate_hz)):
        raise RigError(f"device {table.device} is set otherwise than the file says: {'; '.join(map(str, refused))}")
    return (
        f"opened, nothing transmitted: {setup.tuned_hz / 1e6:.6f} MHz, {setup.sample_rate_hz / 1e3:.0f} kS/s, "
        f"gain {setup.gain_db:g} dB"
    )


def _opened(table: SoapyTransmitTable) -> DeviceSetup:
    """Return how a device says that it is set."""
    with scratch_folder() as folder:
        told = [table.model_dump_json()]
        errors = Path(folder, "stderr")
        child = Child(f"device {table.device}", "testbed.bench.check_transmitter", told, errors, [sys.executable])
        try:
            event = ready(child, _TRANSMITTER_S)
        finally:
            child.close_input()
            child.wait()
    return DeviceSetup(event["tuned_hz"], event["sample_rate_hz"], event["gain_db"])


def look_at_permit(table: SoapyTransmitTable, link_rate_hz: float) -> str:
    """Return what a permit allows. Raise RigError if it refuses what the file asks for."""
    lines = "; ".join(permission_lines(table, link_rate_hz)[1:])
    if refusals(table.permit, Emission.of(table, link_rate_hz)):
        raise RigError(lines)
    return lines


def look_at_line(device: str, baud: int) -> str:
    """Open a serial line. Raise RigError if that cannot be done."""
    SerialPort(device, baud, lambda path, reason: RigError(f"{path} {reason}")).close()
    return f"opens, at {baud} baud"


def look_at_board(device: str) -> str:
    """Ask a board how it is; return its readings. Raise BoardError or RigError if it does not say."""
    with closing(BoardLine(device, BOARD_BAUD)) as line:
        status = _status(line, device)
    rail = "on" if status.payload_rail_on else "off"
    return (
        f"{status.bus_voltage_v:.2f} V, payload {rail} at {status.payload_current_a:.3f} A, "
        f"{status.temperature_c:.1f} °C, up for {status.uptime_s:.0f} s"
    )


def _status(line: BoardLine, device: str) -> Status:
    deframer, sequence, begin_s = Deframer(), 0, time.monotonic()
    while (spent_s := time.monotonic() - begin_s) < _BOARD_S:
        if spent_s >= sequence * _BOARD_RETRY_S:
            sequence += 1
            line.write(encode_frame(encode_message(ReadStatus(sequence))))
        for payload in deframer.feed(line.read()):
            if isinstance(reply := _reply(payload), Status):
                return reply
        time.sleep(_BOARD_POLL_S)
    raise RigError(f"{device} gave no status within {_BOARD_S:g} s; accepted: a board at {BOARD_BAUD} baud")


def _reply(payload: bytes) -> object:
    """Return what a board says; None for what is no message of this version."""
    try:
        return decode(payload)
    except SerialDecodeError:
        return None
