"""What can be wrong with a model on board."""

from flatsat.errors import FlatsatError
from protocol.model_messages import ModelFault


class ModelError(FlatsatError):
    """A model cannot be installed, used or removed; `fault` is the class of the reason, `detail` says it in words."""

    def __init__(self, fault: ModelFault, detail: str) -> None:
        super().__init__(f"{fault.value}: {detail}")
        self.fault = fault
        self.detail = detail
