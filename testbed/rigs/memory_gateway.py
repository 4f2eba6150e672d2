"""The memory rig's gateway as a process: that of ``ground serve --http``, but for the station that it starts."""

import asyncio
import sys
from pathlib import Path

from pydantic import TypeAdapter

from edge.command_line import STATUS_MISTAKE
from ground.errors import GroundError
from ground.forecast import Forecast
from ground.gateway.gateway import StationSettings, serve_station
from ground.gateway_command import GatewayOptions
from testbed.rigs.memory_station import MemoryStation


def main() -> int:
    """Serve until standard input closes; return the exit status.

    The arguments: GatewayOptions and a MemoryStation as JSON, the forecast's file, the file to add events to.
    """
    options, station, forecast, events = sys.argv[1:]
    try:
        gateway = TypeAdapter(GatewayOptions).validate_json(options).settings(Forecast.load(Path(forecast)))
        command = MemoryStation.model_validate_json(station).command
        told = StationSettings(command, until_stdin_closes=True, events=Path(events))
        return asyncio.run(serve_station(gateway, told))
    except GroundError as error:
        print(f"ground: {error}", file=sys.stderr)  # noqa: T201 - for whoever started it
        return STATUS_MISTAKE
