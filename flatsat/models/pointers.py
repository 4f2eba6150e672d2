"""Which model answers, which one did before, and which one is on trial: a small file, replaced as a whole."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from flatsat.models.durable import replace_file
from protocol import cbor
from protocol.checks import check_int
from protocol.errors import LocalError, RemoteError
from protocol.model_messages import MAX_ORDER
from protocol.model_package.manifest import BUILT_IN, check_name
from protocol.records import from_map, read_tuple, to_map

MAX_STARTS = 3
"""How often the active model may be started without coming into service before it is given up."""

_SHA256_OCTETS = 32


@dataclass(frozen=True, slots=True)
class Pointers:
    """Names of models; `starts` counts those of the active model that did not bring it into service yet."""

    active: str = BUILT_IN
    previous: str = BUILT_IN
    trial: str | None = None
    starts: int = 0
    failed: tuple[str, ...] = ()
    last_order: int = 0

    def __post_init__(self) -> None:
        if type(self.failed) is not tuple:
            raise LocalError("failed", self.failed, "a tuple of names")
        for name in (self.active, self.previous, self.trial or BUILT_IN, *self.failed):
            if name != BUILT_IN:
                check_name("name", name)
        check_int("starts", self.starts, 0, MAX_STARTS)
        check_int("last_order", self.last_order, 0, MAX_ORDER)

    @property
    def in_use(self) -> frozenset[str]:
        """The models that must stay where they are."""
        return frozenset({self.active, self.previous, self.trial or BUILT_IN, BUILT_IN})

    def ordered(self, order: int) -> Pointers:
        """An order is being carried out."""
        return replace(self, last_order=order)

    def tried(self, name: str) -> Pointers:
        """A model is put on trial; what is known against it is forgotten."""
        return replace(self.forgotten(name), trial=name)

    def started(self) -> Pointers:
        """The active model is started once more."""
        return replace(self, starts=min(self.starts + 1, MAX_STARTS))

    def serving(self, name: str) -> Pointers:
        """A model came into service."""
        previous = self.previous if name == self.active else self.active
        return replace(self, active=name, previous=previous, trial=None, starts=0)

    def without(self, name: str) -> Pointers:
        """A model failed: it is no longer on trial, nor active, nor what is fallen back on."""
        failed = self.failed if name in self.failed else (*self.failed, name)
        trial = None if name == self.trial else self.trial
        previous = BUILT_IN if name in (self.active, self.previous) else self.previous
        if name != self.active:
            return replace(self, previous=previous, trial=trial, failed=failed)
        return replace(self, active=self.previous, previous=previous, trial=trial, starts=0, failed=failed)

    def forgotten(self, name: str) -> Pointers:
        """A model is no longer held to have failed."""
        return replace(self, failed=tuple(other for other in self.failed if other != name))


def load_pointers(path: Path) -> Pointers:
    """Return what `path` holds; the built-in model answers where that is nothing, or damaged."""
    try:
        octets = path.read_bytes()
        sha256, body = octets[:_SHA256_OCTETS], octets[_SHA256_OCTETS:]
        if hashlib.sha256(body).digest() != sha256:
            raise RemoteError("pointers", "the SHA-256 differs")
        return from_map(Pointers, cbor.unpack(body), {"failed": read_tuple})
    except (OSError, LocalError, RemoteError):
        return Pointers()


def save_pointers(path: Path, pointers: Pointers) -> None:
    """Replace what `path` holds. Raises OSError."""
    body = cbor.pack(to_map(pointers))
    replace_file(path, hashlib.sha256(body).digest() + body)
