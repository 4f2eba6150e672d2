"""Models that come over the link: their packages as files, orders about them as messages."""

from __future__ import annotations

from math import inf
from pathlib import Path

from flatsat.models.service import ModelService
from protocol.errors import LocalError
from protocol.file_link import FileLink
from protocol.model_messages import ListModels, ModelStatus, RemoveModel, SwitchModel

PACKAGE_SUFFIX = ".lmpack"
_SILENCE_S = 10.0
"""After this long without a frame the ground counts as out of contact: no timer of a file runs."""


class ModelUplink:
    """Receives packages, hands each that is whole to the model service, and says what became of it."""

    def __init__(self, files: FileLink, folder: Path, service: ModelService) -> None:
        """Take the ``folder`` in which ``files`` puts what is whole; what lies there is installed."""
        self._files, self._folder, self._service = files, folder, service
        self._heard_s = -inf
        self._handed_on: set[Path] = set()
        self._look()

    @property
    def busy(self) -> bool:
        """Whether a model is loaded or tested, or waits for that."""
        return self._service.busy or self._service.wants_engine

    @property
    def name(self) -> str:
        """The model in service."""
        return self._service.name

    def heard(self, pdus: list[bytes], now_s: float) -> None:
        """Take the PDUs that came with a frame of the ground's, perhaps none."""
        self._heard_s = now_s
        for pdu in pdus:
            self._files.receive(pdu, now_s)

    def take(self, message: SwitchModel | RemoveModel | ListModels) -> list[ModelStatus]:
        """Return the answer to an order."""
        return self._service.take(message)

    def tick(self, now_s: float, idle: bool) -> list[ModelStatus]:
        """Move everything on; return the news. ``idle`` says that no prompt is being answered."""
        self._files.tick(now_s, in_contact=now_s - self._heard_s < _SILENCE_S)
        if self._files.indications():
            self._look()
        return self._service.poll(now_s, idle)

    def next_pdu(self, now_s: float) -> bytes | None:
        """Return the next PDU to send down, or None."""
        return self._files.next_pdu(now_s)

    def _look(self) -> None:
        """Hand on what has come; a name that no model can have cannot be the ground's doing, and is removed."""
        packages = set(self._folder.glob(f"*{PACKAGE_SUFFIX}"))
        for package in sorted(packages - self._handed_on):
            try:
                self._service.install(package)
            except LocalError:
                package.unlink(missing_ok=True)
        self._handed_on = packages
