"""A transmitter opened and closed, as a process: drivers are other people's, and some wait for good.

Started with a table [transmit] as JSON. Says ``ready`` with how the device is set, or ``error``.
"""

import json
import sys
from contextlib import closing
from dataclasses import asdict

from radio.front_end_errors import DeviceError
from radio.front_end_file import SoapyTransmitTable
from radio.transmit.soapy_device import SoapyDevice


def main() -> int:
    """Open the device of the table that is the argument, and close it; return the exit status."""
    table = SoapyTransmitTable.model_validate_json(sys.argv[1])
    try:
        with closing(SoapyDevice(table)) as device:
            _say(event="ready", **asdict(device.setup))
    except DeviceError as error:
        _say(event="error", message=str(error))
        return 1
    return 0


def _say(**event: object) -> None:
    print(json.dumps(event), flush=True)  # noqa: T201 - what the parent reads
