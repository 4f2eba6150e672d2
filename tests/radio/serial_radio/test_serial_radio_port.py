"""What runs a node of frames: the wall clock, on a terminal and behind a port server."""

import os
import socket
import time
import tty
from contextlib import closing

import numpy as np
import pytest

from radio.front_end_errors import DeviceError
from radio.front_end_file import SerialRadioTable
from radio.serial_radio.length_prefixed import encode
from radio.serial_radio.port import SerialRadioPort


@pytest.fixture
def terminal():
    fds = [*os.openpty()]
    tty.setraw(fds[1])
    yield fds
    for fd in fds:
        os.close(fd)


def port_on(device):
    return SerialRadioPort(SerialRadioTable(device=device, framing="length"))


def test_link_time_runs_with_the_wall_clock_from_where_it_is_told_to_begin(terminal):
    times = []

    def step(rx, now_s):
        assert (rx.dtype, len(rx)) == (np.complex64, 0)
        times.append(now_s)
        return rx

    with closing(port_on(os.ttyname(terminal[1]))) as port:
        assert port.tx_endpoint == os.ttyname(terminal[1])
        started_s = time.monotonic()
        port.run(step, 600.0, lambda: len(times) == 10)
        took_s = time.monotonic() - started_s
    assert 600.0 <= times[0] <= times[-1] <= 600.0 + took_s
    assert min(np.diff(times)) >= 0.009
    assert times[-1] >= 600.09


def test_what_came_before_it_begins_is_dropped(terminal):
    heard = []
    with closing(port_on(os.ttyname(terminal[1]))) as port:
        os.write(terminal[0], encode(b"old"))
        read = port._line.read

        def step(rx, now_s):
            heard.append(read())
            os.write(terminal[0], encode(b"new"))
            return rx

        port.run(step, 0.0, lambda: len(heard) == 3)
    assert b"old" not in b"".join(heard)
    assert b"new" in b"".join(heard)


def test_a_device_that_is_not_there_is_named():
    with pytest.raises(DeviceError, match=r"device /dev/absent: cannot be opened: .*No such file"):
        port_on("/dev/absent")


@pytest.mark.filterwarnings("ignore:unclosed .socket:ResourceWarning")  # pyserial leaves it to the garbage collector
@pytest.mark.parametrize("kind", ["terminal", "socket"])
def test_a_device_that_vanishes_in_mid_run_ends_it_and_is_named(kind, terminal):
    listener = socket.create_server(("127.0.0.1", 0))
    device = os.ttyname(terminal[1]) if kind == "terminal" else f"socket://127.0.0.1:{listener.getsockname()[1]}"
    with closing(listener), closing(port_on(device)) as port:
        peer = listener.accept()[0] if kind == "socket" else None

        def step(rx, now_s):
            port._line.read()
            if peer:
                peer.close()
            else:
                while terminal:
                    os.close(terminal.pop())
            return rx

        with pytest.raises(DeviceError, match=rf"^device {device}: cannot be read: .*; accepted: .*leads to the radio"):
            port.run(step, 0.0, lambda: False)
