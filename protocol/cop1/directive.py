"""What an operator can ask of FOP-1 (CCSDS 232.1-B-2 table 4-1)."""

from dataclasses import dataclass
from enum import Enum


class DirectiveType(Enum):
    """The directives; those that have a qualifier say in brackets what it is."""

    INITIATE_WITHOUT_CLCW_CHECK = "Initiate AD Service (without CLCW Check)"
    INITIATE_WITH_CLCW_CHECK = "Initiate AD Service (with CLCW Check)"
    INITIATE_WITH_UNLOCK = "Initiate AD Service (with Unlock)"
    INITIATE_WITH_SET_VR = "Initiate AD Service (with Set V(R)) [V*(R)]"
    TERMINATE = "Terminate AD Service"
    RESUME = "Resume AD Service"
    SET_VS = "Set V(S) [V*(S)]"
    SET_WINDOW = "Set FOP_Sliding_Window [K]"
    SET_T1 = "Set T1_Initial [seconds]"
    SET_LIMIT = "Set Transmission_Limit [transmissions]"
    SET_TIMEOUT_TYPE = "Set Timeout_Type [0 or 1]"


@dataclass(frozen=True, slots=True)
class Directive:
    """A directive and its qualifier. What is in them is judged by FOP-1, which rejects what it cannot do."""

    directive_type: DirectiveType
    qualifier: int | float | None = None
