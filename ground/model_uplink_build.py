"""The ground's model uplink, put together from folder and journal."""

from collections.abc import Callable
from pathlib import Path

from edge.database_errors import trouble_with
from edge.folder_filestore import FolderFilestore
from edge.record_log import Fact
from ground.errors import RequestError
from ground.journal import Journal
from ground.model_orders import ModelOrders
from ground.model_uplink import ModelUplink
from ground.outbox import SUFFIX, Outbox
from protocol.file_link import FileLink, file_settings
from protocol.model_messages import ModelStatus
from radio.serial_radio.air_interface import AirInterface

_MAX_OCTETS = 4 << 30
_FILES, _OUTBOX, _ORDER = "files", "outbox", "model order"
_WORK_S = 0.5
"""Of the spacecraft with an order, and light time."""


def open_outbox(folder: Path) -> FolderFilestore:
    """Return the filestore of a folder of packages. Raises RequestError if there cannot be one."""
    try:
        return FolderFilestore(folder, SUFFIX, _MAX_OCTETS)
    except OSError as error:
        raise RequestError("outbox", str(folder), f"a folder that can be written ({error.strerror})") from None


def build_model_uplink(
    folder: Path,
    filestore: FolderFilestore,
    journal: Journal,
    air: AirInterface,
    on_end: Callable[[str, str], None],
    on_status: Callable[[ModelStatus], None],
    now_s: float,
) -> ModelUplink:
    """Return the uplink of the packages in a folder, which goes on where the journal says that it was.

    Raises RequestError if the folder cannot be used.
    """

    def keep(name: str, value: Fact) -> bool:
        return not trouble_with(lambda: journal.remember(name, value))

    files = FileLink(
        file_settings(on_board=False), filestore, _octets(journal), lambda octets: keep(_FILES, octets), now_s
    )
    try:
        outbox = Outbox(folder, files, _text(journal), lambda text: keep(_OUTBOX, text), on_end)
    except OSError as error:
        raise RequestError("outbox", str(folder), f"a folder that can be written ({error.strerror})") from None
    timeout_s = 2 * air.downlink.longest_frame_s + _WORK_S
    orders = ModelOrders(_number(journal), lambda number: keep(_ORDER, number), timeout_s)
    return ModelUplink(files, outbox, orders, on_status)


def _octets(journal: Journal) -> bytes | None:
    kept = journal.recall(_FILES)
    return kept if isinstance(kept, bytes) else None


def _text(journal: Journal) -> str:
    kept = journal.recall(_OUTBOX)
    return kept if isinstance(kept, str) else ""


def _number(journal: Journal) -> int:
    kept = journal.recall(_ORDER)
    return kept if isinstance(kept, int) else 0
