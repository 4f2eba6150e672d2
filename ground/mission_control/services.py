"""The parts of a gateway that mission control has use for."""

from collections.abc import Callable

from ground.gateway.address import Address
from ground.gateway.gateway import Service, ServiceOf
from ground.gateway.station_line import StationLine
from ground.mission_control.event_log import EventLog
from ground.mission_control.follower import Follower
from ground.mission_control.metrics import Metrics
from ground.mission_control.telemetry_server import TelemetryServer


def mission_control(metrics: Metrics, telemetry: Address | None, log: str | None) -> list[ServiceOf]:
    """Return what makes the services: metrics always, telemetry and the log if it is said where."""

    def count(line: StationLine, warn: Callable[[str], None]) -> Service:
        return Follower(line, metrics.take, warn)

    def serve(line: StationLine, warn: Callable[[str], None]) -> Service:
        assert telemetry is not None
        return TelemetryServer(line, warn, telemetry)

    def write(line: StationLine, warn: Callable[[str], None]) -> Service:
        assert log is not None
        events = EventLog(log, warn)
        return Follower(line, events.take, warn, events.close)

    return [count, *([serve] if telemetry is not None else []), *([write] if log is not None else [])]
