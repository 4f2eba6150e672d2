"""The three types of telecommand frames (CCSDS 232.0-B 4.1.2.3.1)."""

from enum import Enum

from protocol.tc_frame import TcFrame


class FrameType(Enum):
    """In the order in which waiting frames leave: commands to the receiver, then expedited data."""

    BC = "control command"
    BD = "expedited data"
    AD = "sequence-controlled data"

    @classmethod
    def of(cls, frame: TcFrame) -> "FrameType":
        """Return the type that the flags in the header of `frame` say."""
        if not frame.bypass:
            return cls.AD
        return cls.BC if frame.control_command else cls.BD
