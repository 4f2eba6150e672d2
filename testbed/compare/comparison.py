"""Runs beside one another: what page, terminal, JSON and JUnit are made from."""

from dataclasses import dataclass
from typing import Any

from testbed.compare.budget import Verdict
from testbed.compare.difference import Difference, of_frame_errors, of_medians
from testbed.compare.run import PHASES, Leg, Run
from testbed.compare.summary import Summary, summarise
from testbed.measure import MEASURES, Measure

VERSION = 1
"""Of the JSON object: raised when a name in it changes its meaning or goes."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One run or more, in the order given; differences are against the first."""

    runs: list[Run]
    verdicts: list[Verdict]
    """Of each run under each budget."""

    @property
    def passed(self) -> bool:
        """Whether every run kept to every budget."""
        return all(verdict.passed for verdict in self.verdicts)

    @property
    def measures(self) -> list[Measure]:
        """The measures of which at least one run has a sample."""
        return [measure for measure in MEASURES if any(run.samples(measure.name) for run in self.runs)]

    @property
    def phases(self) -> list[Measure]:
        """The phases that at least one run went through, in their order."""
        known = {measure.name for run in self.runs for measure in run.phases()}
        return [measure for measure in PHASES.values() if measure.name in known]

    def whole(self, measure: Measure) -> Summary:
        """Return the summary of a measure over the prompts of all runs."""
        samples = [value for run in self.runs for value in run.samples(measure.name)]
        return summarise(samples, more_is_better=measure.more_is_better)

    def difference(self, run: Run, measure: Measure) -> Difference | None:
        """Return how the median of a measure differs from the first run's."""
        return of_medians(measure, self.runs[0].summary(measure), run.summary(measure))

    def frame_error_difference(self, run: Run, leg: str) -> Difference | None:
        """Return how a leg's frame error rate differs from the first run's."""
        first, other = self.runs[0].legs.get(leg), run.legs.get(leg)
        return of_frame_errors(first, other) if first and other else None

    def to_json(self) -> dict[str, Any]:
        """Return the object that ``testbed report --json`` prints.

        Its names are stable:

        - ``version``: 1
        - ``runs``: of each run in the order given ``path``, ``rig``, ``scenario``, ``profile``, ``seed``, ``station``,
          ``start_utc``, ``prompts`` and ``answered`` (counts), and

          - ``measures``: ``ttft_s``, ``itl_s``, ``e2e_s``, ``goodput_token_s``, ``goodput_octet_s``, ``inference_s``,
            ``overhead_ratio``, ``energy_j``, ``j_per_token`` (testbed/measure.py says what each is): ``n`` samples,
            ``median``, ``p99`` (nearest rank; of fewer than 100 the worst), null of none
          - ``phases``: the same of the spans ``waiting_for_the_link_s``, ``uplink_s``, ``waiting_on_board_s``,
            ``prefill_s``, ``generation_s``, ``last_downlink_s``, ``refusals_downlink_s``; of an orbit
            ``to_the_spacecraft_s``, ``waiting_on_board_s``, ``prefill_and_generation_s``, ``last_downlink_s``; of a
            served run ``uplink_and_last_downlink_s`` in place of these two
          - ``link``: of ``uplink`` and ``downlink`` ``frames_sent``, ``frames_lost``, ``retransmissions``,
            ``frame_error_rate`` and its 95 % interval ``frame_error_low``, ``frame_error_high`` (Clopper-Pearson),
            ``eb_n0_db_predicted``, ``eb_n0_db_measured``, ``eb_n0_db_difference``
          - ``energy_source``
          - ``against_first``: by measure, phase and ``frame_error_rate_uplink`` and ``..._downlink`` how the median or
            rate differs from the first run's: ``percent`` (null if that is 0), and ``verdict``: better, worse, same, or
            not told apart; null where there is nothing to compare

        - ``all``: ``measures`` and ``phases`` over the prompts of all runs
        - ``budgets``: ``run`` (its path), ``span``, ``limit_s``, ``found_s``, ``without``, ``passed``
        - ``passed``
        """
        return {
            "version": VERSION,
            "runs": [self._run_json(run) for run in self.runs],
            "all": {
                "measures": {measure.name: self.whole(measure).to_json() for measure in MEASURES},
                "phases": {measure.name: self.whole(measure).to_json() for measure in self.phases},
            },
            "budgets": [verdict.to_json() for verdict in self.verdicts],
            "passed": self.passed,
        }

    def _run_json(self, run: Run) -> dict[str, Any]:
        return {
            "path": run.path,
            "rig": run.rig,
            "scenario": run.scenario,
            "profile": run.profile,
            "seed": run.seed,
            "station": run.station,
            "start_utc": run.start_utc,
            "prompts": len(run.prompts),
            "answered": run.answered,
            "measures": {measure.name: run.summary(measure).to_json() for measure in MEASURES},
            "phases": {measure.name: run.summary(measure).to_json() for measure in run.phases()},
            "link": {name: _leg_json(leg) for name, leg in run.legs.items()},
            "energy_source": run.energy_source,
            "against_first": self._differences_json(run),
        }

    def _differences_json(self, run: Run) -> dict[str, Any]:
        found = {measure.name: self.difference(run, measure) for measure in (*MEASURES, *run.phases())}
        found |= {f"frame_error_rate_{leg}": self.frame_error_difference(run, leg) for leg in run.legs}
        return {name: difference.to_json() if difference else None for name, difference in found.items()}


def _leg_json(leg: Leg) -> dict[str, Any]:
    interval = leg.frame_error_interval
    return {
        "frames_sent": leg.frames_sent,
        "frames_lost": leg.frames_lost,
        "retransmissions": leg.retransmissions,
        "frame_error_rate": _rounded(leg.frame_error_rate),
        "frame_error_low": _rounded(interval.low),
        "frame_error_high": _rounded(interval.high),
        "eb_n0_db_predicted": leg.eb_n0_db_predicted,
        "eb_n0_db_measured": leg.eb_n0_db_measured,
        "eb_n0_db_difference": _rounded(leg.eb_n0_db_difference),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
