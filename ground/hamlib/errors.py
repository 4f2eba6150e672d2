"""Errors of hamlib's two ends.

::

    GroundError
     +- RefusedError  a client's command cannot be carried out: it is answered with a return code
     +- PeerError     a rotctld or rigctld is not there, has vanished, or does not do what it is told
"""

from ground.errors import GroundError
from ground.hamlib.return_code import ReturnCode


class RefusedError(GroundError):
    """A client's command cannot be carried out: the `code` that it is answered with."""

    def __init__(self, code: ReturnCode) -> None:
        super().__init__(f"refused with {code.name}")
        self.code = code


class PeerError(GroundError):
    """A server of hamlib's cannot be used: its `peer` as the operator named it, and the `reason`."""

    def __init__(self, peer: str, reason: str) -> None:
        super().__init__(f"{peer}: {reason}")
        self.peer = peer
        self.reason = reason
