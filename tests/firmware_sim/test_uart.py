import math

import pytest

from firmware_sim.errors import SettingError
from firmware_sim.uart import UartTransmitter


def test_octets_leave_at_the_pace_of_the_line() -> None:
    uart = UartTransmitter(baud=1000)  # 10 ms an octet
    uart.send(b"abc", now_s=1.0)
    assert uart.due(1.009) == b""
    assert uart.due(1.0101) == b"a"
    assert uart.next_due_s == pytest.approx(1.02)
    assert uart.due(5.0) == b"bc"
    assert (uart.next_due_s, uart.backlog_octets) == (math.inf, 0)


def test_later_octets_wait_behind_earlier_ones() -> None:
    uart = UartTransmitter(baud=1000)
    uart.send(b"ab", now_s=0.0)
    uart.send(b"cd", now_s=0.0)
    assert [uart.due(t) for t in (0.0201, 0.0301, 0.0401)] == [b"ab", b"c", b"d"]


def test_idle_time_does_not_buy_octets() -> None:
    uart = UartTransmitter(baud=1000)
    uart.send(b"a", now_s=0.0)
    uart.due(1.0)
    uart.send(b"", now_s=50.0)
    assert uart.next_due_s == math.inf
    uart.send(b"bcd", now_s=100.0)
    assert uart.due(100.0101) == b"b"


@pytest.mark.parametrize("baud", [0, 49, 4_000_001])
def test_impossible_baud_is_refused(baud: int) -> None:
    with pytest.raises(SettingError, match=rf"baud is {baud}; accepted: 50 to 4000000"):
        UartTransmitter(baud)
