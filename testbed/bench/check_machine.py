"""A look at another machine, and at what is connected there."""

import json
import subprocess
from importlib.metadata import version

from testbed.bench.bench import Bench, MachineTable
from testbed.bench.far_folder import command_line
from testbed.errors import RigError
from testbed.scenario import Scenario

PACKAGE = "flatsat-testbed"
_PATIENCE_S = 30.0
_LONGEST_LOOK_S = 120.0

_INTRODUCE = """import importlib.metadata, json, os, platform, sys, tempfile
import flatsat.cli
os.makedirs(sys.argv[1], 0o700, exist_ok=True)
tempfile.TemporaryFile(dir=sys.argv[1]).close()
print(json.dumps({"python": platform.python_version(), "package": importlib.metadata.version("flatsat-testbed")}))
"""
_LOOK = "import sys; from testbed.bench.check_far import main; sys.exit(main())"


def look_at_machine(machine: MachineTable) -> str:
    """Run its Python; return which one and which package. Raise RigError for what a flatsat could not run with."""
    said = json.loads(_run(machine, [_INTRODUCE, machine.folder], "", _PATIENCE_S))
    here = version(PACKAGE)
    if said["package"] != here:
        raise RigError(f"{' '.join(machine.python)} has {PACKAGE} {said['package']}; accepted: {here}, as here")
    return f"Python {said['python']}, {PACKAGE} {said['package']}, {machine.folder} can be written"


def look_there(machine: MachineTable, bench: Bench, scenario: Scenario, what: str) -> str:
    """Have the machine look at a thing that the bench has there; return what it says. Raise RigError if it is wrong."""
    there = bench.flatsat.model_copy(update={"machine": None})
    tables = (bench.model_copy(update={"flatsat": there}), scenario)
    told = "\n".join(each.model_dump_json(exclude_unset=True) for each in tables)
    finding = json.loads(_run(machine, [_LOOK, what], told, _LONGEST_LOOK_S))
    if not finding["ok"]:
        raise RigError(finding["said"])
    return str(finding["said"])


def _run(machine: MachineTable, arguments: list[str], told: str, patience_s: float) -> str:
    """Return the last line that a program of the machine's Python says."""
    name, command = " ".join(machine.python), command_line(machine.python, ["-c", *arguments])
    try:
        done = subprocess.run(command, input=told.encode(), capture_output=True, timeout=patience_s, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RigError(f"{name} cannot be run: {_reason(error)}") from None
    lines = (done.stderr if done.returncode else done.stdout).decode(errors="replace").strip().splitlines()
    if done.returncode or not lines:
        raise RigError(f"{name}: {lines[-1] if lines else f'ended with status {done.returncode}'}")
    return lines[-1]


def _reason(error: OSError | subprocess.TimeoutExpired) -> str:
    if isinstance(error, subprocess.TimeoutExpired):
        return f"no answer within {error.timeout:g} s"
    return error.strerror or str(error)
