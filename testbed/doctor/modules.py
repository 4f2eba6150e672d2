"""The distribution's modules: GNU Radio, gr-osmosdr, SoapySDR, and the numpy that fits them.

Each is imported in a process of its own: one that was built for another numpy may end it.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from testbed.doctor.finding import Finding, fault, lack, ok
from testbed.doctor.machine import Machine, Said
from testbed.doctor.needs import Needs

_SYSTEM_MODULES = "/usr/lib/python3/dist-packages"
_NUMPY = re.compile(r"numpy-(\d+)\.[\w.]+\.(?:egg|dist)-info")
_WITH_NUMPY_1 = 1


@dataclass(frozen=True, slots=True)
class SystemModule:
    """A module that apt installs."""

    name: str
    imported: str
    """What prints its version."""
    package: str
    purpose: str


GNURADIO = SystemModule(
    "GNU Radio",
    "from gnuradio import gr, zeromq; print(gr.version())",
    "gnuradio",
    "for the rig gnuradio, and for SDRs that receive",
)
OSMOSDR = SystemModule(
    "gr-osmosdr", "import osmosdr; print('it can be imported')", "gr-osmosdr", "for RTL-SDRs by gr-osmosdr"
)
SOAPYSDR = SystemModule(
    "SoapySDR",
    "import SoapySDR; print(SoapySDR.getLibVersion())",
    "python3-soapysdr",
    "for SDRs that transmit",
)


@dataclass(frozen=True, slots=True)
class Numpy:
    """Which numpy there is, and for which the distribution's modules are built."""

    version: str
    system_major: int | None
    """None where the distribution has installed none."""

    @classmethod
    def of(cls, machine: Machine) -> "Numpy":
        """Look at this Python's numpy and at the distribution's."""
        found = (_NUMPY.fullmatch(name) for name in machine.names(_SYSTEM_MODULES))
        majors = [int(match.group(1)) for match in found if match]
        return cls(machine.version_of("numpy") or "", majors[0] if majors else None)


def judge_numpy(numpy: Numpy, *, needed: bool) -> Finding:
    """Say whether GNU Radio's modules can be imported beside it: they ask for the numpy that they were built for."""
    if numpy.system_major is None:
        return ok("numpy", numpy.version)
    if int(numpy.version.partition(".")[0]) == numpy.system_major:
        return ok("numpy", f"{numpy.version}; the system's GNU Radio is built for numpy {numpy.system_major}")
    says = f"{numpy.version}; the system's GNU Radio is built for numpy {numpy.system_major}"
    bound = f"numpy>={numpy.system_major},<{numpy.system_major + 1}"
    return fault("numpy", says, f'{_pip()} install "{bound}"', needed=needed)


def judge_module(module: SystemModule, said: Said | None, *, needed: bool) -> Finding:
    """Say whether a module can be imported, from what the process said that tried."""
    install = f"sudo apt-get install {module.package}"
    if said is None:
        return fault(module.name, "its import does not end", install, needed=needed)
    if said.status == 0:
        return ok(module.name, said.last_line)
    if "ModuleNotFoundError" in said.text:
        return lack(module.name, module.purpose, install, needed=needed)
    if said.status < 0:
        return fault(module.name, f"its import ends Python by signal {-said.status}", _reinstall(module), needed=needed)
    return fault(module.name, said.last_line, _reinstall(module), needed=needed)


def check_modules(machine: Machine, needs: Needs) -> Iterator[Finding]:
    """Import each, and judge."""
    yield judge_numpy(Numpy.of(machine), needed=needs.gnuradio)
    for module, needed in ((GNURADIO, needs.gnuradio), (OSMOSDR, needs.osmosdr), (SOAPYSDR, needs.soapy_python)):
        yield judge_module(module, machine.run([sys.executable, "-c", module.imported]), needed=needed)


def _reinstall(module: SystemModule) -> str:
    return f"sudo apt-get install --reinstall {module.package}  # after Python and numpy"


def _pip() -> str:
    return f"{sys.executable} -m pip"
