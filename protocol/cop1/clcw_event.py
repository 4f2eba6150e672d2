"""What a CLCW means to FOP-1: the conditions in the first rows of CCSDS 232.1-B-2 table 5-1."""

from protocol.clcw import Clcw
from protocol.cop1.fop_table import FopEvent


def clcw_event(clcw: Clcw, nn_r: int, v_s: int, below_limit: bool, limit: int) -> FopEvent:
    """Return the event that the arrival of `clcw` is.

    `nn_r` is the number of the oldest frame not acknowledged, `v_s` that of the next to be sent;
    `below_limit` whether Transmission_Count is below `limit`, Transmission_Limit.
    """
    if clcw.lockout:
        return FopEvent.E14
    new = (clcw.report_value - nn_r) % 256
    outstanding = (v_s - nn_r) % 256
    if new > outstanding:
        return FopEvent.E13
    if new == outstanding:
        return _all_acknowledged(clcw, new)
    return _negative(clcw, new, below_limit, limit) if clcw.retransmit else _some_acknowledged(clcw, new)


def _all_acknowledged(clcw: Clcw, new: int) -> FopEvent:
    if clcw.retransmit:
        return FopEvent.E4
    if clcw.wait:
        return FopEvent.E3
    return FopEvent.E2 if new else FopEvent.E1


def _some_acknowledged(clcw: Clcw, new: int) -> FopEvent:
    if clcw.wait:
        return FopEvent.E7
    return FopEvent.E6 if new else FopEvent.E5


def _negative(clcw: Clcw, new: int, below_limit: bool, limit: int) -> FopEvent:
    if limit == 1:
        return FopEvent.E101 if new else FopEvent.E102
    if new:
        return FopEvent.E9 if clcw.wait else FopEvent.E8
    if below_limit:
        return FopEvent.E11 if clcw.wait else FopEvent.E10
    return FopEvent.E103 if clcw.wait else FopEvent.E12
