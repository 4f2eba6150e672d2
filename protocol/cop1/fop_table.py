"""FOP-1's state table (CCSDS 232.1-B-2 table 5-1)."""

from enum import Enum, IntEnum


class FopState(IntEnum):
    """What the sender is about (5.1.2). The number of a suspended service's state is its SS."""

    ACTIVE = 1
    RETRANSMIT_WITHOUT_WAIT = 2
    RETRANSMIT_WITH_WAIT = 3
    INITIALISING_WITHOUT_BC_FRAME = 4
    INITIALISING_WITH_BC_FRAME = 5
    INITIAL = 6


class FopEvent(Enum):
    """What can happen to the sender, in the order of the table.

    In events of CLCWs, "all" and "some" tell whether N(R) acknowledges every frame sent, "new" whether it
    acknowledges any that the last CLCW did not, R and W are its Retransmit and Wait flags.
    """

    E1 = "CLCW: all, none new, R = 0, W = 0"
    E2 = "CLCW: all, some new, R = 0, W = 0"
    E3 = "CLCW: all, R = 0, W = 1"
    E4 = "CLCW: all, R = 1"
    E5 = "CLCW: some, none new, R = 0, W = 0"
    E6 = "CLCW: some, some new, R = 0, W = 0"
    E7 = "CLCW: some, R = 0, W = 1"
    E101 = "CLCW: some, some new, R = 1, limit is 1"
    E102 = "CLCW: some, none new, R = 1, limit is 1"
    E8 = "CLCW: some, some new, R = 1, W = 0"
    E9 = "CLCW: some, some new, R = 1, W = 1"
    E10 = "CLCW: some, none new, R = 1, W = 0, count below limit"
    E11 = "CLCW: some, none new, R = 1, W = 1, count below limit"
    E12 = "CLCW: some, none new, R = 1, W = 0, count at limit"
    E103 = "CLCW: some, none new, R = 1, W = 1, count at limit"
    E13 = "CLCW: N(R) that cannot be"
    E14 = "CLCW: Lockout"
    E15 = "invalid CLCW"
    E16 = "timer, count below limit, timeout type 0"
    E104 = "timer, count below limit, timeout type 1"
    E17 = "timer, count at limit, timeout type 0"
    E18 = "timer, count at limit, timeout type 1"
    E19 = "AD data, Wait_Queue empty"
    E20 = "AD data, Wait_Queue full"
    E21 = "BD data, BD_Out ready"
    E22 = "BD data, BD_Out not ready"
    E23 = "Initiate AD without CLCW check"
    E24 = "Initiate AD with CLCW check"
    E25 = "Initiate AD with Unlock, BC_Out ready"
    E26 = "Initiate AD with Unlock, BC_Out not ready"
    E27 = "Initiate AD with Set V(R), BC_Out ready"
    E28 = "Initiate AD with Set V(R), BC_Out not ready"
    E29 = "Terminate AD"
    E30 = "Resume AD, SS = 0"
    E31 = "Resume AD, SS = 1"
    E32 = "Resume AD, SS = 2"
    E33 = "Resume AD, SS = 3"
    E34 = "Resume AD, SS = 4"
    E35 = "Set V(S), SS = 0"
    E36 = "Set window"
    E37 = "Set T1_Initial"
    E38 = "Set Transmission_Limit"
    E39 = "Set Timeout_Type"
    E40 = "invalid directive"
    E41 = "AD frame taken"
    E42 = "AD frame refused"
    E43 = "BC frame taken"
    E44 = "BC frame refused"
    E45 = "BD frame taken"
    E46 = "BD frame refused"


class AlertReason(Enum):
    """Why the sender gave the service up (table 4-4)."""

    LIMIT = "limit"
    T1 = "T1"
    LOCKOUT = "lockout"
    SYNCH = "synch"
    NNR = "NN(R)"
    CLCW = "CLCW"
    LLIF = "LLIF"
    TERM = "term"


class FopAction(Enum):
    """What the sender does (5.2)."""

    ACCEPT = "Accept"
    REJECT = "Reject"
    CONFIRM = "Confirm"
    REMOVE_ACKNOWLEDGED = "Remove acknowledged frames from Sent_Queue"
    LOOK_FOR_FDU = "Look for FDU"
    LOOK_FOR_DIRECTIVE = "Look for Directive"
    RETRANSMIT_AD = "Initiate AD retransmission"
    RETRANSMIT_BC = "Initiate BC retransmission"
    RELEASE_BC = "Release copy of BC frame"
    ADD_TO_WAIT_QUEUE = "Add to Wait_Queue"
    TRANSMIT_BD = "Transmit BD frame"
    TRANSMIT_UNLOCK = "Transmit BC frame (Unlock)"
    TRANSMIT_SET_VR = "Transmit BC frame (Set V(R))"
    INITIALISE = "Initialise"
    START_TIMER = "Start Timer"
    CANCEL_TIMER = "Cancel Timer"
    SUSPEND = "Suspend"
    RESUME = "Resume"
    SET_VS = "V(S) and NN(R) = V*"
    SET_UP = "Set the variable"
    SET_AD_OUT = "AD_Out ready"
    SET_BC_OUT = "BC_Out ready"
    SET_BD_OUT = "BD_Out ready"
    IGNORE = "Ignore"
    NOT_APPLICABLE = "N/A"


FopCell = tuple[tuple[FopAction | AlertReason, ...], FopState]
"""The actions, where a reason stands for the alert with it, and the state after them."""
FopRow = tuple[FopCell, FopCell, FopCell, FopCell, FopCell, FopCell]

S1, S2, S3, S4, S5, S6 = FopState
_A = FopAction


def _cell(state: FopState, *actions: FopAction | AlertReason) -> FopCell:
    return actions, state


def _alert(reason: AlertReason) -> FopCell:
    return _cell(S6, reason)


def _everywhere(*actions: FopAction) -> FopRow:
    return tuple(_cell(state, *actions) for state in FopState)  # type: ignore[return-value]


def _in_s6(cell: FopCell) -> FopRow:
    """Return the row of a directive that is for S6 alone."""
    return (*_REJECT[:5], cell)


def _resume(state: FopState) -> FopRow:
    """Return the row of a resumption, for which a service has to be suspended, and so in S6."""
    return (*_NA[:5], _cell(state, _A.ACCEPT, _A.RESUME, _A.CONFIRM))


_IGNORE = _everywhere(_A.IGNORE)
_REJECT = _everywhere(_A.REJECT)
_NA = _everywhere(_A.NOT_APPLICABLE)
_SET_UP = _everywhere(_A.ACCEPT, _A.SET_UP, _A.CONFIRM)
_SYNCH, _CLCW, _LIMIT = _alert(AlertReason.SYNCH), _alert(AlertReason.CLCW), _alert(AlertReason.LIMIT)
_NNR, _LOCKOUT, _T1 = _alert(AlertReason.NNR), _alert(AlertReason.LOCKOUT), _alert(AlertReason.T1)
_LLIF: FopRow = (_alert(AlertReason.LLIF),) * 6
_SUSPEND = _cell(S6, _A.SUSPEND)
_TERMINATE = _cell(S6, _A.ACCEPT, AlertReason.TERM, _A.CONFIRM)
_ALL_NEW = _cell(S1, _A.REMOVE_ACKNOWLEDGED, _A.CANCEL_TIMER, _A.LOOK_FOR_FDU)
_SOME_NEW = _cell(S1, _A.REMOVE_ACKNOWLEDGED, _A.LOOK_FOR_FDU)
_SOME_NEW_LIMIT = _cell(S6, _A.REMOVE_ACKNOWLEDGED, AlertReason.LIMIT)
_SOME_NEW_RETRANSMIT = _cell(S2, _A.REMOVE_ACKNOWLEDGED, _A.RETRANSMIT_AD, _A.LOOK_FOR_FDU)
_SOME_NEW_WAIT = _cell(S3, _A.REMOVE_ACKNOWLEDGED)
_RETRANSMIT = _cell(S2, _A.RETRANSMIT_AD, _A.LOOK_FOR_FDU)
_RETRANSMIT_IN_S1 = _cell(S1, _A.RETRANSMIT_AD, _A.LOOK_FOR_FDU)
_RETRANSMIT_BC = _cell(S5, _A.RETRANSMIT_BC, _A.LOOK_FOR_DIRECTIVE)

# In S4 and S5 nothing of type AD has been sent: a CLCW acknowledges all or is wrong, and neither is new.
_4, _5, _6 = _NA[3], _NA[4], _IGNORE[5]
_TO_S2, _TO_S3 = _cell(S2, _A.IGNORE), _cell(S3, _A.IGNORE)

FOP_ROWS: dict[FopEvent, FopRow] = {
    FopEvent.E1: (
        _IGNORE[0],
        _SYNCH,
        _SYNCH,
        _cell(S1, _A.CONFIRM, _A.CANCEL_TIMER),
        _cell(S1, _A.CONFIRM, _A.RELEASE_BC, _A.CANCEL_TIMER),
        _6,
    ),
    FopEvent.E2: (_ALL_NEW, _ALL_NEW, _ALL_NEW, _4, _5, _6),
    FopEvent.E3: (_CLCW, _CLCW, _CLCW, _CLCW, _CLCW, _6),
    FopEvent.E4: (_SYNCH, _SYNCH, _SYNCH, _SYNCH, _IGNORE[4], _6),
    FopEvent.E5: (_IGNORE[0], _SYNCH, _SYNCH, _4, _5, _6),
    FopEvent.E6: (_SOME_NEW, _SOME_NEW, _SOME_NEW, _4, _5, _6),
    FopEvent.E7: (_CLCW, _CLCW, _CLCW, _4, _5, _6),
    FopEvent.E101: (_SOME_NEW_LIMIT, _SOME_NEW_LIMIT, _SOME_NEW_LIMIT, _4, _5, _6),
    FopEvent.E102: (_LIMIT, _LIMIT, _LIMIT, _4, _5, _6),
    FopEvent.E8: (_SOME_NEW_RETRANSMIT, _SOME_NEW_RETRANSMIT, _SOME_NEW_RETRANSMIT, _4, _5, _6),
    FopEvent.E9: (_SOME_NEW_WAIT, _SOME_NEW_WAIT, _SOME_NEW_WAIT, _4, _5, _6),
    FopEvent.E10: (_RETRANSMIT, _IGNORE[1], _RETRANSMIT, _4, _5, _6),
    FopEvent.E11: (_TO_S3, _TO_S3, _TO_S3, _4, _5, _6),
    FopEvent.E12: (_TO_S2, _TO_S2, _TO_S2, _4, _5, _6),
    FopEvent.E103: (_TO_S3, _TO_S3, _TO_S3, _4, _5, _6),
    FopEvent.E13: (_NNR, _NNR, _NNR, _NNR, _IGNORE[4], _6),
    FopEvent.E14: (_LOCKOUT, _LOCKOUT, _LOCKOUT, _LOCKOUT, _IGNORE[4], _6),
    FopEvent.E15: (_CLCW, _CLCW, _CLCW, _CLCW, _CLCW, _6),
    FopEvent.E16: (_RETRANSMIT_IN_S1, _RETRANSMIT, _IGNORE[2], _T1, _RETRANSMIT_BC, _NA[5]),
    FopEvent.E104: (_RETRANSMIT_IN_S1, _RETRANSMIT, _IGNORE[2], _SUSPEND, _RETRANSMIT_BC, _NA[5]),
    FopEvent.E17: (_T1, _T1, _T1, _T1, _T1, _NA[5]),
    FopEvent.E18: (_SUSPEND, _SUSPEND, _SUSPEND, _SUSPEND, _T1, _NA[5]),
    FopEvent.E19: (
        _cell(S1, _A.ADD_TO_WAIT_QUEUE, _A.LOOK_FOR_FDU),
        _cell(S2, _A.ADD_TO_WAIT_QUEUE, _A.LOOK_FOR_FDU),
        _cell(S3, _A.ADD_TO_WAIT_QUEUE),
        *_REJECT[3:],
    ),
    FopEvent.E20: _REJECT,
    FopEvent.E21: _everywhere(_A.ACCEPT, _A.TRANSMIT_BD),
    FopEvent.E22: _REJECT,
    FopEvent.E23: _in_s6(_cell(S1, _A.ACCEPT, _A.INITIALISE, _A.CONFIRM)),
    FopEvent.E24: _in_s6(_cell(S4, _A.ACCEPT, _A.INITIALISE, _A.START_TIMER)),
    FopEvent.E25: _in_s6(_cell(S5, _A.ACCEPT, _A.INITIALISE, _A.TRANSMIT_UNLOCK)),
    FopEvent.E26: _REJECT,
    FopEvent.E27: _in_s6(_cell(S5, _A.ACCEPT, _A.INITIALISE, _A.SET_VS, _A.TRANSMIT_SET_VR)),
    FopEvent.E28: _REJECT,
    FopEvent.E29: (_TERMINATE, _TERMINATE, _TERMINATE, _TERMINATE, _TERMINATE, _cell(S6, _A.ACCEPT, _A.CONFIRM)),
    FopEvent.E30: _REJECT,
    FopEvent.E31: _resume(S1),
    FopEvent.E32: _resume(S2),
    FopEvent.E33: _resume(S3),
    FopEvent.E34: _resume(S4),
    FopEvent.E35: _in_s6(_cell(S6, _A.ACCEPT, _A.SET_VS, _A.CONFIRM)),  # with SS > 0 it is E40
    FopEvent.E36: _SET_UP,
    FopEvent.E37: _SET_UP,
    FopEvent.E38: _SET_UP,
    FopEvent.E39: _SET_UP,
    FopEvent.E40: _REJECT,
    FopEvent.E41: (
        _cell(S1, _A.SET_AD_OUT, _A.LOOK_FOR_FDU),
        _cell(S2, _A.SET_AD_OUT, _A.LOOK_FOR_FDU),
        *_everywhere(_A.SET_AD_OUT)[2:],
    ),
    FopEvent.E42: _LLIF,
    FopEvent.E43: (
        *_everywhere(_A.SET_BC_OUT)[:4],
        _cell(S5, _A.SET_BC_OUT, _A.LOOK_FOR_DIRECTIVE),
        _cell(S6, _A.SET_BC_OUT),
    ),
    FopEvent.E44: _LLIF,
    FopEvent.E45: _everywhere(_A.SET_BD_OUT),
    FopEvent.E46: _LLIF,
}
"""A row for each event; its columns are S1 to S6."""

FOP_TRANSITIONS: dict[tuple[FopState, FopEvent], FopCell] = {
    (state, event): cell for event, row in FOP_ROWS.items() for state, cell in zip(FopState, row, strict=True)
}
