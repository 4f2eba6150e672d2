"""The `linkbudget` command: passes of a satellite and the budget of a link."""

import json
import sys
from dataclasses import asdict
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from rich.console import Console
from rich.table import Table

from linkbudget.budget import BudgetLine, LinkBudget, eb_n0_db
from linkbudget.checks import require_between, require_positive
from linkbudget.errors import LinkInputError
from linkbudget.orbit import Orbit, Pass
from linkbudget.station import Station
from linkbudget.tle import Tle

_MISTAKE_STATUS = 2
_LONGEST_HOURS = 168.0
_FIRST_YEAR, _LAST_YEAR = 1957, 2056  # what the two digits of a TLE's epoch can say

# The base of every mistake in the command's words (unknown option ...), for which typer exports no name.
_UsageMistake = cast("type[Exception]", typer.BadParameter.__base__)

# \b keeps an example's line breaks.
_PASSES_EXAMPLE = """\b
Example: two days over Zurich
  linkbudget passes --tle astrocast.tle --station 47.3769,8.5417,408 \\
      --start 2024-01-22 --hours 48 --min-elevation 30
"""
_BUDGET_EXAMPLE = """\b
Example: 1 W from a cubesat into a Yagi, 1000 km away, at 9600 bit/s
  linkbudget budget --frequency-hz 437.05e6 --eirp-dbw 0 --g-over-t-db-k -12 \\
      --losses-db 3 --range-km 1000 --rate-bit-s 9600
"""

app = typer.Typer(add_completion=False, rich_markup_mode=None)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a number") from None


def _number_option(help_text: str) -> Any:
    return typer.Option(parser=_number, metavar="NUMBER", help=help_text)


AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")]


@app.callback(epilog="Exit status: 0 done, 2 a mistake in what was given (one line on stderr says which).")
def linkbudget() -> None:
    """When a satellite can be heard, and how well."""


@app.command("passes", epilog=_PASSES_EXAMPLE)
def passes_command(
    tle: Annotated[Path, typer.Option(help="A file with one TLE: 2 lines, or a name line and 2 lines.")],
    station: Annotated[
        str, typer.Option(metavar="LAT,LON,ALT", help="Degrees north, degrees east, metres, comma between.")
    ],
    start: Annotated[str, typer.Option(metavar="ISO", help="An ISO 8601 time, in UTC unless it carries an offset.")],
    hours: Annotated[float, _number_option("Length of the search: more than 0, at most 168 hours.")] = 24.0,
    min_elevation: Annotated[float, _number_option("Least elevation, 0 to 90 degrees.")] = 10.0,
    as_json: AsJson = False,
) -> None:
    """List the passes of a satellite over a station.

    AOS and LOS are when it rises above and falls below the least elevation, TCA is its closest approach. A
    pass under way at either end of the search is cut there. A TLE grows worse by kilometres a day: look at
    its age.
    """
    orbit = Orbit(Tle.parse(_file_text(tle)))
    site = _station(station)
    begin = _utc(start)
    require_positive("hours", hours)
    require_between("hours", hours, 0.0, _LONGEST_HOURS)
    with Console(stderr=True).status("Searching passes"):
        found = orbit.passes(site, begin, begin + timedelta(hours=hours), min_elevation)
    if as_json:
        _print_json(_passes_object(orbit, site, min_elevation, found))
    else:
        Console().print(_passes_table(orbit, site, min_elevation, found))


@app.command("budget", epilog=_BUDGET_EXAMPLE)
def budget_command(
    frequency_hz: Annotated[float, _number_option("Carrier frequency, more than 0 Hz.")],
    eirp_dbw: Annotated[float, _number_option("Transmitter's power + antenna gain - line loss, dBW.")],
    g_over_t_db_k: Annotated[float, _number_option("Receiver's gain over system temperature, dB/K.")],
    range_km: Annotated[float, _number_option("Distance between the two, more than 0 km.")],
    rate_bit_s: Annotated[float, _number_option("Rate of information bits, more than 0 bit/s.")],
    losses_db: Annotated[float, _number_option("All losses but free space, 0 to 300 dB.")] = 0.0,
    as_json: AsJson = False,
) -> None:
    """Work out C/N0 and Eb/N0 of a link, line by line."""
    require_positive("range_km", range_km)
    require_positive("rate_bit_s", rate_bit_s)
    budget = LinkBudget(frequency_hz, eirp_dbw, g_over_t_db_k, losses_db)
    lines = _with_eb_n0(budget.lines(range_km * 1e3), rate_bit_s)
    if as_json:
        _print_json(_budget_object(lines))
    else:
        Console().print(_budget_table(lines))


def main(args: list[str] | None = None) -> int:
    """Run the command on `args` (None: the process's own); return the exit status, 0 or 2 for a mistake."""
    try:
        return app(args, prog_name="linkbudget", standalone_mode=False) or 0
    except (LinkInputError, _UsageMistake) as mistake:
        print(f"linkbudget: {_one_line(mistake)}", file=sys.stderr)
        return _MISTAKE_STATUS


def _one_line(mistake: Exception) -> str:
    if isinstance(mistake, LinkInputError):
        return str(mistake)
    text = " ".join(mistake.format_message().split()).rstrip(".")  # type: ignore[attr-defined]
    return f"{text}; accepted: {_accepted(mistake)}"


def _accepted(mistake: Exception) -> str:
    """Return what would be accepted instead: the option's own help, or the names of what there is."""
    option_help = getattr(getattr(mistake, "param", None), "help", None)
    if option_help:
        return str(option_help).rstrip(".")
    context = getattr(mistake, "ctx", None)
    if context is None:
        return "what 'linkbudget COMMAND --help' shows"
    options = [option.opts[0] for option in context.command.params]
    return ", ".join(getattr(context.command, "commands", options))


def _file_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise LinkInputError("tle", str(path), f"a readable file ({error.strerror})") from error


def _station(text: str) -> Station:
    try:
        latitude_deg, longitude_deg, altitude_m = (float(part) for part in text.split(","))
    except ValueError:
        raise LinkInputError("station", text, "LAT,LON,ALT as in 47.3769,8.5417,408") from None
    return Station(text, latitude_deg, longitude_deg, altitude_m)


def _utc(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text.replace("Z", "+00:00"))  # Python 3.10 does not read the Z
    except ValueError:
        raise LinkInputError("start", text, "an ISO 8601 time as in 2024-01-22T09:00:00Z") from None
    require_between("start year", time.year, _FIRST_YEAR, _LAST_YEAR)
    return time.replace(tzinfo=timezone.utc) if time.utcoffset() is None else time.astimezone(timezone.utc)


def _print_json(value: dict[str, object]) -> None:
    print(json.dumps(value, indent=2))


def _passes_object(orbit: Orbit, site: Station, min_elevation_deg: float, found: list[Pass]) -> dict[str, object]:
    return {
        "satellite": orbit.tle.name,
        "catalogue_number": orbit.tle.catalogue_number,
        "tle_epoch": orbit.tle.epoch.isoformat(),
        "station": asdict(site),
        "min_elevation_deg": min_elevation_deg,
        "passes": [_pass_object(orbit, each) for each in found],
    }


def _pass_object(orbit: Orbit, each: Pass) -> dict[str, object]:
    return {
        "aos": each.aos.isoformat(),
        "tca": each.tca.isoformat(),
        "los": each.los.isoformat(),
        "max_elevation_deg": each.max_elevation_deg,
        "duration_s": (each.los - each.aos).total_seconds(),
        "tle_age_days": orbit.age_days(each.aos),
    }


def _passes_table(orbit: Orbit, site: Station, min_elevation_deg: float, found: list[Pass]) -> Table:
    table = Table(
        title=f"{orbit.tle.name} over {site.name}, at least {min_elevation_deg:g} deg",
        caption=None if found else "no pass",
    )
    for heading in ("AOS (UTC)", "TCA", "LOS", "max el.", "duration", "TLE age"):
        table.add_column(heading, justify="right", no_wrap=True)
    for each in found:
        table.add_row(
            f"{each.aos:%Y-%m-%d %H:%M:%S}",
            f"{each.tca:%H:%M:%S}",
            f"{each.los:%H:%M:%S}",
            f"{each.max_elevation_deg:.1f} deg",
            f"{(each.los - each.aos).total_seconds():.0f} s",
            f"{orbit.age_days(each.aos):.1f} d",
        )
    return table


def _with_eb_n0(lines: list[BudgetLine], rate_bit_s: float) -> list[BudgetLine]:
    return [
        *lines,
        BudgetLine("information rate", rate_bit_s, "bit/s", "given"),
        BudgetLine("Eb/N0", eb_n0_db(lines[-1].value, rate_bit_s), "dB", "C/N0 - 10 log10(rate)"),
    ]


def _budget_object(lines: list[BudgetLine]) -> dict[str, object]:
    value = {line.name: line.value for line in lines}
    return {
        "c_n0_db_hz": value["C/N0"],
        "eb_n0_db": value["Eb/N0"],
        "lines": [asdict(line) for line in lines],
    }


def _budget_table(lines: list[BudgetLine]) -> Table:
    table = Table("line", title="Link budget")
    table.add_column("value", justify="right")
    table.add_column("unit")
    table.add_column("source")
    for line in lines:
        table.add_row(line.name, f"{line.value:,.2f}", line.unit, line.source)
    return table
