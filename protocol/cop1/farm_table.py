"""FARM-1's state table (CCSDS 232.1-B-2 table 6-1)."""

from enum import Enum, IntEnum


class FarmState(IntEnum):
    """What the receiver does with sequence-controlled frames (6.1.2)."""

    OPEN = 1
    WAIT = 2
    LOCKOUT = 3


class FarmEvent(Enum):
    """What can happen to the receiver; PW and NW are the positive and the negative half of its window W."""

    E1 = "AD, N(S) = V(R), a buffer is free"
    E2 = "AD, N(S) = V(R), no buffer is free"
    E3 = "AD, N(S) up to PW - 1 ahead of V(R)"
    E4 = "AD, N(S) up to NW behind V(R)"
    E5 = "AD, N(S) outside the window"
    E6 = "BD"
    E7 = "BC, Unlock"
    E8 = "BC, Set V(R) to V*(R)"
    E9 = "invalid frame"
    E10 = "buffer release"
    E11 = "a CLCW is due"


class FarmAction(Enum):
    """What the receiver does."""

    ACCEPT = "Accept"
    DISCARD = "Discard"
    INCREMENT_VR = "V(R) + 1"
    SET_VR = "V(R) = V*(R)"
    SET_RETRANSMIT = "Retransmit = 1"
    CLEAR_RETRANSMIT = "Retransmit = 0"
    SET_WAIT = "Wait = 1"
    CLEAR_WAIT = "Wait = 0"
    SET_LOCKOUT = "Lockout = 1"
    CLEAR_LOCKOUT = "Lockout = 0"
    INCREMENT_FARM_B = "FARM-B + 1"
    REPORT = "Report"
    IGNORE = "Ignore"
    NOT_APPLICABLE = "N/A"


FarmCell = tuple[tuple[FarmAction, ...], FarmState]
"""The actions, and the state after them."""


def _cell(state: FarmState, *actions: FarmAction) -> FarmCell:
    return actions, state


S1, S2, S3 = FarmState
_A = FarmAction
_DISCARD = (_cell(S1, _A.DISCARD), _cell(S2, _A.DISCARD), _cell(S3, _A.DISCARD))
_ACCEPT_B = (_A.ACCEPT, _A.INCREMENT_FARM_B)
_RESTART = (_A.INCREMENT_FARM_B, _A.CLEAR_RETRANSMIT)

FARM_ROWS: dict[FarmEvent, tuple[FarmCell, FarmCell, FarmCell]] = {
    # While there is no buffer the state is S2, and its release ends S2 first: E1 cannot come there.
    FarmEvent.E1: (
        _cell(S1, _A.ACCEPT, _A.INCREMENT_VR, _A.CLEAR_RETRANSMIT),
        _cell(S2, _A.NOT_APPLICABLE),
        _cell(S3, _A.DISCARD),
    ),
    FarmEvent.E2: (
        _cell(S2, _A.DISCARD, _A.SET_RETRANSMIT, _A.SET_WAIT),
        _cell(S2, _A.DISCARD),
        _cell(S3, _A.DISCARD),
    ),
    FarmEvent.E3: (_cell(S1, _A.DISCARD, _A.SET_RETRANSMIT), _cell(S2, _A.DISCARD), _cell(S3, _A.DISCARD)),
    FarmEvent.E4: _DISCARD,
    FarmEvent.E5: (
        _cell(S3, _A.DISCARD, _A.SET_LOCKOUT),
        _cell(S3, _A.DISCARD, _A.SET_LOCKOUT),
        _cell(S3, _A.DISCARD),
    ),
    FarmEvent.E6: (_cell(S1, *_ACCEPT_B), _cell(S2, *_ACCEPT_B), _cell(S3, *_ACCEPT_B)),
    FarmEvent.E7: (
        _cell(S1, *_RESTART),
        _cell(S1, *_RESTART, _A.CLEAR_WAIT),
        _cell(S1, *_RESTART, _A.CLEAR_WAIT, _A.CLEAR_LOCKOUT),
    ),
    FarmEvent.E8: (
        _cell(S1, *_RESTART, _A.SET_VR),
        _cell(S1, *_RESTART, _A.CLEAR_WAIT, _A.SET_VR),
        _cell(S3, _A.INCREMENT_FARM_B),  # counted, not carried out: Unlock has to come first
    ),
    FarmEvent.E9: _DISCARD,
    FarmEvent.E10: (_cell(S1, _A.IGNORE), _cell(S1, _A.CLEAR_WAIT), _cell(S3, _A.CLEAR_WAIT)),
    FarmEvent.E11: (_cell(S1, _A.REPORT), _cell(S2, _A.REPORT), _cell(S3, _A.REPORT)),
}
"""A row for each event; its columns are S1, S2, S3."""

FARM_TRANSITIONS: dict[tuple[FarmState, FarmEvent], FarmCell] = {
    (state, event): cell for event, row in FARM_ROWS.items() for state, cell in zip(FarmState, row, strict=True)
}
