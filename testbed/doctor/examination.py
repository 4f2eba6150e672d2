"""All that is looked at, in the order in which it is told and mended."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from testbed.doctor.clock import check_clock
from testbed.doctor.disk import check_disk
from testbed.doctor.dongle import check_dongles
from testbed.doctor.finding import Finding
from testbed.doctor.free_ports import check_ports
from testbed.doctor.interpreter import check_interpreter
from testbed.doctor.language_model import check_language_model
from testbed.doctor.machine import Machine
from testbed.doctor.modules import check_modules
from testbed.doctor.needs import Needs
from testbed.doctor.numba_cache import check_numba_cache
from testbed.doctor.processor import check_processor
from testbed.doctor.programs import check_programs
from testbed.doctor.serial_devices import check_serial_devices
from testbed.doctor.soapy_drivers import check_soapy_drivers

CHECKS: tuple[Callable[[Machine, Needs], Iterator[Finding]], ...] = (
    check_interpreter,
    check_modules,
    check_soapy_drivers,
    check_numba_cache,
    check_language_model,
    check_programs,
    check_dongles,
    check_serial_devices,
    check_ports,
    check_disk,
    check_clock,
    check_processor,
)


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found of a machine, for a rig."""

    needs: Needs
    findings: tuple[Finding, ...]

    @classmethod
    def of(cls, machine: Machine, needs: Needs) -> "Examination":
        """Look at everything."""
        return cls(needs, tuple(finding for check in CHECKS for finding in check(machine, needs)))

    @property
    def hindrances(self) -> tuple[Finding, ...]:
        """What has to be mended before the rig can be used."""
        return tuple(finding for finding in self.findings if finding.hinders)

    def to_json(self) -> dict[str, Any]:
        """Return what ``--json`` prints."""
        return {
            "rig": self.needs.rig,
            "ends": list(self.needs.ends),
            "usable": not self.hindrances,
            "findings": [asdict(finding) for finding in self.findings],
        }
