"""Which test ran on which bench: a page of HTML."""

from dataclasses import dataclass
from html import escape
from importlib import resources
from pathlib import Path
from string import Template

import pytest


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a test on a bench."""

    outcome: str
    """passed, failed or skipped."""
    seconds: float
    reason: str = ""
    """Why it was skipped, or the last line of how it failed."""


class Matrix:
    """Tests by benches, each in the order in which they came."""

    def __init__(self) -> None:
        self._verdicts: dict[tuple[str, str], Verdict] = {}

    def add(self, test: str, bench: str, verdict: Verdict) -> None:
        """Add what came of a test; a failure stands, whatever follows."""
        before = self._verdicts.get((test, bench))
        if before is None or before.outcome != "failed":
            self._verdicts[test, bench] = verdict

    @property
    def benches(self) -> list[str]:
        """The benches that tests were to run on."""
        return list(dict.fromkeys(bench for _, bench in self._verdicts))

    @property
    def tests(self) -> list[str]:
        """The tests that were to run on a bench."""
        return list(dict.fromkeys(test for test, _ in self._verdicts))

    def html(self) -> str:
        """Return the page: it refers to nothing outside of itself."""
        heading = "".join(f"<th>{escape(bench)}</th>" for bench in self.benches)
        rows = "".join(f"<tr><td>{escape(test)}</td>{self._cells(test)}</tr>" for test in self.tests)
        text = resources.files("testbed.bench").joinpath("matrix.html").read_text(encoding="utf-8")
        return Template(text).substitute(heading=heading, rows=rows, counts=escape(self.counts()))

    def counts(self) -> str:
        """Return how many tests passed, failed and were skipped, by bench, in a line each."""
        lines = []
        for bench in self.benches:
            outcomes = [verdict.outcome for (_, where), verdict in self._verdicts.items() if where == bench]
            counted = (f"{outcomes.count(each)} {each}" for each in ("passed", "failed", "skipped"))
            lines.append(f"{bench}: {', '.join(counted)}")
        return "\n".join(lines)

    def _cells(self, test: str) -> str:
        return "".join(_cell(self._verdicts.get((test, bench))) for bench in self.benches)


def _cell(verdict: Verdict | None) -> str:
    if verdict is None:
        return "<td>–</td>"
    took = f" <small>{verdict.seconds:.1f} s</small>" if verdict.outcome == "passed" else ""
    reason = f"<br><small>{escape(verdict.reason)}</small>" if verdict.reason else ""
    return f'<td class="{verdict.outcome}">{verdict.outcome}{took}{reason}</td>'


class MatrixReporter:
    """A pytest plugin that writes the page at the session's end."""

    def __init__(self, path: Path) -> None:
        self._path, self._matrix = path, Matrix()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in what came of a test that has a bench."""
        bench = dict(report.user_properties).get("bench")
        if bench is not None and (report.when == "call" or report.outcome != "passed"):
            verdict = Verdict(report.outcome, report.duration, _reason(report))
            self._matrix.add(report.nodeid.split("[")[0], str(bench), verdict)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write the page, and say where it is."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(self._matrix.html(), encoding="utf-8")
        terminalreporter.section("benches")
        terminalreporter.write_line(self._matrix.counts())
        terminalreporter.write_line(f"report  {self._path}")


def _reason(report: pytest.TestReport) -> str:
    if report.outcome == "passed" or report.longrepr is None:
        return ""
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    return str(getattr(getattr(report.longrepr, "reprcrash", None), "message", report.longrepr)).splitlines()[0]
