"""The `linkbudget` command: studies worked out, from one budget to a whole pass."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from matplotlib.figure import Figure
from rich.console import Console, RenderableType
from rich.status import Status

from edge.command_line import number, print_json, run_app
from linkbudget.bent_pipe import BENT_PIPE, bent_pipe_c_n0_db_hz
from linkbudget.checker.checker import check_study
from linkbudget.checker.finding import Finding
from linkbudget.checks import require_between, require_positive
from linkbudget.contact import work_out
from linkbudget.errors import LinkInputError
from linkbudget.modes.thresholds import thresholds
from linkbudget.orbit.element_file import parse_elements
from linkbudget.orbit.orbit import Orbit
from linkbudget.orbit.station import Station
from linkbudget.output.export import analysis_object, write_export
from linkbudget.output.objects import contact_object, findings_object, pass_object, passes_object, sweep_object
from linkbudget.output.tables import (
    budget_table,
    contact_table,
    findings_text,
    passes_table,
    sensitivity_table,
    sweep_table,
    thresholds_table,
    uncertainty_table,
    volume_table,
)
from linkbudget.plots.heat_map import heat_map
from linkbudget.plots.histogram import histogram
from linkbudget.plots.pass_chart import pass_chart
from linkbudget.plots.save import save
from linkbudget.plots.sky_track import sky_track
from linkbudget.plots.tornado import tornado
from linkbudget.plots.waterfall import waterfall
from linkbudget.scene import link_budget
from linkbudget.schema import schema_markdown
from linkbudget.study_file import StudyFile, load_study, read_elements_text, shipped_studies
from linkbudget.study_passes import chosen, in_utc, orbit_of, passes_of, search, station_of
from linkbudget.sweep import sweep
from linkbudget.uncertainty.analysis import Analysis, Uncertainty, analyse

_STATUS_FOUND = 1
_LONGEST_HOURS = 720.0
_FIRST_YEAR, _LAST_YEAR = 1957, 2056  # what the two digits of a TLE's epoch can say
_SHIPPED = ", ".join(shipped_studies())

# \b keeps an example's line breaks.
_BUDGET_EXAMPLE = """\b
Examples:
  linkbudget budget cubesat-uhf                     the shipped study of that name
  linkbudget budget mine.toml --link downlink --plot budget.png --export budget.csv
"""
_PASS_EXAMPLE = """\b
Example:
  linkbudget pass cubesat-uhf --plot pass.png --plot-sky sky.png
"""
_SWEEP_EXAMPLE = """\b
Example:
  linkbudget sweep cubesat-uhf --plot sweep.png
"""
_CHECK_EXAMPLE = """\b
Example:
  linkbudget check mistakes     finds every one of a shipped study's mistakes
Exit status: 0 nothing found, 1 something is probably wrong, 2 the file cannot be used.
"""
_PASSES_EXAMPLE = """\b
Example: two days over Zurich
  linkbudget passes --elements astrocast.tle --station 47.3769,8.5417,408 \\
      --start 2024-01-22 --hours 48 --min-elevation 30
"""

app = typer.Typer(add_completion=False, rich_markup_mode=None)

StudyName = Annotated[str, typer.Argument(metavar="FILE", help=f"A study: a .toml file, or one of {_SHIPPED}.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]
LinkName = Annotated[str | None, typer.Option("--link", help="One link of the study by its name; all if left out.")]


def _plot_option(name: str, what: str) -> Any:
    return typer.Option(name, metavar="FILE", help=f"Draw {what}: a .png, .svg or .pdf file.")


@app.callback(epilog="Exit status: 0 done, 2 a mistake in what was given (one line on stderr says which).")
def linkbudget() -> None:
    """What a link can do: its budget line by line, over a pass, over any of its numbers; and what looks wrong in it.

    A study is a TOML file; `docs/linkbudget.md` describes it, and the shipped ones are commented examples.
    """


@app.command("budget", epilog=_BUDGET_EXAMPLE)
def budget_command(
    name: StudyName,
    link: LinkName = None,
    plot: Annotated[Path | None, _plot_option("--plot", "each link's waterfall, of its first mode")] = None,
    plot_margin: Annotated[Path | None, _plot_option("--plot-margin", "how the margin is distributed")] = None,
    plot_inputs: Annotated[Path | None, _plot_option("--plot-inputs", "which inputs matter most")] = None,
    export: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it: a .json, .csv or .md file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Work out each link's budget, line by line.

    Each line has its source. Where numbers have tolerances: the budget with all of them adverse and all favourable,
    the distribution of the margin over random draws, and which of them matters most.
    """
    file = load_study(name)
    findings = check_study(file)
    with _working("Working out budgets and draws"):
        analyses = [analyse(file, each) for each in ([link] if link else file.study.links)]
    whole = _budget_object(file, analyses, findings)
    for path, draw in ((plot, _waterfall), (plot_margin, _histogram), (plot_inputs, _tornado)):
        if path:
            _draw_each(path, draw, analyses)
    if export:
        write_export(export, analyses, whole)
    if as_json:
        print_json(whole)
    else:
        parts = [part for each in analyses for part in _budget_parts(each)]
        _print(findings, *parts, *_bent_pipe_lines(whole), *_age_lines(file))


@app.command("pass", epilog=_PASS_EXAMPLE)
def pass_command(
    name: StudyName,
    plot: Annotated[Path | None, _plot_option("--plot", "elevation, Doppler and margin over the pass")] = None,
    plot_sky: Annotated[Path | None, _plot_option("--plot-sky", "the track in the sky")] = None,
    as_json: AsJson = False,
) -> None:
    """Find passes, and work one of them out.

    For each link, moment by moment: Doppler shift and rate, C/N0, margin and the best mode; and how much data gets
    through.
    """
    file = load_study(name)
    findings = check_study(file)
    orbit, station = orbit_of(file.study), station_of(file.study)
    with _working("Searching passes and working one out"):
        found = search(file.study, orbit)
        contact = work_out(file.study, orbit, chosen(file.study, found))
    title = f"{orbit.elements.name} over {station.name}"
    if plot:
        save(pass_chart(contact, title), plot)
    if plot_sky:
        save(sky_track(contact, title), plot_sky)
    if as_json:
        listed = passes_object(orbit, station, passes_of(file.study).min_elevation_deg, found)
        chosen_pass = {"pass": pass_object(orbit, contact.found), **contact_object(contact)}
        print_json({**listed, **chosen_pass, "findings": findings_object(findings)})
        return
    table = passes_table(orbit, station.name, passes_of(file.study).min_elevation_deg, found)
    links = [contact_table(contact, each) for each in contact.budgets]
    _print(findings, table, *links, *([volume_table(contact)] if contact.usages else []))


@app.command("sweep", epilog=_SWEEP_EXAMPLE)
def sweep_command(
    name: StudyName,
    plot: Annotated[Path | None, _plot_option("--plot", "the sweep: lines, or a heat map of two numbers")] = None,
    as_json: AsJson = False,
) -> None:
    """Work a budget out over one or two of its numbers."""
    file = load_study(name)
    findings = check_study(file)
    with _working("Sweeping"):
        found = sweep(file.study)
    if plot:
        save(heat_map(found, file.study.name), plot)
    if as_json:
        suspected = {"findings": findings_object(findings)}
        print_json({**sweep_object(found), "tle_age_days": _age_days(file), **suspected})
    else:
        _print(findings, sweep_table(found), *_age_lines(file))


@app.command("check", epilog=_CHECK_EXAMPLE)
def check_command(name: StudyName, as_json: AsJson = False) -> None:
    """Name the values that are probably wrong.

    Mixed-up units, what no antenna or receiver can do, rates above Shannon's, equations outside their range.
    """
    findings = check_study(load_study(name))
    if as_json:
        print_json({"findings": findings_object(findings)})
    else:
        _print(findings, *([] if findings else ["nothing looks wrong"]))
    if findings:
        raise typer.Exit(_STATUS_FOUND)


@app.command("schema")
def schema_command() -> None:
    """Print what a study may hold, as Markdown.

    Every table and field with its unit, bounds and default.
    """
    print(schema_markdown())


@app.command("thresholds")
def thresholds_command(as_json: AsJson = False) -> None:
    """List modulations and codes with their Eb/N0.

    What each requires, at which error rate, with the source of the figure.
    """
    known = list(thresholds().values())
    if as_json:
        print_json({"thresholds": [asdict(each) for each in known]})
    else:
        _print([], thresholds_table(known))


@app.command("passes", epilog=_PASSES_EXAMPLE)
def passes_command(
    elements: Annotated[Path, typer.Option(help="A file with a TLE, or an OMM as XML, KVN, JSON or CSV.")],
    station: Annotated[
        str, typer.Option(metavar="LAT,LON,ALT", help="Degrees north, degrees east, metres, comma between.")
    ],
    start: Annotated[str, typer.Option(metavar="ISO", help="An ISO 8601 time, in UTC unless it carries an offset.")],
    satellite: Annotated[
        str | None, typer.Option(help="Name or catalogue number, of several in the file; the first if left out.")
    ] = None,
    hours: Annotated[
        float, typer.Option(parser=number, metavar="NUMBER", help="Length of the search, up to 720 hours.")
    ] = 24.0,
    min_elevation: Annotated[
        float, typer.Option(parser=number, metavar="NUMBER", help="Least elevation, 0 to 90 degrees.")
    ] = 10.0,
    as_json: AsJson = False,
) -> None:
    """List the passes of a satellite over a station.

    AOS and LOS are when it rises above and falls below the least elevation, TCA is its closest approach. A pass under
    way at either end of the search is cut there. Elements grow worse by kilometres a day: look at their age.
    """
    orbit = Orbit(parse_elements(read_elements_text(elements, "elements"), satellite))
    site, begin = _station(station), _utc(start)
    require_positive("hours", hours)
    require_between("hours", hours, 0.0, _LONGEST_HOURS)
    found = orbit.passes(site, begin, begin + timedelta(hours=hours), min_elevation)
    if as_json:
        print_json(passes_object(orbit, site, min_elevation, found))
    else:
        _print([], passes_table(orbit, site.name, min_elevation, found))


def main(args: list[str] | None = None) -> int:
    """Run the command on `args` (None: the process's own); return the exit status."""
    return run_app(app, "linkbudget", args, (LinkInputError,))


def _working(what: str) -> Status:
    """Say on a terminal that something takes its time."""
    return Console(stderr=True).status(what)


def _print(findings: list[Finding], *parts: RenderableType) -> None:
    """Print what is probably wrong on standard error, and the rest on standard output."""
    if findings:
        Console(stderr=True).print(findings_text(findings), soft_wrap=True)
    for part in parts:
        Console().print(part)


def _budget_parts(analysis: Analysis) -> list[RenderableType]:
    drawn = [uncertainty_table(analysis), sensitivity_table(analysis)] if analysis.uncertainty else []
    return [budget_table(analysis), *drawn]


def _budget_object(file: StudyFile, analyses: list[Analysis], findings: list[Finding]) -> dict[str, Any]:
    study = file.study
    return {
        "study": study.name,
        "seed": study.monte_carlo.seed,
        "tle_age_days": _age_days(file),
        "links": [analysis_object(each) for each in analyses],
        "bent_pipe": _bent_pipe(file, analyses),
        "findings": findings_object(findings),
    }


def _age_days(file: StudyFile) -> float | None:
    """Return the age of the study's elements at the start of its search for passes, if it has both."""
    if file.study.orbit is None or file.study.passes is None:
        return None
    return orbit_of(file.study).age_days(in_utc(file.study.passes.start))


def _age_lines(file: StudyFile) -> list[str]:
    age_days = _age_days(file)
    return [] if age_days is None else [f"TLE age at the start of the search for passes: {age_days:.1f} d"]


def _bent_pipe(file: StudyFile, analyses: list[Analysis]) -> dict[str, Any] | None:
    """Return C/N0 through the study's repeater, and the margins of the last link's modes with it."""
    wanted = file.study.bent_pipe
    if wanted is None:
        return None
    by_name = {each.link: each.cases["nominal"] for each in analyses}
    budgets = [by_name.get(link) or link_budget(file.study, link) for link in wanted.links]
    extra = [] if wanted.c_im0_db_hz is None else [wanted.c_im0_db_hz]
    whole_db_hz = float(bent_pipe_c_n0_db_hz(*(float(each["c_n0_db_hz"]) for each in budgets), *extra))
    lost_db = float(budgets[-1]["c_n0_db_hz"]) - whole_db_hz
    modes = file.study.links[wanted.links[-1]].modes
    margins = {mode.name: float(budgets[-1]["margin_db"][i, 0]) - lost_db for i, mode in enumerate(modes)}
    source = asdict(BENT_PIPE)
    return {"links": list(wanted.links), "c_n0_db_hz": whole_db_hz, "margin_db": margins, **source}


def _bent_pipe_lines(whole: dict[str, Any]) -> list[str]:
    found = whole["bent_pipe"]
    if found is None:
        return []
    margins = "".join(f"; margin of {mode} {margin:.2f} dB" for mode, margin in found["margin_db"].items())
    return [f"{' and '.join(found['links'])} in series: C/N0 {found['c_n0_db_hz']:.2f} dB-Hz{margins}"]


def _draw_each(path: Path, draw: Callable[[Analysis], Figure], analyses: list[Analysis]) -> None:
    """Draw each link; of several, its name goes into the file's."""
    for each in analyses:
        save(draw(each), path if len(analyses) == 1 else path.with_stem(f"{path.stem}-{each.link}"))


def _waterfall(analysis: Analysis) -> Figure:
    others = {case: each for case, each in analysis.cases.items() if case != "nominal"}
    return waterfall(analysis.cases["nominal"], ", ".join([analysis.link, *analysis.modes[:1]]), others)


def _histogram(analysis: Analysis) -> Figure:
    drawn_db = _uncertainty(analysis, "plot-margin").result_db
    return histogram(drawn_db, analysis.link, analysis.modes or ("",), analysis.result)


def _tornado(analysis: Analysis) -> Figure:
    sensitivities = _uncertainty(analysis, "plot-inputs").sensitivities
    return tornado(sensitivities, ", ".join([analysis.link, *analysis.modes[:1]]), analysis.result)


def _uncertainty(analysis: Analysis, option: str) -> Uncertainty:
    if analysis.uncertainty is None:
        raise LinkInputError(
            option, analysis.link, "a link with a tolerance: {value, adverse, favourable} for a number"
        )
    return analysis.uncertainty


def _station(text: str) -> Station:
    try:
        latitude_deg, longitude_deg, altitude_m = (float(part) for part in text.split(","))
    except ValueError:
        raise LinkInputError("station", text, "LAT,LON,ALT as in 47.3769,8.5417,408") from None
    return Station(name=text, latitude_deg=latitude_deg, longitude_deg=longitude_deg, altitude_m=altitude_m)


def _utc(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text.replace("Z", "+00:00"))  # Python 3.10 does not read the Z
    except ValueError:
        raise LinkInputError("start", text, "an ISO 8601 time as in 2024-01-22T09:00:00Z") from None
    require_between("start year", time.year, _FIRST_YEAR, _LAST_YEAR)
    return in_utc(time)
