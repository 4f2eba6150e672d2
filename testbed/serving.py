"""What a rig is served with: the gateway of its ground station, and what that foretells."""

from dataclasses import dataclass
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
    options: tuple[str, ...] = ()
    """More of the gateway's options, as ``ground serve`` takes them."""

    def arguments(self, http: str) -> list[str]:
        """Return the options of a ground station that is served at an address."""
        kept = ("--forecast", str(self.folder / FORECAST), "--events", str(self.folder / EVENTS))
        return ["--http", http, *kept, *self.options]


def forecast_of(scenario: Scenario) -> Forecast:
    """Return what is foretold, an Eb/N0 that is held included. Raise ScenarioError for what cannot be used."""
    try:
        study, profile = load_study(scenario.study).study, Profile.load(scenario.profile)
        foretold = forecast_of_study(study, profile, in_utc(scenario.start), scenario.longest_s)
    except (LinkInputError, ProfileError, RequestError) as error:
        raise ScenarioError(error.field, error.value, error.accepted) from None
    held = {leg: getattr(scenario, leg).eb_n0_db for leg in LEGS}
    return foretold.held_at({leg: eb_n0_db for leg, eb_n0_db in held.items() if eb_n0_db is not None})
