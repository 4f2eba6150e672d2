"""Where compiled code is kept. Without such a place numba refuses to work."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import radio
from testbed.doctor.finding import Finding, fault, ok
from testbed.doctor.machine import Machine
from testbed.doctor.needs import Needs

NAME = "numba cache"
_BESIDE = tuple(str(Path(place) / "channel" / "__pycache__") for place in radio.__path__)


@dataclass(frozen=True, slots=True)
class NumbaCache:
    """The places that numba tries, in its order, and the first that can be written."""

    tried: tuple[str, ...]
    written: str | None

    @classmethod
    def of(cls, machine: Machine) -> "NumbaCache":
        """Look at $NUMBA_CACHE_DIR, beside our modules, then in the user's cache."""
        environment = machine.environment
        home_cache = environment.get("XDG_CACHE_HOME") or f"{environment.get('HOME', '')}/.cache"
        places = (environment.get("NUMBA_CACHE_DIR", ""), *_BESIDE, f"{home_cache}/numba")
        tried = tuple(place for place in places if place)
        return cls(tried, next((place for place in tried if _can_be_made(machine, place)), None))


def judge_numba_cache(cache: NumbaCache) -> Finding:
    """Say where it is."""
    if cache.written is not None:
        return ok(NAME, cache.written)
    says = f"cannot be written: {', '.join(cache.tried)}"
    return fault(NAME, says, "export NUMBA_CACHE_DIR=/var/tmp/numba-$USER", needed=True)


def check_numba_cache(machine: Machine, needs: Needs) -> Iterator[Finding]:  # noqa: ARG001 - any rig needs it
    """Look, and judge."""
    yield judge_numba_cache(NumbaCache.of(machine))


def _can_be_made(machine: Machine, folder: str) -> bool:
    """Whether a folder, or the first above it that is there, can be written."""
    there = next(place for place in (machine.at(folder), *machine.at(folder).parents) if place.exists())
    return there.is_dir() and machine.may_use(there)
