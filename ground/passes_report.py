"""What is shown of passes: when, where in the sky, and how much data gets through."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from edge.command_line import print_json
from ground.forecast import LEGS, Forecast, PassForecast
from linkbudget.checker.finding import Finding
from linkbudget.orbit.orbit import Orbit
from linkbudget.orbit.passes import Pass
from linkbudget.output.objects import findings_object, passes_object
from linkbudget.output.tables import findings_text, passes_table


@dataclass(frozen=True, slots=True)
class PassList:
    """Passes of an orbit at or above an elevation, what is foretold of them, and what is doubtful."""

    orbit: Orbit
    min_elevation_deg: float
    found: Sequence[Pass]
    forecast: Forecast
    findings: Sequence[Finding]

    def best_margin_db(self, one: PassForecast, leg: str) -> float | None:
        """Return the highest margin of a leg in a pass, None if it is not known."""
        margins_db = getattr(self.forecast, leg).margin_db
        moments = enumerate(self.forecast.time_s)
        known = [
            margins_db[i] for i, time_s in moments if one.aos_s <= time_s < one.los_s and margins_db[i] is not None
        ]
        return max(known, default=None)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        listed = passes_object(self.orbit, self.forecast.station, self.min_elevation_deg, self.found)
        for each, one in zip(listed["passes"], self.forecast.passes, strict=True):
            each["volume_octets"] = asdict(one.volume_octets)
            each["best_margin_db"] = {leg: self.best_margin_db(one, leg) for leg in LEGS}
        return {**listed, "findings": findings_object(self.findings)}


def print_passes(listed: PassList, profile: str, *, as_json: bool) -> None:
    """Print tables, and on standard error what is doubtful; or one JSON object."""
    if as_json:
        print_json({"profile": profile, **listed.to_json()})
        return
    if listed.findings:
        Console(stderr=True).print(findings_text(listed.findings), soft_wrap=True)
    console = Console(highlight=False)
    station = listed.forecast.station.name
    console.print(passes_table(listed.orbit, station, listed.min_elevation_deg, listed.found))
    if listed.found:
        console.print(_volume_table(listed, profile))
    console.print(f"TLE age at the start of the search: {listed.forecast.tle_age_days:.1f} d")


def _volume_table(listed: PassList, profile: str) -> Table:
    table = Table(
        title=f"What gets through with {profile}",
        title_justify="left",
        title_style="bold",
        box=SIMPLE_HEAD,
        pad_edge=False,
        caption=_unknown(listed),
        caption_justify="left",
    )
    for heading in ("", "uplink\nkB", "best\nmargin", "downlink\nkB", "best\nmargin"):
        table.add_column(heading, justify="right", no_wrap=True)
    for number, one in enumerate(listed.forecast.passes, start=1):
        cells = (cell for leg in LEGS for cell in _cells(listed, one, leg))
        table.add_row(str(number), *cells)
    return table


def _cells(listed: PassList, one: PassForecast, leg: str) -> tuple[str, str]:
    octets, margin_db = getattr(one.volume_octets, leg), listed.best_margin_db(one, leg)
    return (
        "?" if octets is None else f"{octets / 1e3:,.0f}",
        "?" if margin_db is None else f"{margin_db:+.1f} dB",
    )


def _unknown(listed: PassList) -> str | None:
    lacking = [leg for leg in LEGS if any(getattr(one.volume_octets, leg) is None for one in listed.forecast.passes)]
    if not lacking:
        return None
    return f"? of {' and '.join(lacking)}: the study has no mode such as the profile's (modulation, symbol rate, code)"
