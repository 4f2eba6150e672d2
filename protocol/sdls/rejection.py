"""Why a frame was refused."""

from enum import Enum

from protocol.errors import RemoteError


class Rejection(Enum):
    """What was found wrong first; in the order in which it is looked for."""

    MALFORMED = "no room for security header and trailer"
    UNKNOWN_SPI = "no association with this security parameter index"
    WRONG_CHANNEL = "another virtual channel than the association's"
    WRONG_MAC = "the MAC does not match: another key, or other octets than were sent"
    REPLAYED = "a sequence number that was accepted before, or one before it"
    BEYOND_WINDOW = "a sequence number too far ahead"
    NOT_STORED = "the sequence number could not be stored"


class RejectedFrameError(RemoteError):
    """A frame is refused for `reason`; nothing at the receiver has changed but its statistics."""

    def __init__(self, reason: Rejection) -> None:
        super().__init__("SDLS", reason.value)
        self.reason = reason
