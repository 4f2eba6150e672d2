"""The programs beside ours: QEMU and the compiler of the board's firmware, and the lab's own commands."""

from collections.abc import Iterator
from dataclasses import dataclass

from testbed.doctor.finding import Finding, lack, ok
from testbed.doctor.machine import Machine
from testbed.doctor.needs import Needs


@dataclass(frozen=True, slots=True)
class Toolset:
    """Programs that serve one end."""

    name: str
    programs: tuple[str, ...]
    packages: str
    purpose: str


FIRMWARE = (
    Toolset("QEMU", ("qemu-system-arm", "setpriv"), "qemu-system-arm util-linux", "for the board's C firmware"),
    Toolset(
        "ARM compiler",
        ("arm-none-eabi-gcc", "make"),
        "gcc-arm-none-eabi libnewlib-arm-none-eabi make",
        "for the board's C firmware",
    ),
)


def judge_toolset(tools: Toolset, missing: list[str], *, needed: bool) -> Finding:
    """Say which of its programs are not there."""
    if missing:
        says = f"no {', '.join(missing)}; {tools.purpose}"
        return lack(tools.name, says, f"sudo apt-get install {tools.packages}", needed=needed)
    return ok(tools.name, ", ".join(tools.programs))


def judge_lab_program(name: str, *, there: bool) -> Finding:
    """Say whether a command of the bench's file can be run."""
    if there:
        return ok("lab program", name)
    return lack("lab program", f"no {name}", "install it, or mend its place in the bench's file", needed=True)


def check_programs(machine: Machine, needs: Needs) -> Iterator[Finding]:
    """Look, and judge."""
    for tools in FIRMWARE:
        missing = [program for program in tools.programs if not machine.has_program(program)]
        yield judge_toolset(tools, missing, needed=needs.firmware)
    for name in needs.programs:
        yield judge_lab_program(name, there=machine.has_program(name))
