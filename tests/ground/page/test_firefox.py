"""The page in Firefox, by WebDriver BiDi (W3C, Working Draft): Playwright does not drive the one that Debian has."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from tests.ground.page.fake_gateway import FakeGateway
from tests.ground.page.pass_events import link_events

FIREFOX = shutil.which("firefox-esr")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(FIREFOX is None, reason="firefox-esr is not installed (Debian: firefox-esr)"),
]

ENTER = "\ue007"
PICTURES = """[...document.querySelectorAll("canvas:not([width='1'])")].map(each => each.toDataURL())"""
PATIENCE_S = 30.0


class Firefox:
    """A browser with one tab; what it says on its console and asks for is kept."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._ids = count(1)
        self._events: list[dict[str, Any]] = []
        self.do("session.new", capabilities={})
        self.do("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
        self._tab = {"context": self.do("browsingContext.getTree")["contexts"][0]["context"]}

    def do(self, method: str, **params: Any) -> dict[str, Any]:
        """Carry out a command and return its result."""
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while (told := json.loads(self._socket.recv(PATIENCE_S))).get("id") != number:
            self._events.append(told)
        assert told["type"] == "success", told
        return dict(told["result"])

    def open(self, url: str, width: int, height: int) -> None:
        self.do("browsingContext.setViewport", **self._tab, viewport={"width": width, "height": height})
        self.do("browsingContext.navigate", **self._tab, url=url, wait="complete")

    def value(self, expression: str) -> Any:
        """Evaluate JavaScript on the page."""
        as_text = f"JSON.stringify({expression})"
        told = self.do("script.evaluate", expression=as_text, target=self._tab, awaitPromise=False)
        return json.loads(told["result"]["value"])

    def wait_for(self, condition: str) -> None:
        ends = time.monotonic() + PATIENCE_S
        while not self.value(condition):
            assert time.monotonic() < ends, (condition, self.told("log.entryAdded"))
            time.sleep(0.05)

    def type(self, text: str) -> None:
        """Press keys, one after the other."""
        keys = [{"type": move, "value": key} for key in text for move in ("keyDown", "keyUp")]
        self.do("input.performActions", **self._tab, actions=[{"type": "key", "id": "keys", "actions": keys}])

    def told(self, event: str) -> list[dict[str, Any]]:
        """Return what came of an event so far."""
        return [each["params"] for each in self._events if each["method"] == event]


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """In the end it must have said nothing on its console, and asked nobody but gateways."""
    with listening(tmp_path_factory.mktemp("profile")) as address, connect(address, max_size=None) as socket:
        firefox = Firefox(socket)
        yield firefox
        complaints = [entry["text"] for entry in firefox.told("log.entryAdded")]
        asked = [request["request"]["url"] for request in firefox.told("network.beforeRequestSent")]
        firefox.do("session.end")
    assert complaints == []
    assert len(asked) > 20
    assert [url for url in asked if not url.startswith("http://127.0.0.1:")] == []


@contextmanager
def listening(profile: Path) -> Iterator[str]:
    """Run Firefox with a profile of its own; yield where it takes sessions."""
    arguments = ["--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
    home = os.environ | {"HOME": str(profile)}
    with subprocess.Popen(
        [str(FIREFOX), *arguments], env=home, stderr=PIPE, text=True, start_new_session=True
    ) as process:
        try:
            said = (re.search(r"BiDi listening on (ws://\S+)", line) for line in process.stderr or ())
            yield next(found[1] for found in said if found) + "/session"
        finally:
            os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.parametrize("width", [1600, 360])
def test_a_prompt_is_answered_and_each_picture_changes(gateway: FakeGateway, firefox: Firefox, width: int) -> None:
    gateway.tell(*link_events(0, 90))
    firefox.open(gateway.url, width, 1000)
    gateway.tell(*link_events(90, 100))
    firefox.wait_for("document.querySelector('#link-time').textContent.startsWith('99.8')")
    before = firefox.value(PICTURES)
    firefox.value("document.querySelector('textarea').focus() ?? 0")
    firefox.type(f"Capital of France?{ENTER}")
    firefox.wait_for("document.querySelector('.words')?.textContent === 'Paris.'")
    gateway.tell(*link_events(100, 300))
    firefox.wait_for("document.querySelector('#link-time').textContent.startsWith('299.8')")
    after = firefox.value(PICTURES)
    assert len(after) == len(set(after)) == 7
    assert not set(before) & set(after)
    assert firefox.value("[innerWidth, document.documentElement.scrollWidth <= innerWidth]") == [width, True]
