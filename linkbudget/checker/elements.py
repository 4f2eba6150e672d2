"""Orbital elements too old for the passes that are asked for."""

from collections.abc import Iterator
from datetime import timedelta

from linkbudget.checker.finding import Finding
from linkbudget.errors import LinkInputError
from linkbudget.orbit.orbit import MAX_AGE_DAYS
from linkbudget.study import Study
from linkbudget.study_passes import in_utc, orbit_of

OLD_DAYS = 3.0
ERROR_KM_DAY = (1.0, 3.0)  # of SGP4 in a low orbit, as `Orbit.age_days` has it


def age(study: Study) -> Iterator[Finding]:
    """Elements that cannot be read, or whose satellite has moved on by kilometres."""
    if study.orbit is None:
        return
    try:
        orbit = orbit_of(study)
    except LinkInputError as error:
        yield Finding(f"orbit.{error.field}", str(error.value), "it cannot be used", error.accepted, "error")
        return
    if study.passes is None:
        return
    start = in_utc(study.passes.start)
    ages = [orbit.age_days(at) for at in (start, start + timedelta(hours=float(study.passes.hours)))]
    age_days = max(ages, key=abs)
    when = f"{abs(age_days):.1f} days {'after' if age_days > 0 else 'before'} the elements' epoch"
    place, value = "passes.start", study.passes.start.isoformat()
    if abs(age_days) > MAX_AGE_DAYS:
        hint = f"elements within {MAX_AGE_DAYS:g} days of it are needed"
        yield Finding(place, value, f"the passes are {when}", hint, "error")
    elif abs(age_days) > OLD_DAYS and study.orbit.elements is not None:
        low_km, high_km = (abs(age_days) * each for each in ERROR_KM_DAY)
        hint = f"the satellite may be {low_km:.0f} to {high_km:.0f} km from where it is reckoned: take newer elements"
        yield Finding(place, value, f"the passes are {when}", hint)
