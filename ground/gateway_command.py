"""What is typed to start a gateway, checked."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from ground.errors import RequestError
from ground.forecast import Forecast
from ground.gateway.address import Address
from ground.gateway.admission import AdmissionLimits
from ground.gateway.api_keys import ApiKeys
from ground.gateway.app import AppSettings
from ground.gateway.chat_request import LinkPolicy
from ground.gateway.gateway import GatewaySettings, StationSettings, serve_replay, serve_station
from ground.gateway.station_process import station_command
from ground.mission_control.metrics import Metrics
from ground.passes_command import forecast_named
from ground.services_file import ServicesFile
from radio.profile import Profile

FORECAST_HOURS = 24.0
_MAX_COUNT = 10_000


@dataclass(frozen=True, slots=True)
class GatewayOptions:
    """What a gateway is told on its command line. Raises RequestError naming the option that cannot be used."""

    http: str
    api_keys: Path | None = None
    no_link: str = LinkPolicy.WAIT.value
    cancel_after_s: float = 5.0
    max_prompts: int = 64
    max_prompts_of_key: int = 64
    services: Path | None = None

    def __post_init__(self) -> None:
        if self.no_link not in [policy.value for policy in LinkPolicy]:
            raise RequestError("no-link", self.no_link, ", ".join(policy.value for policy in LinkPolicy))
        if not 0 <= self.cancel_after_s < math.inf:
            raise RequestError("cancel-after-s", self.cancel_after_s, "0 or more")
        for name, number in (("max-prompts", self.max_prompts), ("max-prompts-of-key", self.max_prompts_of_key)):
            if not 1 <= number <= _MAX_COUNT:
                raise RequestError(name, number, f"1 to {_MAX_COUNT}")

    def settings(self, forecast: Forecast | None, *, is_replay: bool = False) -> GatewaySettings:
        """Return the settings. Raises RequestError for a file, or an address, that cannot be used."""
        address = Address.of("http", self.http)
        if not address.is_local and self.api_keys is None:
            raise RequestError("http", self.http, "an address of this machine alone, or --api-keys")
        metrics = Metrics()
        beside = ServicesFile.load(self.services) if self.services else ServicesFile()
        app = AppSettings(
            keys=ApiKeys.load(self.api_keys) if self.api_keys else ApiKeys(),
            is_local=address.is_local,
            policy=LinkPolicy(self.no_link),
            limits=AdmissionLimits(self.max_prompts, self.max_prompts_of_key),
            grace_s=self.cancel_after_s,
            forecast=forecast.to_json() if forecast else None,
            metrics=metrics.exposition,
            is_replay=is_replay,
        )
        return GatewaySettings(address, app, beside.services(metrics, forecast))


def run_gateway(
    options: GatewayOptions,
    arguments: Sequence[str],
    forecast: str | None,
    profile: Profile,
    start_utc: datetime | None,
    events: Path | None,
    *,
    has_contacts: bool,
    until_stdin_closes: bool,
) -> int:
    """Start a station and serve it; return the exit status.

    Where no contacts are given, they are those of the forecast, and link time is counted from its start. Raises
    RequestError or LinkInputError for what cannot be used.
    """
    foretold = forecast_named(forecast, profile, start_utc or _now(), FORECAST_HOURS) if forecast else None
    follows = foretold is not None and not has_contacts
    if foretold and follows:
        arguments = [*arguments, *_contacts(foretold)]
    if foretold and start_utc is None:
        arguments = [*arguments, f"--start-utc={foretold.start_utc.isoformat()}"]
    epoch_s = foretold.start_utc.timestamp() if foretold and follows else None
    told = StationSettings(station_command(arguments), until_stdin_closes, epoch_s, events)
    return asyncio.run(serve_station(options.settings(foretold), told))


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _contacts(forecast: Forecast) -> list[str]:
    """Return the passes as options of a station, to which none would mean that the spacecraft is always in view."""
    if not forecast.contacts:
        raise RequestError("forecast", forecast.satellite, f"one with a pass within {FORECAST_HOURS:g} h")
    return [f"--contact={each.aos_s}:{each.los_s}" for each in forecast.contacts]


def run_replay(options: GatewayOptions, events: Path, speed: float, forecast: Path | None) -> int:
    """Serve a finished run until told to stop; return the exit status. Raises RequestError for what cannot be used."""
    if not 0 < speed < math.inf:
        raise RequestError("speed", speed, "more than 0")
    foretold = Forecast.load(forecast) if forecast else None
    return asyncio.run(serve_replay(options.settings(foretold, is_replay=True), events, speed))
