"""The command that lists a study's passes, with what gets through in each."""

from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

from ground.errors import RequestError
from ground.forecast import Forecast
from ground.forecast_build import forecast_of_passes, passes_from
from ground.passes_report import PassList, print_passes
from linkbudget.checker.elements import age
from linkbudget.errors import LinkInputError
from linkbudget.study import PassTable, Study
from linkbudget.study_file import load_study
from linkbudget.study_passes import in_utc, orbit_of
from radio.profile import Profile

HOUR_S = 3600.0


def list_passes(
    name: str,
    profile: str,
    start: datetime | None,
    hours: float,
    min_elevation_deg: float | None,
    plot: Path | None,
    forecast: Path | None,
    *,
    as_json: bool,
) -> int:
    """List the passes of a study from a time, now if left out, on; return how many there are.

    Raises RequestError, LinkInputError or ProfileError for what cannot be used.
    """
    begin = datetime.now(timezone.utc) if start is None else in_utc(start)
    study = _searching(load_study(name).study, begin, hours, min_elevation_deg)
    orbit, air = orbit_of(study), Profile.load(profile)
    try:
        found = passes_from(study, begin, hours * HOUR_S)
        foretold = forecast_of_passes(study, air, begin, found)
    except LinkInputError as error:
        if error.field != "tle_age_days":
            raise
        accepted = f"a time within 30 days of the elements' epoch, {orbit.elements.epoch:%Y-%m-%d}: take newer elements"
        raise RequestError("start", f"{begin:%Y-%m-%dT%H:%M:%SZ}", accepted) from None
    if forecast:
        foretold.save(forecast)
    if plot:
        _draw(foretold, plot)
    print_passes(PassList(orbit, _least_deg(study), found, foretold, list(age(study))), profile, as_json=as_json)
    return len(found)


def forecast_named(name: str, profile: Profile, start: datetime, hours: float) -> Forecast:
    """Return the forecast in a .json file, or what a study foretells from an aware time on.

    Raises RequestError or LinkInputError for what cannot be used.
    """
    if name.endswith(".json"):
        return Forecast.load(Path(name))
    study = _searching(load_study(name).study, start, hours, None)
    return forecast_of_passes(study, profile, start, passes_from(study, start, hours * HOUR_S))


def _draw(forecast: Forecast, plot: Path) -> None:
    from ground.passes_plot import passes_plot  # matplotlib takes its time to load
    from linkbudget.plots.save import save

    save(passes_plot(forecast), plot)


def _searching(study: Study, start: datetime, hours: float, min_elevation_deg: float | None) -> Study:
    """Return a study that looks for other passes, by default as high as it said."""
    wanted = study.passes or PassTable(start=start)
    least_deg = wanted.min_elevation_deg if min_elevation_deg is None else min_elevation_deg
    return replace(study, passes=replace(wanted, start=start, hours=hours, min_elevation_deg=least_deg, number=None))


def _least_deg(study: Study) -> float:
    assert study.passes is not None  # _searching put one in
    return study.passes.min_elevation_deg
