"""A look at one thing of a bench where the flatsat runs: what ``testbed bench check`` runs on that machine."""

import json
import sys
from dataclasses import asdict

from testbed.bench.bench import Bench
from testbed.bench.check import flatsat_checks
from testbed.bench.check_simulated import Simulated
from testbed.scenario import Scenario


def main() -> int:
    """Look at the thing that is the argument; print the finding as JSON.

    On standard input: the bench, and the scenario, each as a line of JSON.
    """
    bench = Bench.model_validate_json(sys.stdin.readline())
    simulated = Simulated(bench, Scenario.model_validate_json(sys.stdin.readline()))
    (check,) = (each for each in flatsat_checks(bench, simulated) if each.what == sys.argv[1])
    print(json.dumps(asdict(check.finding())))  # noqa: T201 - what the other machine reads
    return 0
