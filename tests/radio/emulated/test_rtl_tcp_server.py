import socket
import struct
import time
from contextlib import closing, contextmanager

import numpy as np
import pytest

from radio.emulated.rtl_tcp import Command, Op
from radio.emulated.rtl_tcp_server import RtlTcpPortError, RtlTcpServer

ANY = "rtl_tcp://127.0.0.1:*"
HEADER = b"RTL0\x00\x00\x00\x05\x00\x00\x00\x1d"
BLOCK = np.zeros(2400, dtype=np.complex64)


class Server(RtlTcpServer):
    """One whose news can be looked at."""

    def __init__(self, dongle, endpoint=ANY):
        self.news, self.of = [], dongle
        super().__init__(dongle, endpoint, lambda state, client: self.news.append((state, client)))

    @property
    def states(self):
        return [state for state, _ in self.news]


@pytest.fixture
def server(make_dongle):
    with closing(Server(make_dongle())) as one:
        yield one


@contextmanager
def client_of(server, read_octets=None):
    host, port = server.endpoint.removeprefix("rtl_tcp://").split(":")
    with socket.socket() as one:
        if read_octets:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, read_octets)
        one.settimeout(5)
        one.connect((host, int(port)))
        yield one


def read(client, count):
    parts = []
    while count:
        parts.append(client.recv(count))
        assert parts[-1]
        count -= len(parts[-1])
    return b"".join(parts)


def until(done, work=lambda: None):
    """Loopback takes its moment."""
    deadline = time.monotonic() + 10
    while not done():
        work()
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_a_client_gets_header_and_samples_at_once(server):
    with client_of(server) as client:
        until(lambda: server.states, lambda: server.put(BLOCK))
        octets = read(client, 12 + 4800)
    assert octets[:12] == HEADER
    assert np.mean(np.frombuffer(octets[12:], dtype=np.uint8)) == pytest.approx(127.5, abs=1)


def test_the_header_does_not_wait_for_samples(server):
    with client_of(server) as client:
        until(lambda: server.states, server.attend)
        assert read(client, 12) == HEADER


def test_samples_are_those_of_the_dongle_in_order(server, make_dongle):
    twin = make_dongle()
    with client_of(server) as client:
        until(lambda: server.states, server.attend)
        for _ in range(20):
            server.put(BLOCK)
        assert read(client, 12 + 20 * 4800)[12:] == b"".join(twin.receive(BLOCK) for _ in range(20))


def test_what_a_client_takes_in_parts_is_whole(server, make_dongle):
    twin, sent, heard = make_dongle(), [], []
    with client_of(server, read_octets=4096) as client:
        until(lambda: server.states, server.attend)
        assert read(client, 12) == HEADER
        while server.waiting_octets < 50_000:
            server.put(BLOCK)
            sent.append(twin.receive(BLOCK))
        while sum(map(len, heard)) < sum(map(len, sent)):
            heard.append(client.recv(100_000))
            server.attend()
    assert b"".join(heard) == b"".join(sent)


class Broken:
    """A connection whose reset is seen by the sender first."""

    def recv(self, count):
        raise BlockingIOError

    def send(self, octets):
        raise BrokenPipeError

    def close(self):
        pass


def test_a_reset_that_the_sender_sees_first_is_survived(server):
    with client_of(server):
        until(lambda: server.states, server.attend)
        server._client.connection.close()
        server._client.connection = Broken()
        server.put(BLOCK)
        assert server.states == ["connected", "gone"]


def test_commands_are_obeyed_however_they_are_cut(server):
    octets = Command(Op.FREQUENCY, 145_900_000).encode() + b"\x77abcd" + Command(Op.SAMPLE_RATE, 1_024_000).encode()
    with client_of(server) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for k in range(len(octets)):
            client.sendall(octets[k : k + 1])
            server.attend()
        until(lambda: server.of.state.sample_rate_hz == 1_024_000, server.attend)
    assert server.of.state.frequency_hz == 145_900_000


def test_a_new_sample_rate_gives_that_many_samples(server):
    with client_of(server) as client:
        client.sendall(Command(Op.SAMPLE_RATE, 2_400_000).encode())
        until(lambda: server.of.state.sample_rate_hz == 2_400_000, server.attend)
        assert read(client, 12) == HEADER
        server.put(BLOCK)
        assert len(read(client, 48_000)) == 48_000


def test_a_second_client_waits_until_the_first_has_gone(server):
    with client_of(server) as first:
        until(lambda: server.states == ["connected"], server.attend)
        with client_of(server) as second:
            for _ in range(5):
                server.put(BLOCK)
            second.settimeout(0.05)
            with pytest.raises(TimeoutError):
                second.recv(1)
            first.close()
            until(lambda: server.states == ["connected", "gone", "connected"], server.attend)
            second.settimeout(5)
            assert read(second, 12) == HEADER


def test_who_comes_again_finds_the_dongle_as_it_was_left(server):
    for k in range(3):
        with client_of(server) as client:
            until(lambda k=k: server.states.count("connected") == k + 1, server.attend)
            client.sendall(Command(Op.FREQUENCY, 433_920_000).encode())
            server.put(BLOCK)
            assert read(client, 12 + 4800)[:12] == HEADER
            until(lambda: server.of.state.frequency_hz == 433_920_000, server.attend)
        until(lambda k=k: server.states.count("gone") == k + 1, server.attend)


@pytest.mark.parametrize("sending", [False, True])
def test_a_reset_is_survived(server, sending):
    with client_of(server) as client:
        until(lambda: server.states, server.attend)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        server.put(BLOCK)
    until(lambda: "gone" in server.states, lambda: server.put(BLOCK) if sending else server.attend())
    with client_of(server) as client:
        until(lambda: server.states.count("connected") == 2, server.attend)
        assert read(client, 12) == HEADER


def test_who_takes_nothing_is_cut_off_and_nothing_piles_up(server):
    with client_of(server, read_octets=4096) as client:
        until(lambda: server.states, server.attend)
        most = 0
        for _ in range(20_000):
            server.put(BLOCK)
            most = max(most, server.waiting_octets)
            if "too slow" in server.states:
                break
        assert server.states == ["connected", "too slow"]
        assert 480_000 < most < 480_000 + 2 * 4800
        assert server.waiting_octets == 0
        server.put(BLOCK)
    with client_of(server) as client:
        until(lambda: server.states.count("connected") == 2, server.attend)
        assert read(client, 12) == HEADER


def test_it_is_told_who_the_client_is(server):
    with client_of(server) as client:
        until(lambda: server.states, server.attend)
        assert server.news == [("connected", "{}:{}".format(*client.getsockname()))]


@pytest.mark.parametrize(
    "endpoint",
    ["rtl_tcp://127.0.0.1", "rtl_tcp://127.0.0.1:99999", "tcp://127.0.0.1:1234", "rtl_tcp://:1", "rtl_tcp:x"],
)
def test_an_endpoint_that_is_none_is_told(make_dongle, endpoint):
    with pytest.raises(RtlTcpPortError, match="is no address and port; accepted: a free one such as rtl_tcp://"):
        Server(make_dongle(), endpoint)


def test_a_port_in_use_is_told(make_dongle, server):
    with pytest.raises(RtlTcpPortError, match="in use") as caught:
        Server(make_dongle(), server.endpoint)
    assert caught.value.endpoint == server.endpoint


def test_an_address_of_another_machine_is_told(make_dongle):
    with pytest.raises(RtlTcpPortError, match=r"rtl_tcp port rtl_tcp://192\.0\.2\.1:1234: Cannot assign"):
        Server(make_dongle(), "rtl_tcp://192.0.2.1:1234")


def test_port_0_is_a_free_one(make_dongle):
    with closing(Server(make_dongle(), "rtl_tcp://127.0.0.1:0")) as one:
        assert int(one.endpoint.rpartition(":")[2]) > 1023
