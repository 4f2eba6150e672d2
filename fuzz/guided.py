"""One target under atheris, which changes inputs towards code that none has reached.

python -m fuzz.guided TARGET [options of libFuzzer and folders of inputs]
"""

import sys
import warnings
from pathlib import Path

import atheris

from fuzz.targets import TARGETS, selected

_OURS = ("edge", "firmware_sim", "flatsat", "ground", "linkbudget", "protocol", "radio", "testbed")
_WATCHED = (*_OURS, "tomllib", "sigmf")
_ROOT = Path(__file__).parents[1]


def _compiled() -> list[str]:
    """Return the modules that numba compiles: it knows nothing of what atheris would put between their instructions."""
    sources = (path for package in _OURS for path in (_ROOT / package).rglob("*.py"))
    found = (path for path in sources if "numba" in path.read_text("utf-8"))
    return [".".join(path.relative_to(_ROOT).with_suffix("").parts) for path in found]


def main() -> None:
    """Run until a fault is found, or an option of libFuzzer says that it is enough."""
    target = sys.argv.pop(1) if len(sys.argv) > 1 else ""
    if target not in TARGETS:
        sys.exit(f"target is {target!r}; accepted: {', '.join(TARGETS)}")
    warnings.simplefilter("ignore")  # of arithmetic on what is no number
    with atheris.instrument_imports(include=list(_WATCHED), exclude=_compiled()):
        selected(target, b"")

    def take(octets: bytes) -> None:
        parser, given = selected(target, octets)
        parser.accepts(given)

    atheris.Setup(sys.argv, take)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
