"""The report command."""

import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from edge.command_line import STATUS_MISTAKE, print_json
from edge.printable import printable
from testbed.compare.budget import SPANS, Budget, judge
from testbed.compare.comparison import Comparison
from testbed.compare.junit import junit_xml
from testbed.compare.page import comparison_html
from testbed.compare.run_file import read_run
from testbed.compare.screen import screen_tables
from testbed.errors import ScenarioError

EPILOG = (
    f"Spans: {', '.join(SPANS)}; an orbit has neither ttft nor itl. "
    "Exit status: 0 compared, 1 a budget exceeded, 2 an option or a file that cannot be used."
)
_RUNS = Path("runs")
_EXIT_EXCEEDED = 1


def report(
    runs: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN",
            help="A run's folder, or its record: what 'ask', 'orbit' or 'serve' wrote, or a station with --events.",
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(help="The page; runs/...-report.html if left out, none with --json.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    junit: Annotated[Path | None, typer.Option(help="JUnit XML: a test case for each run and budget.")] = None,
    budget: Annotated[
        list[str] | None, typer.Option(metavar="SPAN=SECONDS", help="The longest that a span may take in any run.")
    ] = None,
) -> None:
    """Compare runs: latency, goodput, frame errors and energy, against the first of them, on one page.

    TTFT is the time to the first word on the ground, ITL that from words to words, E2E that to the last word, goodput
    what came down per second of E2E. Of several prompts the median and the 99th percentile are shown. A budget is kept
    if the 99th percentile is within it, of fewer than 100 prompts the longest, and if every prompt has that span.

    Example: testbed report runs/before runs/after --budget ttft=20 --budget e2e=60 --junit budgets.xml
    """
    try:
        comparison = _compared(runs, budget or [], junit)
        page = out if out or as_json else _RUNS / f"{datetime.now(timezone.utc):%Y%m%dT%H%M%S}-report.html"
        _write(comparison, page, junit)
    except ScenarioError as error:
        print(f"testbed: {error}", file=sys.stderr)  # noqa: T201 - the command line's voice
        raise typer.Exit(STATUS_MISTAKE) from None
    if as_json:
        print_json(comparison.to_json())
    else:
        _show(comparison, page)
    for verdict in comparison.verdicts:
        if not verdict.passed:
            said = f"{printable(verdict.run.path)}: {verdict.said}; its budget is {verdict.budget.limit_s:g} s"
            print(f"testbed: {said}", file=sys.stderr)  # noqa: T201
    if not comparison.passed:
        raise typer.Exit(_EXIT_EXCEEDED)


def _compared(paths: list[Path], budgets: list[str], junit: Path | None) -> Comparison:
    if junit is not None and not budgets:
        raise ScenarioError("junit", str(junit), "a file, with at least one --budget: these are its test cases")
    limits = [Budget.parse(text) for text in budgets]
    runs = [read_run(path) for path in paths]
    return Comparison(runs, [judge(run, limit) for run in runs for limit in limits])


def _write(comparison: Comparison, page: Path | None, junit: Path | None) -> None:
    if page is not None:
        _keep("out", page, comparison_html(comparison).encode("utf-8", "backslashreplace"))
    if junit is not None:
        _keep("junit", junit, junit_xml(comparison.verdicts))


def _keep(option: str, path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except (OSError, ValueError) as error:  # ValueError: no path, a name with a null character
        raise ScenarioError(option, str(path), f"a file that can be written ({error})") from None


def _show(comparison: Comparison, page: Path | None) -> None:
    console = Console()
    for table in screen_tables(comparison):
        console.print(table)
    for number, run in enumerate(comparison.runs, 1):
        console.print(f"run {number}   {printable(run.path)}", soft_wrap=True, markup=False, highlight=False)
    console.print(f"report  {page}", soft_wrap=True)
