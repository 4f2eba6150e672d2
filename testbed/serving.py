"""What a rig is served with: the gateway of its ground station, and what that foretells."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ground.errors import RequestError
from ground.forecast import Forecast
from ground.forecast_build import forecast_of_study
from linkbudget.errors import LinkInputError
from linkbudget.study_file import load_study
from linkbudget.study_passes import in_utc
from radio.errors import ProfileError
from radio.profile import Profile
from testbed.errors import ScenarioError
from testbed.physics import LEGS
from testbed.scenario import Scenario

FORECAST, EVENTS = "forecast.json", "events.jsonl"


@dataclass(frozen=True, slots=True)
class Serving:
    """Where a rig's gateway listens, and the folder that has its forecast and gets its events."""

    http: str
    folder: Path
    options: Mapping[str, str] = field(default_factory=dict)
    """More of the gateway's options, by the names that GatewayOptions has for them."""

    @property
    def forecast(self) -> Path:
        """The file of the forecast."""
        return self.folder / FORECAST

    @property
    def events(self) -> Path:
        """The file that gets the events."""
        return self.folder / EVENTS

    def arguments(self, http: str) -> list[str]:
        """Return the options of a ground station that is served at an address."""
        kept = ("--forecast", str(self.forecast), "--events", str(self.events))
        more = (part for name, value in self.options.items() for part in (f"--{name.replace('_', '-')}", value))
        return ["--http", http, *kept, *more]

    def as_json(self) -> str:
        """Return GatewayOptions as JSON."""
        return json.dumps({"http": self.http, **self.options})


def forecast_of(scenario: Scenario) -> Forecast:
    """Return what is foretold, an Eb/N0 that is held included. Raise ScenarioError for what cannot be used."""
    try:
        study, profile = load_study(scenario.study).study, Profile.load(scenario.profile)
        foretold = forecast_of_study(study, profile, in_utc(scenario.start), scenario.longest_s)
    except (LinkInputError, ProfileError, RequestError) as error:
        raise ScenarioError(error.field, error.value, error.accepted) from None
    held = {leg: getattr(scenario, leg).eb_n0_db for leg in LEGS}
    return foretold.held_at({leg: eb_n0_db for leg, eb_n0_db in held.items() if eb_n0_db is not None})
