"""The command that measures a receiver's oscillator against a known tone."""

from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from edge.command_line import print_json
from ground.errors import RequestError
from radio.front_end_file import FrontEndFile, SdrReceiveTable
from radio.sdr.calibration import measure_ppm
from radio.sdr.device_process import DeviceProcess
from radio.sdr.eager_sink import EagerIqSink
from radio.zmq_iq import Poller

_SETTLING_S = 0.3
_CAPTURE_S = 2.0
_PATIENCE_S = 0.2


def calibrate(front_end: Path, tone_hz: float, *, as_json: bool) -> None:
    """Show by how much the oscillator of a front end file's receiver is too fast: its `ppm`.

    Raises RequestError for a file without a receiving device, and any RadioError: of the file, of the device, or if
    there is no tone.
    """
    receive = FrontEndFile.load(front_end).receive
    if not isinstance(receive, SdrReceiveTable):
        raise RequestError("front-end", str(front_end), "a file whose [receive] has the driver osmosdr or soapy")
    rate_hz = receive.sample_rate_hz
    changes = {"frequency_hz": tone_hz, "tuning_offset_hz": rate_hz / 4, "ppm": 0.0, "bandwidth_hz": None}
    found = measure_ppm(_capture(receive.model_copy(update=changes), rate_hz), rate_hz, tone_hz, tone_hz)
    if as_json:
        print_json({"device": receive.device, "tone_hz": tone_hz, **asdict(found)})
        return
    console = Console(highlight=False)
    console.print(f"ppm = {found.ppm:.3f}   standard error {found.standard_error_ppm:.1g}", soft_wrap=True)
    console.print(f"device {receive.device}, tone {found.snr_db:.0f} dB out of the noise", soft_wrap=True, markup=False)


def _capture(table: SdrReceiveTable, rate_hz: float) -> NDArray[np.complex64]:
    """Return two seconds of samples. Raises DeviceError."""
    settling, count = round(_SETTLING_S * rate_hz), round(_CAPTURE_S * rate_hz)
    with (
        Console(stderr=True).status(f"receiving {_CAPTURE_S:g} s of samples", spinner="line"),
        closing(DeviceProcess(table, rate_hz)) as process,
        closing(EagerIqSink(process.endpoint)) as sink,
    ):
        sink.want(settling + count)
        poller = Poller((sink,))
        while not poller.until(lambda: sink.complete, lambda: False, _PATIENCE_S):
            process.events()  # tells if the device is gone
        return sink.take()[settling:]
