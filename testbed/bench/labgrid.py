"""A bench as an environment file of labgrid's: consoles, the flatsat's machine, and power.

Names and arguments of the resources and drivers are those of labgrid 26.0. The file
is YAML; each item is written as JSON, which YAML contains.
"""

import json
import shlex
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from testbed.bench.bench import Bench, ConsoleTable, PowerTable
from testbed.bench.ssh_place import SshPlace
from testbed.errors import ScenarioError
from testbed.keys import FLATSAT

Item = dict[str, dict[str, Any]]
_PROTOCOLS = {"socket": "raw", "rfc2217": "rfc2217"}


def environment(bench: Bench, place: str) -> str:
    """Return the file, with what labgrid has no driver for as comments.

    Raises ScenarioError for a bench of which labgrid can use nothing, or whose machine it cannot reach.
    """
    resources, drivers = list(_resources(bench)), list(_drivers(bench))
    if not drivers:
        raise ScenarioError("bench", bench.name, "one with a console, a machine that ssh reaches, or a table [power]")
    lines = [
        f"# The bench {bench.name}, for labgrid. One program at a time can read a console.",
        *_comments(bench),
        "targets:",
        f"  {json.dumps(place, ensure_ascii=False)}:",
        *_listed("resources", resources),
        *_listed("drivers", drivers),
    ]
    return "\n".join(lines) + "\n"


def _resources(bench: Bench) -> Iterator[Item]:
    for name, console in bench.consoles.items():
        yield _port(name, console)
    if place := _ssh_place(bench):
        yield {"NetworkService": {"name": FLATSAT, "address": place.host, "username": place.user, "port": place.port}}


def _drivers(bench: Bench) -> Iterator[Item]:
    for name in bench.consoles:
        yield {"SerialDriver": {"name": name, "bindings": {"port": name}}}
    if place := _ssh_place(bench):
        key = {"keyfile": place.key} if place.key else {}
        yield {"SSHDriver": {"name": FLATSAT, "bindings": {"networkservice": FLATSAT}, **key}}
    if bench.power:
        yield {"ExternalPowerDriver": {"name": FLATSAT, **_switched(bench.power)}}


def _port(name: str, console: ConsoleTable) -> Item:
    """Return the resource of a serial line, here or behind a port server."""
    url = urlsplit(console.device)
    if url.scheme in _PROTOCOLS:
        place = {"host": url.hostname, "port": url.port, "protocol": _PROTOCOLS[url.scheme]}
        return {"NetworkSerialPort": {"name": name, **place, "speed": console.baud}}
    return {"RawSerialPort": {"name": name, "port": console.device, "speed": console.baud}}


def _switched(power: PowerTable) -> dict[str, Any]:
    return {"cmd_on": shlex.join(power.on), "cmd_off": shlex.join(power.off), "delay": power.settle_s}


def _ssh_place(bench: Bench) -> SshPlace | None:
    return SshPlace.of(bench.flatsat.machine.python) if bench.flatsat.machine else None


def _comments(bench: Bench) -> Iterator[str]:
    if bench.attenuator:
        yield f"# No driver: the attenuator. {json.dumps(shlex.join(bench.attenuator.command), ensure_ascii=False)}"
    if bench.flatsat.machine and _ssh_place(bench) is None:
        command = shlex.join(bench.flatsat.machine.python)
        yield f"# No driver: the flatsat's machine. {json.dumps(command, ensure_ascii=False)}"


def _listed(heading: str, items: list[Item]) -> Iterator[str]:
    yield f"    {heading}:" if items else f"    {heading}: []"
    for item in items:
        for name, settings in item.items():
            yield f"    - {name}: {json.dumps(settings, ensure_ascii=False)}"
