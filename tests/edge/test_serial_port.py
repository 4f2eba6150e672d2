"""What a serial line promises, in memory, on a terminal and behind a port server; and what each does by itself."""

import os
import socket
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Protocol

import pytest
import serial
import serial.rfc2217

from edge.serial_port import BytePort, SerialPort

LIMIT_S = 10.0
EVERY_OCTET = bytes(range(256))


class LineError(Exception):
    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"line on {path}: {reason}")
        self.path = path


class FarEnd(Protocol):
    """The other end of the line: what the test holds."""

    def read(self) -> bytes: ...
    def write(self, data: bytes) -> None: ...
    def vanish(self) -> None: ...
    def come_back(self) -> None: ...


class Memory:
    """A line in this process; both of its ends."""

    def __init__(self) -> None:
        self.to_port = self.from_port = b""
        self.gone = False

    @contextmanager
    def opened(self) -> Iterator[BytePort]:
        yield _MemoryPort(self)

    def read(self) -> bytes:
        taken, self.from_port = self.from_port, b""
        return taken

    def write(self, data: bytes) -> None:
        self.to_port += data

    def vanish(self) -> None:
        self.gone = True

    def come_back(self) -> None:
        self.gone = False


class _MemoryPort:
    def __init__(self, line: Memory) -> None:
        self._line = line

    def _check(self) -> None:
        if self._line.gone:
            raise LineError("memory", "is gone")

    def read(self) -> bytes:
        self._check()
        taken, self._line.to_port = self._line.to_port, b""
        return taken

    def write(self, data: bytes) -> None:
        self._check()
        self._line.from_port += data

    def reopen(self) -> None:
        self._check()

    def close(self) -> None: ...


class Terminal:
    """A pseudo-terminal under a stable name."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self.come_back()

    @contextmanager
    def opened(self) -> Iterator[BytePort]:
        with closing(SerialPort(str(self.link), 115_200, LineError)) as port:
            yield port
        self.vanish()

    def read(self) -> bytes:
        with suppress(BlockingIOError):
            return os.read(self.fds[0], 4096)
        return b""

    def write(self, data: bytes) -> None:
        os.write(self.fds[0], data)

    def vanish(self) -> None:
        while self.fds:
            os.close(self.fds.pop())
        self.link.unlink(missing_ok=True)

    def come_back(self) -> None:
        self.fds = [*os.openpty()]
        tty.setraw(self.fds[1])
        os.set_blocking(self.fds[0], False)
        self.link.symlink_to(os.ttyname(self.fds[1]))


class PortServer:
    """A port server such as ser2net: plain octets over TCP."""

    scheme = "socket"

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.number = self.listener.getsockname()[1]
        self.peer: socket.socket | None = None
        self._accept()

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.number}"

    @contextmanager
    def opened(self) -> Iterator[BytePort]:
        with closing(SerialPort(self.url, 115_200, LineError)) as port:
            self.accepted.wait(LIMIT_S)
            yield port
        self.vanish()

    def read(self) -> bytes:
        assert self.peer is not None
        with suppress(BlockingIOError):
            return self.peer.recv(4096)
        return b""

    def write(self, data: bytes) -> None:
        assert self.peer is not None
        self.peer.sendall(data)

    def vanish(self) -> None:
        self.listener.close()
        if self.peer is not None:
            self.peer.close()
        self.thread.join(LIMIT_S)

    def come_back(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", self.number))
        self._accept()

    def _accept(self) -> None:
        self.accepted = threading.Event()
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self) -> None:
        with suppress(OSError):  # closed before anyone came
            self.peer = self.listener.accept()[0]
            self.peer.setblocking(False)
            self.accepted.set()


class TelnetServer(PortServer):
    """A port server that takes settings, too (RFC 2217); pyserial's own, which is made for that."""

    scheme = "rfc2217"

    def _serve(self) -> None:
        with suppress(OSError):
            connection = self.listener.accept()[0]
            self._work(connection)

    def _work(self, connection: socket.socket) -> None:
        self.peer, self.taken, self.lock = connection, b"", threading.Lock()
        settings = serial.serial_for_url("loop://", 115_200)
        self.manager = serial.rfc2217.PortManager(settings, _Sender(connection))
        self.accepted.set()
        while data := connection.recv(4096):
            octets = b"".join(self.manager.filter(data))
            with self.lock:
                self.taken += octets

    def read(self) -> bytes:
        with self.lock:
            taken, self.taken = self.taken, b""
        return taken

    def write(self, data: bytes) -> None:
        assert self.peer is not None
        self.peer.sendall(b"".join(self.manager.escape(data)))

    def vanish(self) -> None:
        self.listener.close()
        if self.peer is not None:
            with suppress(OSError):
                self.peer.shutdown(socket.SHUT_RDWR)
            self.peer.close()
        self.thread.join(LIMIT_S)


class _Sender:
    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection

    def write(self, data: bytes) -> None:
        self.connection.sendall(data)


@pytest.fixture(params=["memory", "terminal", "socket", "rfc2217"])
def line(request, tmp_path):
    lines = {
        "memory": Memory,
        "terminal": lambda: Terminal(tmp_path / "device"),
        "socket": PortServer,
        "rfc2217": TelnetServer,
    }
    return lines[request.param]()


pytestmark = [
    # pyserial's RFC 2217 client calls methods of threads that Python 3.10 gave other names
    pytest.mark.filterwarnings("ignore:set(Daemon|Name).. is deprecated:DeprecationWarning"),
    # and it leaves a socket that its peer has closed to the garbage collector
    pytest.mark.filterwarnings("ignore:unclosed .socket:ResourceWarning"),
]


def until(read: Callable[[], bytes], count: int) -> bytes:
    taken, end_s = b"", time.monotonic() + LIMIT_S
    while len(taken) < count:
        assert time.monotonic() < end_s, f"{len(taken)} of {count} octets came"
        taken += read()
        time.sleep(0.001)
    return taken


def fails(call: Callable[[], object]) -> LineError:
    """Call it until it fails: a line may notice only after a while."""
    end_s = time.monotonic() + LIMIT_S
    while time.monotonic() < end_s:
        try:
            call()
        except LineError as error:
            return error
        time.sleep(0.01)
    raise AssertionError("nothing noticed that the line is gone")


def test_every_octet_passes_both_ways_in_order(line):
    with line.opened() as port:
        port.write(EVERY_OCTET * 4)
        line.write(EVERY_OCTET * 4)
        assert until(line.read, 1024) == EVERY_OCTET * 4
        assert until(port.read, 1024) == EVERY_OCTET * 4


def test_read_gives_nothing_at_once_where_nothing_has_come(line):
    with line.opened() as port:
        port.read()
        started_s = time.monotonic()
        assert port.read() == b""
        assert time.monotonic() - started_s < 1.0


def test_a_line_that_vanishes_raises_its_owners_error_with_its_name(line):
    with line.opened() as port:
        line.vanish()
        assert str(fails(port.read)).startswith("line on ")


def test_a_line_that_is_not_there_cannot_be_reopened_and_one_that_is_back_can(line):
    with line.opened() as port:
        line.vanish()
        fails(port.read)
        with pytest.raises(LineError):
            port.reopen()
        line.come_back()
        port.reopen()
        if hasattr(line, "accepted"):
            line.accepted.wait(LIMIT_S)
        line.write(b"again")
        assert until(port.read, 5) == b"again"


def test_what_a_device_cannot_take_is_lost_and_nobody_waits(tmp_path):
    terminal = Terminal(tmp_path / "device")
    with terminal.opened() as port:
        for _ in range(100):
            port.write(bytes(4096))
        port.read()


def test_the_longest_frame_of_a_radio_passes_whole(line):
    frame = bytes(4096 + 3)
    with line.opened() as port:
        port.write(frame)
        assert until(line.read, len(frame)) == frame


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/dev/absent", "No such file"),
        ("/dev/null", "could not configure"),
        ("socket://127.0.0.1:1", "refused"),
        ("socket://127.0.0.1", "could not open"),
        ("rfc2217://127.0.0.1:1", "refused"),
        ("usb://1", "not known"),
    ],
)
def test_what_cannot_be_opened_is_named(path, reason):
    with pytest.raises(LineError) as caught:
        SerialPort(path, 115_200, LineError)
    assert caught.value.path == path
    assert reason.lower() in str(caught.value).lower()
    assert "cannot be opened" in str(caught.value)
