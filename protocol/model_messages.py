"""Messages about models: which are on board, which one answers, and what came of an order to change that."""

from dataclasses import dataclass
from enum import Enum

from protocol.checks import check_int, check_octets, check_text
from protocol.errors import LocalError
from protocol.model_package.manifest import BUILT_IN, SHA256_OCTETS, check_name

MAX_ORDER = 2**32 - 1
MAX_DETAIL_OCTETS = 1_000


class ModelState(str, Enum):
    """Where a model stands on board. A member's number on the link is its place here: new ones go last."""

    ABSENT = "absent"
    INSTALLED = "installed"
    ON_TRIAL = "on_trial"
    ACTIVE = "active"
    FAILED = "failed"


class ModelFault(str, Enum):
    """Why an order or a package was not carried out. New ones go last, as in ModelState."""

    MALFORMED = "malformed"
    UNKNOWN = "unknown"
    BASE_MISSING = "base_missing"
    NOT_MERGEABLE = "not_mergeable"
    NAME_TAKEN = "name_taken"
    STORE_FULL = "store_full"
    DISK = "disk"
    IN_USE = "in_use"
    BUSY = "busy"
    CORRUPT = "corrupt"
    LOAD_FAILED = "load_failed"
    SELF_TEST_FAILED = "self_test_failed"
    TIMED_OUT = "timed_out"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class SwitchModel:
    """Try the model `name` (BUILT_IN is one, too) and let it answer from then on, if it passes.

    Orders are numbered on the ground, upward: one that is not above the last one carried out is only answered.
    """

    order: int
    name: str

    def __post_init__(self) -> None:
        _check_order(self.order, lowest=1)
        _check_any_name(self.name)


@dataclass(frozen=True, slots=True)
class RemoveModel:
    """Remove the model `name`, to make room; `order` as in SwitchModel."""

    order: int
    name: str

    def __post_init__(self) -> None:
        _check_order(self.order, lowest=1)
        check_name("name", self.name)


@dataclass(frozen=True, slots=True)
class ListModels:
    """Ask for one ModelStatus for each model on board."""


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """Where the model `name` stands; `order` is the order that this answers, 0 for news.

    `fault` and `detail` tell why it is not what was asked for; `model_id` names its content, and is empty
    where that is not known.
    """

    order: int
    name: str
    state: ModelState
    model_id: bytes = b""
    fault: ModelFault | None = None
    detail: str = ""

    def __post_init__(self) -> None:
        _check_order(self.order, lowest=0)
        _check_any_name(self.name)
        if type(self.state) is not ModelState:
            raise LocalError("state", self.state, "a ModelState")
        if self.model_id != b"":
            check_octets("model_id", self.model_id, SHA256_OCTETS, SHA256_OCTETS)
        if self.fault is not None and type(self.fault) is not ModelFault:
            raise LocalError("fault", self.fault, "a ModelFault")
        check_text("detail", self.detail, MAX_DETAIL_OCTETS)


def _check_order(value: object, lowest: int) -> None:
    check_int("order", value, lowest, MAX_ORDER)


def _check_any_name(name: object) -> None:
    if name != BUILT_IN:
        check_name("name", name)
