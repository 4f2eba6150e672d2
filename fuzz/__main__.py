"""Coverage-guided fuzzing of all targets, one after the other.

python -m fuzz [TARGET ...] [--seconds 60]
"""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from fuzz.corpus import CORPUS
from fuzz.targets import TARGETS

_FOUND = Path("runs/fuzz")
_OPTIONS = ("-timeout=10", "-rss_limit_mb=2048", "-max_len=8192", "-verbosity=0", "-print_final_stats=1")


def main(
    targets: Annotated[list[str] | None, typer.Argument(metavar="[TARGET ...]", help="All if left out.")] = None,
    seconds: Annotated[int, typer.Option(min=1, help="For all of them together.")] = 60,
) -> None:
    """Fuzz for a time; what is found that goes further than the corpus lies in runs/fuzz, and so does what fails."""
    chosen = targets or list(TARGETS)
    failed = [target for target in chosen if not _holds(target, max(1, seconds // len(chosen)))]
    print(f"faults in: {', '.join(failed)}" if failed else "no fault")
    sys.exit(bool(failed))


def _holds(target: str, seconds: int) -> bool:
    print(f"--- {target}, {seconds} s", flush=True)
    found = _FOUND / target
    found.mkdir(parents=True, exist_ok=True)
    artifacts = f"-artifact_prefix={_FOUND / target}-"
    folders = (found, CORPUS / target)
    command = (
        sys.executable,
        "-m",
        "fuzz.guided",
        target,
        f"-max_total_time={seconds}",
        artifacts,
        *_OPTIONS,
        *folders,
    )
    return subprocess.run([str(each) for each in command], check=False).returncode == 0


if __name__ == "__main__":
    typer.run(main)
