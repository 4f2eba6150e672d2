"""A wire to a gateway that counts what goes over it."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


class Wire:
    """Relays connections to a port of this machine, and counts the octets that come back: heads, bodies, frames."""

    def __init__(self, port: int) -> None:
        self.received = 0
        self._port = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = [self._listening]
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}/"

    def close(self) -> None:
        for each in self._ends:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(20)
        for each in self._ends:
            each.close()

    def _start(self, run: Callable[..., None], *arguments: object) -> None:
        self._threads.append(threading.Thread(target=run, args=arguments, daemon=True))
        self._threads[-1].start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                gateway = socket.create_connection(("127.0.0.1", self._port))
                self._ends += [client, gateway]
                self._start(self._relay, client, gateway, False)
                self._start(self._relay, gateway, client, True)

    def _relay(self, source: socket.socket, sink: socket.socket, counts: bool) -> None:
        with suppress(OSError):
            while octets := source.recv(65536):
                self.received += len(octets) if counts else 0
                sink.sendall(octets)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


@contextmanager
def wire_to(port: int) -> Iterator[Wire]:
    wire = Wire(port)
    try:
        yield wire
    finally:
        wire.close()
