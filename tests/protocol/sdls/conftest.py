import random

import pytest

from protocol.sdls.link_ends import LinkEnds, new_link_ends
from protocol.sdls.link_keys import SecurityMode
from protocol.tc_frame import TcFrame
from protocol.tm_frame import TmFrame


@pytest.fixture(params=SecurityMode, ids=lambda mode: mode.value)
def mode(request: pytest.FixtureRequest) -> SecurityMode:
    return request.param


@pytest.fixture
def ends(mode: SecurityMode) -> LinkEnds:
    return new_link_ends(0x2A5, 3, 1, mode, random.Random(1).randbytes)


@pytest.fixture
def telecommand() -> TcFrame:
    return TcFrame(0x2A5, 3, False, False, 7, b"\xc0a command")


@pytest.fixture
def telemetry() -> TmFrame:
    return TmFrame(0x2A5, 1, 8, 9, 4, b"an answer, or a part", bytes.fromhex("01000002"))
