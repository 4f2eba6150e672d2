"""The port over which the flatsat holds link time to the wall clock, and who may use it.

Without keys it is for programs of one machine: a loopback address, and no other. With keys both ends know each other
by CURVE (ZeroMQ RFC 26), and the sky lets in those on its list alone, which a ZAP handler (RFC 27) looks up: a CURVE
server without one lets in whoever knows its public key.
"""

import ipaddress
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

import zmq
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from edge.control_key_file import ControlKeyFile
from radio.errors import LinkPortError
from radio.zmq_iq import Pollable, bind, connect, open_socket, receive

if TYPE_CHECKING:
    from radio.zmq_iq import Socket

_DOMAIN = b"control"
_ZAP_ENDPOINT = "inproc://zeromq.zap.01"
_LONGEST = 1024
"""Octets of a message: the longest of a handshake has some 300, a request less than 100."""


def new_control_keys(random_bytes: Callable[[int], bytes]) -> tuple[ControlKeyFile, ControlKeyFile]:
    """Return the keys of a sky and of the one flatsat that it lets in."""
    sky, flatsat = random_bytes(32), random_bytes(32)
    return (
        ControlKeyFile(end="sky", secret_key=sky.hex(), peers=(_public_key(flatsat).hex(),)),
        ControlKeyFile(end="flatsat", secret_key=flatsat.hex(), peers=(_public_key(sky).hex(),)),
    )


class HoldServer:
    """The sky's side of a hold: nodes say ``hold NAME`` or ``release NAME`` and wait for the reply."""

    def __init__(
        self,
        endpoint: str,
        names: Collection[str],
        on_hold: Callable[[str], None],
        on_release: Callable[[str], None],
        keys: ControlKeyFile | None = None,
    ) -> None:
        """Bind; raise LinkPortError if the endpoint is taken, not valid, or open to others without keys."""
        _check_reach(endpoint, keys)
        self._context: zmq.Context[Socket] = zmq.Context()  # of its own: a context has but one ZAP handler
        self._door = _Door(self._context, keys.peers) if keys else None
        self.socket = open_socket(zmq.REP, self._context)
        self.socket.setsockopt(zmq.MAXMSGSIZE, _LONGEST)
        if keys:
            _lock(self.socket, keys)
        try:
            self.endpoint = bind(self.socket, endpoint)
        except LinkPortError:
            self.close()
            raise
        self.listening = True
        self._names, self._verbs = names, {"hold": on_hold, "release": on_release}

    @property
    def ports(self) -> tuple[Pollable, ...]:
        """What a poller has to serve."""
        return (self, self._door) if self._door else (self,)

    def on_readable(self) -> None:
        """Carry out one request."""
        verb, _, name = receive(self.socket).decode(errors="replace").partition(" ")
        known = verb in self._verbs and name in self._names
        if known:
            self._verbs[verb](name)
        self.socket.send(b"ok" if known else b"unknown")

    def close(self) -> None:
        """Close the socket, and what keeps its door."""
        self.socket.close()
        if self._door:
            self._door.close()
        self._context.term()


class _Door:
    """A ZAP handler: says for each client that connects whether its public key is on the list.

    A port among the program's others: zmq.auth's handler needs a thread, and its interface differs between versions.
    """

    def __init__(self, context: "zmq.Context[Socket]", allowed: Collection[str]) -> None:
        self._allowed = {bytes.fromhex(each) for each in allowed}
        self.socket = open_socket(zmq.REP, context)
        bind(self.socket, _ZAP_ENDPOINT)
        self.listening = True

    def on_readable(self) -> None:
        """Answer one request (RFC 27: it comes from this process's own libzmq)."""
        version, request_id, _domain, _address, _identity, mechanism, *credentials = self.socket.recv_multipart()
        known = mechanism == b"CURVE" and credentials[0] in self._allowed
        status, text = (b"200", b"OK") if known else (b"400", b"not on the list")
        self.socket.send_multipart([version, request_id, status, text, b"", b""])

    def close(self) -> None:
        self.socket.close()


class HoldClient:
    """A node's side of a hold."""

    def __init__(
        self,
        endpoint: str,
        name: str,
        keys: ControlKeyFile | None = None,
        on_silence: Callable[[], None] = lambda: None,
        timeout_s: float = 5.0,
    ) -> None:
        """Connect; raise LinkPortError if the endpoint is not valid, or of another machine and there are no keys.

        ``on_silence`` is called when a sky has not answered in time.
        """
        _check_reach(endpoint, keys)
        self._endpoint, self._name, self._keys, self._timeout_s = endpoint, name, keys, timeout_s
        self._on_silence = on_silence
        self._held = False
        self._socket = self._connected()

    def set(self, held: bool) -> None:
        """Hold link time to the wall clock, or release it.

        Without a sky no link time passes: who does not answer is asked again by ``renew``.
        """
        self._held = held
        try:
            self._socket.send(f"{'hold' if held else 'release'} {self._name}".encode())
            self._socket.recv()
        except zmq.ZMQError:
            self._socket.close()
            self._socket = self._connected()
            self._on_silence()

    def renew(self) -> None:
        """Tell a sky that may be another one than before."""
        if self._held:
            self.set(True)

    def _connected(self) -> "Socket":
        socket = open_socket(zmq.REQ)
        for option in (zmq.RCVTIMEO, zmq.SNDTIMEO):  # who was refused has nobody to send to, and waits to send
            socket.setsockopt(option, int(1000 * self._timeout_s))
        if self._keys:
            _unlock(socket, self._keys)
        connect(socket, self._endpoint)
        return socket

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


def _check_reach(endpoint: str, keys: ControlKeyFile | None) -> None:
    """Raise LinkPortError for an endpoint that others than this machine's programs reach, unless there are keys."""
    if not (keys or _is_loopback(endpoint)):
        reason = "without keys a control port is for this machine alone"
        raise LinkPortError(endpoint, reason, "a free endpoint on 127.0.0.1, or a file of keys from 'testbed keys new'")


def _is_loopback(endpoint: str) -> bool:
    scheme, _, place = endpoint.partition("://")
    try:
        return scheme == "tcp" and ipaddress.IPv4Address(place.rpartition(":")[0]).is_loopback
    except ValueError:
        return False


def _lock(socket: "Socket", keys: ControlKeyFile) -> None:
    """Let a server's socket talk to CURVE clients alone, and to none if nobody keeps its door."""
    socket.setsockopt(zmq.CURVE_SERVER, 1)
    socket.setsockopt(zmq.CURVE_SECRETKEY, bytes.fromhex(keys.secret_key))
    socket.setsockopt(zmq.ZAP_DOMAIN, _DOMAIN)
    socket.setsockopt(zmq.ZAP_ENFORCE_DOMAIN, 1)


def _unlock(socket: "Socket", keys: ControlKeyFile) -> None:
    """Let a client's socket talk to the one server that has the secret key to a public one."""
    secret_key = bytes.fromhex(keys.secret_key)
    socket.setsockopt(zmq.CURVE_SERVERKEY, bytes.fromhex(keys.peers[0]))
    socket.setsockopt(zmq.CURVE_PUBLICKEY, _public_key(secret_key))
    socket.setsockopt(zmq.CURVE_SECRETKEY, secret_key)


def _public_key(secret_key: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(secret_key).public_key().public_bytes_raw()
