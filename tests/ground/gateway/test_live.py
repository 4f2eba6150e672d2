import json
from contextlib import ExitStack
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from ground.gateway.desk import Desk
from ground.gateway.live import MAX_WATCHERS
from tests.ground.gateway.gateway_process import GatewayProcess
from tests.ground.gateway.test_openai_client import ask, client_of

START_S = 10.0


def watch(gateway: GatewayProcess, **more: Any) -> ClientConnection:
    return connect(f"ws://{gateway.host}/live", proxy=None, open_timeout=START_S, **more)


def hear(watcher: ClientConnection, name: str) -> dict[str, Any]:
    while True:
        event: dict[str, Any] = json.loads(watcher.recv(START_S))
        if event["event"] == name:
            return event


def test_a_watcher_hears_how_it_stands_and_then_every_event(gateway: GatewayProcess) -> None:
    with client_of(gateway) as client, watch(gateway) as watcher:
        hello = json.loads(watcher.recv(START_S))
        assert (hello["event"], hello["forecast"]) == ("hello", None)
        desk = Desk.of(hello["snapshot"])
        answer = ask(client, "Who watches?")
        prompt_id = answer.id.removeprefix("chatcmpl-")
        while desk.prompts.get(prompt_id) is None or desk.prompts[prompt_id].open:
            desk.take(json.loads(watcher.recv(START_S)))
        assert desk.prompts[prompt_id].answer == answer.choices[0].message.content
        assert hear(watcher, "view")["cop1"]["state"] == "active"


def test_views_come_only_while_somebody_looks(gateway: GatewayProcess) -> None:
    with watch(gateway) as watcher:
        hear(watcher, "view")
    for _ in range(2):
        gateway.event("time")
    while not gateway.events.empty():
        gateway.events.get()
    gateway.event("time")
    seen = [gateway.events.get() for _ in range(gateway.events.qsize())]
    assert "view" not in {event["event"] for event in seen}


def test_a_page_of_another_site_hears_nothing(gateway: GatewayProcess) -> None:
    with pytest.raises(InvalidStatus) as caught, watch(gateway, origin="http://elsewhere.example"):
        pass
    assert caught.value.response.status_code == 403
    with watch(gateway, origin=gateway.url) as watcher:
        hear(watcher, "hello")


def test_one_watcher_too_many(gateway: GatewayProcess) -> None:
    with ExitStack() as opened:
        for _ in range(MAX_WATCHERS):
            opened.enter_context(watch(gateway))
        with pytest.raises(InvalidStatus) as caught:
            opened.enter_context(watch(gateway))
    assert caught.value.response.status_code == 429
    assert json.loads(caught.value.response.body)["error"]["code"] == "too_many_watchers"
    with watch(gateway) as watcher:
        hear(watcher, "hello")


def test_what_a_watcher_says_is_of_no_interest_unless_it_is_too_long(gateway: GatewayProcess) -> None:
    with watch(gateway) as watcher:
        watcher.send("{")
        watcher.send(b"\xff")
        hear(watcher, "time")
        watcher.send("x" * 100_000)
        with pytest.raises(ConnectionClosed):
            hear(watcher, "what no station says")
