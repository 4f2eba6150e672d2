"""The TCP ports that a scenario names, and those that others listen on."""

from collections.abc import Iterator

from testbed.doctor.finding import Finding, fault, ok
from testbed.doctor.machine import Machine
from testbed.doctor.needs import Needs

NAME = "ports"
_LISTENS = "0A"
"""The state TCP_LISTEN of the kernel's tables /proc/net/tcp and tcp6."""


def listening_ports(machine: Machine) -> frozenset[int]:
    """Return the ports that somebody listens on, at whatever address."""
    tables = (machine.text(f"/proc/net/{name}") or "" for name in ("tcp", "tcp6"))
    rows = (line.split() for table in tables for line in table.splitlines()[1:])
    return frozenset(int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == _LISTENS)


def judge_ports(wanted: tuple[int, ...], taken: frozenset[int]) -> Iterator[Finding]:
    """Say which of the wanted are taken."""
    for port in sorted(taken.intersection(wanted)):
        yield fault(
            NAME, f"something listens on {port}", f"sudo ss -ltnp 'sport = :{port}'  # shows what to end", needed=True
        )
    if not taken.intersection(wanted):
        named = ", ".join(map(str, wanted))
        yield ok(NAME, f"free: {named}" if wanted else "none named; free ones are taken")


def check_ports(machine: Machine, needs: Needs) -> Iterator[Finding]:
    """Look, and judge."""
    return judge_ports(needs.ports, listening_ports(machine))
