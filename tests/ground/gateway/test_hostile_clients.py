"""Garbage, clients that vanish or do not read, and what is left of them."""

import json
import os
import random
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ground.gateway.request_body import MAX_BODY_OCTETS
from tests.ground.gateway.conftest import Start
from tests.ground.gateway.contract import MODEL, user
from tests.ground.gateway.fake_station import answer_to
from tests.ground.gateway.gateway_process import GatewayProcess
from tests.ground.gateway.test_openai_client import ask, client_of

REQUESTS = int(os.environ.get("GATEWAY_REQUESTS", "120"))
"""For the test that nothing leaks: 10,000 take some minutes."""
REPLY_S = 10.0


@contextmanager
def line_to(gateway: GatewayProcess) -> Iterator[socket.socket]:
    with socket.create_connection(gateway.address, timeout=REPLY_S) as line:
        yield line


def reply_to(gateway: GatewayProcess, octets: bytes, then_close: bool = True) -> bytes:
    """Return what is answered to octets that nothing follows; nothing if the connection is reset."""
    with line_to(gateway) as line:
        try:
            line.sendall(octets)
            if then_close:
                line.shutdown(socket.SHUT_WR)
            reply = b""
            while part := line.recv(65536):
                reply += part
        except ConnectionError:
            return b""
        return reply


def post(gateway: GatewayProcess, body: bytes) -> httpx2.Response:
    return httpx2.post(f"{gateway.url}/v1/chat/completions", content=body, timeout=REPLY_S)


def assert_typed(status: int, body: bytes) -> None:
    error = json.loads(body)["error"]
    assert {"message", "type", "param", "code"} <= error.keys()
    assert 400 <= status < 500


@settings(max_examples=40)
@given(garbage=st.binary(max_size=300))
def test_garbage_is_answered_with_a_typed_error_or_not_at_all(gateway: GatewayProcess, garbage: bytes) -> None:
    if reply := reply_to(gateway, garbage):
        head, _, body = reply.partition(b"\r\n\r\n")
        assert_typed(int(head.split()[1]), body)


@settings(max_examples=40)
@given(
    body=st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda each: st.lists(each, max_size=3))
)
def test_json_that_is_no_request(gateway: GatewayProcess, body: object) -> None:
    reply = post(gateway, json.dumps(body).encode())
    assert_typed(reply.status_code, reply.content)


@pytest.mark.parametrize(
    ("octets", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX: " + b"y" * 20_000 + b"\r\n\r\n", 431),
        (b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n{", 413),
        (b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n{", 400),
        (b"DELETE /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 405),
        (b"GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 404),
        (b"GET /v1/models HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n", 403),
        (b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\nOrigin: http://elsewhere\r\nConnection: close\r\n\r\n", 403),
        (b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\nOrigin: http://[\r\nConnection: close\r\n\r\n", 403),
        (b"GET /v1/models HTTP/1.1\r\nHost: [::\r\nConnection: close\r\n\r\n", 403),
        (b"GET /v1/prompts/..%2f..%2fetc HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 404),
        (b"GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 404),
    ],
)
def test_requests_that_cannot_be_served(gateway: GatewayProcess, octets: bytes, status: int) -> None:
    head, _, body = reply_to(gateway, octets, then_close=False).partition(b"\r\n\r\n")
    assert int(head.split()[1]) == status
    assert_typed(status, body)


def test_bodies_at_and_beyond_the_bound(gateway: GatewayProcess) -> None:
    def padded(octets: int) -> bytes:
        body = json.dumps({"model": MODEL, "messages": user("Why?"), "x": ""}).encode()
        return body[:-2] + b"y" * (octets - len(body)) + body[-2:]

    assert post(gateway, padded(MAX_BODY_OCTETS)).status_code == 200
    too_large = post(gateway, padded(MAX_BODY_OCTETS + 1))
    assert_typed(too_large.status_code, too_large.content)
    assert too_large.status_code == 413
    in_chunks = httpx2.post(f"{gateway.url}/v1/chat/completions", content=iter([b" " * 65536] * 5), timeout=REPLY_S)
    assert_typed(in_chunks.status_code, in_chunks.content)
    assert in_chunks.status_code == 413, "whose length is not said before"
    deep = post(gateway, b"[" * 100_000)
    assert_typed(deep.status_code, deep.content)


def test_websockets_that_are_none(gateway: GatewayProcess) -> None:
    upgrade = b"GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    assert b" 4" in reply_to(gateway, upgrade + b"\r\n").split(b"\r\n")[0]
    key = b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    for garbage in (b"\xff" * 100, b"\x81\x05hello", b"\x88\x80", b"\x81\xff" + b"\xff" * 8):
        assert reply_to(gateway, upgrade + key + garbage).startswith(b"HTTP/1.1 101")
    assert httpx2.get(f"{gateway.url}/v1/models").status_code == 200


def test_a_client_that_does_not_read_holds_nobody_up(gateway: GatewayProcess) -> None:
    body = json.dumps({"model": MODEL, "messages": user("long and unread"), "stream": True}).encode()
    head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body)
    with line_to(gateway) as line, client_of(gateway) as client:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.sendall(head + body)
        assert ask(client, "Am I held up?").choices[0].message.content == answer_to("Am I held up?")


def resources(gateway: GatewayProcess) -> tuple[int, int]:
    """Return the octets that a process has in memory, and its open files."""
    proc = Path(f"/proc/{gateway.process.pid}")
    pages = int((proc / "statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE"), len(list((proc / "fd").iterdir()))


def test_nothing_leaks(start: Start) -> None:
    gateway = start(cancel_after_s=0.05)
    rng = random.Random(1)
    with httpx2.Client(timeout=REPLY_S) as client:
        for number in range(REQUESTS):
            if number == REQUESTS // 5:
                before_octets, before_files = resources(gateway)
            one_request(gateway, client, rng, number)
    time.sleep(1.0)
    after_octets, after_files = resources(gateway)
    grown_octets = after_octets - before_octets
    grown = {"files": after_files - before_files, "MiB": grown_octets / 2**20}
    assert grown["files"] <= 2, grown
    assert grown["MiB"] < 16, grown


def one_request(gateway: GatewayProcess, client: httpx2.Client, rng: random.Random, number: int) -> None:
    """Ask, ask and vanish, or say nonsense."""
    body = json.dumps({"model": MODEL, "messages": user(f"q{number}"), "stream": rng.random() < 0.5}).encode()
    match number % 6:
        case 0:
            client.post(f"{gateway.url}/v1/chat/completions", content=body)
        case 1:
            reply_to(gateway, rng.randbytes(50))
        case 2:
            client.post(f"{gateway.url}/v1/chat/completions", content=b'{"model"')
        case 3:
            client.get(f"{gateway.url}/nothing")
        case 4:
            client.get(f"{gateway.url}/api/snapshot")
        case 5:
            with line_to(gateway) as line:
                line.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n")
                line.sendall(b"Content-Length: %d\r\n\r\n" % len(body) + body)
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, no farewell
