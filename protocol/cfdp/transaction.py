"""What both ends of a CFDP transaction have in common: indications, faults, suspension."""

from abc import ABC, abstractmethod
from collections.abc import Callable

from protocol.cfdp.codes import ConditionCode
from protocol.cfdp.filestore import Filestore
from protocol.cfdp.header import PduHeader, TransactionId
from protocol.cfdp.indications import Abandoned, Fault, Indication, Resumed, Suspended
from protocol.cfdp.pdu import Body
from protocol.cfdp.settings import CfdpSettings, LinkFault

_LINK_FAULTS = (
    ConditionCode.POSITIVE_ACK_LIMIT_REACHED,
    ConditionCode.NAK_LIMIT_REACHED,
    ConditionCode.INACTIVITY_DETECTED,
)


class Transaction(ABC):
    """One end of a transaction; `header` is that of the PDUs which it sends.

    While `suspended` it takes what comes in and sends nothing, and no timer expires.
    """

    def __init__(
        self,
        header: PduHeader,
        settings: CfdpSettings,
        filestore: Filestore,
        indicate: Callable[[Indication], None],
        suspended: bool = False,
    ) -> None:
        self.header = header
        self.suspended = suspended
        self._settings = settings
        self._filestore = filestore
        self._indicate = indicate

    @property
    def transaction(self) -> TransactionId:
        """Which one it is."""
        return self.header.transaction

    @property
    @abstractmethod
    def ended(self) -> bool:
        """Whether nothing more comes of it."""

    @property
    @abstractmethod
    def octets(self) -> int:
        """How much of the file has passed here."""

    @abstractmethod
    def receive(self, body: Body, now_s: float) -> None:
        """Take what a PDU says."""

    @abstractmethod
    def tick(self, now_s: float) -> None:
        """Let timers expire."""

    @abstractmethod
    def next_body(self, now_s: float, max_octets: int) -> Body | None:
        """Return what to send next in a data field of at most `max_octets`, or None."""

    @abstractmethod
    def go_on(self, now_s: float) -> None:
        """Start anew timers and what the peer may have missed: after a suspension, a gap of the link, a restart."""

    @abstractmethod
    def cancel(self) -> None:
        """End it, incomplete, and tell the peer; nothing happens if it is over."""

    @abstractmethod
    def _end(self, condition: ConditionCode) -> None:
        """A fault ends it."""

    def suspend(self, condition: ConditionCode = ConditionCode.SUSPEND_REQUEST_RECEIVED) -> None:
        """Send nothing until resumed (4.11.2.6, 4.11.2.7)."""
        if not self.suspended:
            self.suspended = True
            self._indicate(Suspended(self.transaction, condition))

    def resume(self, now_s: float) -> None:
        """Go on (4.6.7)."""
        if self.suspended:
            self.suspended = False
            self._indicate(Resumed(self.transaction, self.octets))
            self.go_on(now_s)

    def _declare(self, condition: ConditionCode) -> None:
        """Declare a fault (4.8)."""
        self._indicate(Fault(self.transaction, condition, self.octets))
        if condition in _LINK_FAULTS and self._settings.on_link_fault is LinkFault.SUSPEND:
            self.suspend(condition)
        else:
            self._end(condition)

    def _abandon(self, condition: ConditionCode) -> None:
        self._indicate(Abandoned(self.transaction, condition, self.octets))
