"""The SDRs that SoapySDR can drive: each kind is a module of its own."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from testbed.doctor.finding import Finding, fault, lack, ok
from testbed.doctor.machine import Machine
from testbed.doctor.needs import Needs

NAME = "SoapySDR drivers"
_AVAILABLE = re.compile(r"^Available factories\.\.\.(.*)$", re.MULTILINE)
_PACKAGES = {"lime": "lms7"}
"""Of Debian, where they are not called as the driver is."""


@dataclass(frozen=True, slots=True)
class SoapyDrivers:
    """What ``SoapySDRUtil --info`` lists; None where there is no such program."""

    names: frozenset[str] | None

    @classmethod
    def of(cls, machine: Machine) -> "SoapyDrivers":
        """Ask SoapySDR's own tool."""
        said = machine.run(["SoapySDRUtil", "--info"])
        listed = _AVAILABLE.search(said.text) if said else None
        if listed is None:
            return cls(None)
        names = (name.strip() for name in listed.group(1).split(","))
        return cls(frozenset(name for name in names if name and "No factories" not in name))


def judge_drivers(drivers: SoapyDrivers, wanted: frozenset[str]) -> Iterator[Finding]:
    """Say which of the wanted are not there; '' stands for any."""
    needed, names = bool(wanted), drivers.names
    if names is None:
        yield lack(NAME, "for SDRs by SoapySDR", "sudo apt-get install soapysdr-tools", needed=needed)
    elif not names:
        yield lack(NAME, "none installed", "apt-cache search soapysdr-module", needed=needed)
    elif missing := sorted(wanted - names - {""}):
        packages = " ".join(f"soapysdr-module-{_PACKAGES.get(name, name)}" for name in missing)
        says = f"no {', '.join(missing)}; there are {', '.join(sorted(names))}"
        yield fault(NAME, says, f"sudo apt-get install {packages}", needed=True)
    else:
        yield ok(NAME, ", ".join(sorted(names)))


def check_soapy_drivers(machine: Machine, needs: Needs) -> Iterator[Finding]:
    """Ask, and judge."""
    return judge_drivers(SoapyDrivers.of(machine), needs.soapy_drivers)
