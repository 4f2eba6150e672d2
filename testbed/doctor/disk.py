"""Room for recordings, journals and reports."""

from collections.abc import Iterator
from pathlib import Path

from testbed.doctor.finding import Finding, fault, ok
from testbed.doctor.machine import Machine
from testbed.doctor.needs import Needs

NAME = "disk"
_LEAST_OCTETS = 1e9
_OCTETS_A_SAMPLE = 8
"""Of a recording in complex64."""
_S_IN_H = 3600


def judge_disk(folder: str, free_octets: float, octets_a_s: float) -> Finding:
    """Say for how long recordings can be kept."""
    says = f"{free_octets / 1e9:.0f} GB free: {free_octets / octets_a_s / _S_IN_H:.1f} h of recordings"
    if free_octets >= _LEAST_OCTETS:
        return ok(NAME, says)
    return fault(NAME, says, f"make room: du -xhd1 {folder} | sort -h | tail", needed=True)


def check_disk(machine: Machine, needs: Needs) -> Iterator[Finding]:
    """Look where runs are written, and judge."""
    folder = Path.cwd()
    octets_a_s = needs.sample_rate_hz * _OCTETS_A_SAMPLE * max(len(needs.ends), 1)
    yield judge_disk(str(folder), machine.free_octets(folder), octets_a_s)
