"""The Python that runs the testbed, and what its virtual environment is made of."""

from collections.abc import Iterator
from dataclasses import dataclass

from testbed.doctor.finding import Finding, fault, ok
from testbed.doctor.machine import Machine
from testbed.doctor.needs import Needs

NAME = "Python"
_OLDEST, _NEWEST = (3, 10), (3, 13)
_SYSTEM_PREFIX = "/usr"
"""Where the distribution's own Python lies, which its GNU Radio is built for."""
_MEND = "rm -r .venv; make install"


@dataclass(frozen=True, slots=True)
class Interpreter:
    """The Python that runs us."""

    version: tuple[int, ...]
    in_environment: bool
    sees_system: bool
    """Whether it finds the modules that the distribution has installed."""
    made_of: str
    """The prefix of the Python that the environment is made of."""

    @classmethod
    def of(cls, machine: Machine) -> "Interpreter":
        """Look at this process, and at the file of its environment."""
        in_environment = machine.prefix != machine.base_prefix
        settings = machine.text(f"{machine.prefix}/pyvenv.cfg") or ""
        pairs = (line.partition("=") for line in settings.splitlines())
        told = {name.strip(): value.strip() for name, _, value in pairs}
        sees_system = not in_environment or told.get("include-system-site-packages") == "true"
        return cls(machine.python, in_environment, sees_system, machine.base_prefix)

    @property
    def version_text(self) -> str:
        """The version with its points."""
        return ".".join(map(str, self.version))


def judge_interpreter(python: Interpreter, *, with_system_modules: bool) -> Finding:
    """Say whether the version is one that we run on, and whether GNU Radio can be found from it."""
    if not _OLDEST <= python.version[:2] <= _NEWEST:
        says = f"{python.version_text}; this runs on 3.10 to 3.13"
        return fault(NAME, says, "sudo apt-get install python3 python3-venv; " + _MEND, needed=True)
    if python.made_of != _SYSTEM_PREFIX:
        says = f"{python.version_text} of {python.made_of}: GNU Radio is built for the system's own"
        return fault(NAME, says, _MEND, needed=with_system_modules)
    if not python.sees_system:
        says = f"{python.version_text}, in a virtual environment that hides the system's modules"
        return fault(NAME, says, _MEND, needed=with_system_modules)
    place = "in a virtual environment that sees the system's modules" if python.in_environment else "the system's own"
    return ok(NAME, f"{python.version_text}, {place}")


def check_interpreter(machine: Machine, needs: Needs) -> Iterator[Finding]:
    """Look, and judge."""
    yield judge_interpreter(Interpreter.of(machine), with_system_modules=needs.gnuradio or needs.soapy_python)
