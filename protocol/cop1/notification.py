"""What FOP-1 tells of frames, directives and itself (CCSDS 232.1-B-2 4.3, tables 4-2 to 4-4)."""

from collections.abc import Hashable
from dataclasses import dataclass
from enum import Enum

from protocol.cop1.directive import Directive
from protocol.cop1.fop_table import AlertReason, FopEvent, FopState


class Response(Enum):
    """What became of a request."""

    ACCEPT = "accepted: it is being carried out"
    REJECT = "rejected: nothing of it was done"
    POSITIVE_CONFIRM = "done: the receiver reported it"
    NEGATIVE_CONFIRM = "given up: it may or may not have been received"


@dataclass(frozen=True, slots=True)
class FduResponse:
    """What became of the data that was handed over with `tag`. Type BD is accepted or rejected, no more."""

    response: Response
    tag: Hashable


@dataclass(frozen=True, slots=True)
class DirectiveResponse:
    """What became of a directive."""

    response: Response
    directive: Directive


@dataclass(frozen=True, slots=True)
class Alert:
    """The service has ended: why, at which event, and in which state."""

    reason: AlertReason
    event: FopEvent
    state: FopState


@dataclass(frozen=True, slots=True)
class Suspension:
    """The service waits to be resumed; `suspend_state` is SS, the state that it will go on in."""

    suspend_state: FopState


Notification = FduResponse | DirectiveResponse | Alert | Suspension
