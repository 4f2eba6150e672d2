"""An emulated Red Pitaya behind the TCP protocol that its real drivers speak: SoapySDR's and gr-osmosdr's.

Up to four connections, each beginning with a u32 that says which it is: control and samples, of the receiver and of
the transmitter. A second one of the same kind is closed at once.
"""

import contextlib
import socket
import time
from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from radio.emulated.red_pitaya import (
    TRANSFER,
    TRANSFER_OCTETS,
    Connection,
    Control,
    ReceiveSide,
    Transmission,
    TransmitSide,
    Tuning,
)
from radio.front_end_errors import DeviceError

_WORD = 4
_SLICE_S = 1e-3
_SEGMENT_OCTETS = 1448
"""Of a TCP segment on Ethernet. On the loopback interface the system would make one lump of all that waits, and take
nothing more in until its reader has read all of it: SoapySDR's driver reads nothing until there is as much as it was
asked for, and both would wait for ever."""
_CONTROLS = (Connection.RECEIVE_CONTROL, Connection.TRANSMIT_CONTROL)


class Antenna(Protocol):
    """What is on the device's connectors."""

    def transmitted(self, transmission: Transmission) -> None:
        """Take what was put out."""

    def received(self, tuning: Tuning, count: int) -> NDArray[np.complex64]:
        """Return the next complex64[count] that come in."""


class RedPitayaServer:
    """Never waits: it does what can be done each time that it is called."""

    def __init__(self, antenna: Antenna, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 is a free one, the real device's is 1001. Raise DeviceError if the port is taken."""
        self._antenna = antenna
        try:
            self._listener = socket.create_server((host, port))
        except OSError as error:
            raise DeviceError(f"redpitaya={host}:{port}", error.strerror or str(error), "a free port") from None
        self._listener.setblocking(False)
        self.host, self.port = self._listener.getsockname()
        self._strangers: list[_Client] = []
        self._clients: dict[Connection, _Client] = {}
        self._served_s = now_s = time.monotonic()
        self._transmit, self._receive = TransmitSide(now_s), ReceiveSide(now_s)
        self._outgoing = b""
        self._transfer = bytearray(TRANSFER_OCTETS)
        self.lost_transfers = 0
        """Transfers of received samples that the client did not take in time."""

    def run(self, stopping: Callable[[], bool], step_s: float = 0.0005) -> None:
        """Serve in real time until told to stop."""
        while not stopping():
            self.attend(time.monotonic())
            time.sleep(step_s)

    def attend(self, now_s: float) -> None:
        """Do what has come to be done by now, in monotonic time."""
        self._transmit_until(now_s)
        for connection in _CONTROLS:
            self._obey(connection)
        self._accept()
        for stranger in tuple(self._strangers):
            self._admit(stranger, now_s)
        self._give(now_s)

    @property
    def connected(self) -> frozenset[Connection]:
        """What connections there are."""
        return frozenset(self._clients)

    def close(self) -> None:
        """Close every socket."""
        for client in (*self._strangers, *self._clients.values()):
            client.socket.close()
        self._listener.close()

    def _transmit_until(self, now_s: float) -> None:
        """Put out and fetch by turns: if this was called late, the device itself was not."""
        while self._served_s < now_s:
            self._served_s = min(now_s, self._served_s + _SLICE_S)
            transmission = self._transmit.advance(self._served_s)
            if transmission is not None:
                self._antenna.transmitted(transmission)
            self._fetch()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # nobody is there, or no longer
            while True:
                self._strangers.append(_Client(self._listener.accept()[0]))

    def _admit(self, stranger: "_Client", now_s: float) -> None:
        """Take a connection in once it has said what it is."""
        word = stranger.read_word()
        if word is None and not stranger.gone:
            return
        self._strangers.remove(stranger)
        if word is None or word > max(Connection) or Connection(word) in self._clients:
            stranger.socket.close()
            return
        self._clients[Connection(word)] = stranger
        self._begin(Connection(word), now_s)

    def _begin(self, connection: Connection, now_s: float) -> None:
        match connection:
            case Connection.TRANSMIT_SAMPLES:
                self._transmit.begin(now_s)
            case Connection.RECEIVE_SAMPLES:
                self._receive.begin(now_s)
                self._outgoing = b""
            case _:
                self._control(connection).reset()

    def _obey(self, connection: Connection) -> None:
        client = self._clients.get(connection)
        while client is not None and (command := client.read_word()) is not None:
            self._control(connection).obey(command)
        if client is not None and client.gone:
            self._control(connection).reset()
            self._drop(connection)

    def _control(self, connection: Connection) -> Control:
        return (self._receive if connection is Connection.RECEIVE_CONTROL else self._transmit).control

    def _fetch(self) -> None:
        """Queue what there is to transmit.

        The server asks the system for a whole transfer and takes what it gets for one: what is missing is what stood
        there before.
        """
        client = self._clients.get(Connection.TRANSMIT_SAMPLES)
        while client is not None and self._transmit.takes and (octets := client.read(TRANSFER_OCTETS)):
            self._transfer[: len(octets)] = octets
            self._transmit.queue(bytes(self._transfer))
        if client is not None and client.gone:
            self._drop(Connection.TRANSMIT_SAMPLES)

    def _give(self, now_s: float) -> None:
        """Send what was received; a transfer is lost while the one before has not gone."""
        client = self._clients.get(Connection.RECEIVE_SAMPLES)
        if client is None:
            return
        while self._receive.due(now_s):
            samples = self._antenna.received(self._receive.control.tuning, TRANSFER)
            if self._outgoing:
                self.lost_transfers += 1
            else:
                self._outgoing = samples.astype("<c8").tobytes()
            self._outgoing = self._outgoing[client.write(self._outgoing) :]
        self._outgoing = self._outgoing[client.write(self._outgoing) :]
        if client.gone:
            self._drop(Connection.RECEIVE_SAMPLES)

    def _drop(self, connection: Connection) -> None:
        self._clients.pop(connection).socket.close()


class _Client:
    """One connection."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self.socket = connection
        self.gone = False
        self._begun = b""

    def read_word(self) -> int | None:
        """Return the next u32 if it is there whole."""
        self._begun += self.read(_WORD - len(self._begun))
        if len(self._begun) < _WORD:
            return None
        word, self._begun = int.from_bytes(self._begun, "little"), b""
        return word

    def read(self, count: int) -> bytes:
        """Return up to so many octets; none if none are there, or the client is gone."""
        try:
            octets = self.socket.recv(count)
        except BlockingIOError:
            return b""
        except OSError:  # a reset
            octets = b""
        self.gone = self.gone or not octets
        return octets

    def write(self, octets: bytes) -> int:
        """Return how many of the octets were sent, each segment apart from the others."""
        sent, left = 0, memoryview(octets)
        try:
            while sent < len(octets):
                sent += self.socket.send(left[sent : sent + _SEGMENT_OCTETS], socket.MSG_EOR)
        except BlockingIOError:
            pass
        except OSError:
            self.gone = True
        return sent
