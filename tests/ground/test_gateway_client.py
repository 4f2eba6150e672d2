"""What a gateway may do to its client, by a server that says what a test gives it to say."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground.errors import RequestError
from ground.gateway_client import Ended, GatewayClient, Queued, Status, Words
from ground.gateway_errors import GatewayError, GatewayLostError, NoGatewayError, RefusedError
from ground.live_events import live_events
from ground.question import Wishes

HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
DONE = "data: [DONE]\n\n"


class Server:
    """Answers one connection after the other with the same octets, and keeps what was asked."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.requests: list[bytes] = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            with connection:
                if not (request := connection.recv(65536)):
                    return
                head, _, body = request.partition(b"\r\n\r\n")
                length = next((int(line[15:]) for line in head.split(b"\r\n") if line[:15] == b"Content-Length:"), 0)
                while len(body) < length:
                    body += connection.recv(65536)
                self.requests.append(head + b"\r\n\r\n" + body)
                connection.sendall(self._answer)

    def close(self) -> None:
        socket.create_connection(self._socket.getsockname()).close()
        self._thread.join(10)
        self._socket.close()


@contextmanager
def serving(answer: str | bytes) -> Iterator[Server]:
    with closing(Server(answer if isinstance(answer, bytes) else answer.encode())) as server:
        yield server


def stream(*lines: str) -> str:
    return f"{HEAD}Connection: close\r\n\r\n{''.join(lines)}"


def chunk(**fields: Any) -> str:
    return f"data: {json.dumps(fields)}\n\n"


def words(text: str, finish_reason: str | None = None) -> str:
    return chunk(choices=[{"index": 0, "delta": {"content": text}, "finish_reason": finish_reason}])


def reply(status: str, body: object) -> str:
    octets = body if isinstance(body, str) else json.dumps(body)
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(octets.encode())}\r\n\r\n{octets}"


def ask(answer: str | bytes, **how: Any) -> list[object]:
    with serving(answer) as server:
        return list(GatewayClient(server.url).ask(Wishes().body("Why?"), **how))


def test_a_stream_from_its_first_comment_to_its_end() -> None:
    assert ask(
        stream(
            ": waits for AOS 14:02:10\n\n",
            ":\r\n\r\n",
            words("Because "),
            "event: nothing\nid: 1\n\n",
            words("so\u2028."),
            words("", "stop"),
            chunk(choices=[], usage={"completion_tokens": 3}, link={"ttft_s": 2.5}),
            words(""),
            DONE,
        )
    ) == [
        Status("waits for AOS 14:02:10"),
        Status(""),
        Words("Because "),
        Words("so\u2028."),
        Ended("stop", {"completion_tokens": 3}, {"ttft_s": 2.5}),
    ]


def test_what_is_asked() -> None:
    wishes = Wishes("Be brief.", 20, 0.5, 7, ("END",), 600.0, within_contact=True)
    said = [{"role": "user", "content": "One?"}, {"role": "assistant", "content": "1"}]
    with serving(stream(DONE)) as server:
        assert list(GatewayClient(server.url + "/", "secret").ask(wishes.body("Two?", said), "key-1"))
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1/chat/completions HTTP/1.1")
    assert b"Authorization: Bearer secret" in head
    assert b"Idempotency-Key: key-1" in head
    assert json.loads(body) == {
        "model": "flatsat",
        "stream": True,
        "stream_options": {"include_usage": True},
        "messages": [{"role": "system", "content": "Be brief."}, *said, {"role": "user", "content": "Two?"}],
        "max_tokens": 20,
        "temperature": 0.5,
        "seed": 7,
        "stop": ["END"],
        "deadline_s": 600.0,
        "within_contact": True,
    }
    assert Wishes().body("Why?") == {"messages": [{"role": "user", "content": "Why?"}]}


def test_a_prompt_that_is_queued() -> None:
    assert ask(reply("202 Accepted", {"prompt_id": "00"})) == [Queued({"prompt_id": "00"})]


@pytest.mark.parametrize("lines", [[], [words("Be")], [words("Be"), "data: {"], [": x\n\n"], ["data"]])
def test_a_stream_that_breaks_off_is_a_gateway_lost(lines: list[str]) -> None:
    with pytest.raises(GatewayLostError, match="went away"):
        ask(stream(*lines))


@pytest.mark.parametrize("line", ["data: {\n\n", "data: 3\n\n", "data: {}\n\n", chunk(choices=[3])])
def test_a_stream_that_says_something_else_is_a_gateway_lost(line: str) -> None:
    with pytest.raises(GatewayLostError, match="no chunk"):
        ask(stream(line, DONE))


def test_an_error_in_a_stream_comes_after_its_words() -> None:
    told = chunk(error={"message": "it was cancelled", "code": "cancelled", "prompt_id": "00"})
    with serving(stream(words("Be"), told)) as server:
        telling = GatewayClient(server.url).ask({})
        assert next(telling) == Words("Be")
        with pytest.raises(RefusedError, match="it was cancelled") as found:
            next(telling)
    assert (found.value.code, found.value.prompt_id, found.value.is_mistake) == ("cancelled", "00", False)


@pytest.mark.parametrize(
    ("status", "is_mistake"), [("400 Bad", True), ("401 No", True), ("429 Full", False), ("503 No", False)]
)
def test_a_refusal_says_whose_fault_it_is(status: str, is_mistake: bool) -> None:
    with pytest.raises(RefusedError, match="why not") as found:
        ask(reply(status, {"error": {"message": "why not", "code": "x"}}))
    assert found.value.is_mistake is is_mistake


@pytest.mark.parametrize("body", ["<html>", "[]", "{}", '{"error": 3}'])
def test_an_error_that_is_not_the_gateways(body: str) -> None:
    with pytest.raises(RefusedError, match="HTTP status 502"):
        ask(reply("502 Bad Gateway", body))


@pytest.mark.parametrize("answer", ["", "SSH-2.0-OpenSSH_9.2\r\n", reply("200 OK", "<html>"), reply("200 OK", "[1]")])
def test_what_is_no_gateway_is_told_so_with_what_starts_one(answer: str) -> None:
    with serving(answer) as server, pytest.raises(NoGatewayError, match=r"no gateway at http.*ground serve --http"):
        GatewayClient(server.url).get("/api/snapshot")


def test_nobody_listens() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    client = GatewayClient(f"http://127.0.0.1:{port}")
    calls: list[Callable[[], object]] = [
        lambda: client.get("/"),
        lambda: client.cancel("0"),
        lambda: next(client.ask({})),
    ]
    for call in calls:
        with pytest.raises(NoGatewayError, match="Connection refused"):
            call()
    with pytest.raises(NoGatewayError, match="Connection refused"), live_events(client):
        pass


@pytest.mark.parametrize(
    "url", ["", "127.0.0.1:8000", "ftp://x", "http://", "http://x:y", "http://x:99999", "http://x/?a"]
)
def test_what_is_no_url(url: str) -> None:
    with pytest.raises(RequestError, match="url is "):
        GatewayClient(url)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reply("200 OK", "{}"), NoGatewayError),
        (reply("429 Full", {"error": {"message": "32 pages watch already"}}), RefusedError),
        (reply("502 Bad", "<html>"), NoGatewayError),
        ("nonsense\r\n\r\n", NoGatewayError),
    ],
)
def test_live_events_that_are_not_to_be_had(answer: str, kind: type[GatewayError]) -> None:
    with serving(answer) as server, pytest.raises(kind), live_events(GatewayClient(server.url)):
        pass


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_whatever_a_server_says_ends_in_an_error_of_ours(pieces: list[bytes]) -> None:
    octets = stream().encode() + b"data:".join(pieces)
    with pytest.raises(GatewayError):
        ask(octets)
