"""OpenAI's client against the gateway of a whole rig."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
import openai
import pytest
from openai import OpenAI

from testbed.bench.software import ZMQ_BENCH
from testbed.keys import GROUND
from testbed.physics import work_out
from testbed.rigs.processes import ProcessRig
from testbed.rigs.rig import SilentListener
from testbed.scenario import Scenario
from testbed.serving import EVENTS, FORECAST, Serving, forecast_of
from tests.ground.gateway.contract import MODEL, GatewayContract, user

END_S = 30.0


class ServedRig:
    """A rig whose ground serves clients, tended by a thread of its own."""

    def __init__(self, scenario: Scenario, folder: Path) -> None:
        forecast_of(scenario).save(folder / FORECAST)
        serving = Serving("127.0.0.1:0", folder, {"cancel_after_s": "1"})
        self.rig = ProcessRig(ZMQ_BENCH, scenario, work_out(scenario, 1), 1, SilentListener(), serving=serving)
        self.events = folder / EVENTS
        self._stopping = threading.Event()
        self._todo: list[tuple[Any, threading.Event]] = []
        self._tender = threading.Thread(target=self._tend)

    def __enter__(self) -> "ServedRig":
        self.rig.__enter__()
        self._tender.start()
        deadline = time.monotonic() + END_S
        while httpx2.get(f"{self.url}/api/snapshot").json()["station"] is None:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._tender.join(END_S)
        self.rig.__exit__(None, None, None)

    @property
    def url(self) -> str:
        return self.rig.url

    def do(self, work: Any) -> None:
        """Have the tending thread do something to the rig, and wait until it is done."""
        done = threading.Event()
        self._todo.append((work, done))
        assert done.wait(END_S)

    def wait_until(self, link_time_s: float, work: Any) -> None:
        """Have something done once a link time is reached."""
        while self.rig.link_time_s < link_time_s and not self._stopping.is_set():
            time.sleep(0.01)
        self.do(work)

    def told(self, name: str) -> list[dict[str, Any]]:
        """Return the milestones of a name that the ground has told."""
        events = map(json.loads, self.events.read_bytes().splitlines())
        return [event for event in events if event["event"] == "milestone" and event["name"] == name]

    def _tend(self) -> None:
        while not self._stopping.is_set():
            while self._todo:
                work, done = self._todo.pop(0)
                work(self.rig)
                done.set()
            self.rig.run_for(0.02)


@pytest.fixture(scope="module")
def served() -> Iterator[ServedRig]:
    scenario = Scenario.load("loopback").model_copy(update={"pace": "realtime"})
    with TemporaryDirectory() as folder, ServedRig(scenario, Path(folder)) as served:
        yield served


class TestRig(GatewayContract):
    @pytest.fixture
    def url(self, served: ServedRig) -> str:
        return served.url

    @pytest.fixture
    def answer_of(self) -> Any:
        return lambda text: f"You asked: {text} That is all I have been told to say."


def test_a_gateway_killed_in_mid_answer_delivers_it_to_who_asks_again(served: ServedRig) -> None:
    text, headers = "What is left after a kill?", {"Idempotency-Key": "outlives"}

    def ask(**more: Any) -> Any:
        client = OpenAI(base_url=f"{served.url}/v1", api_key="none", max_retries=8)
        return client.chat.completions.create(
            model=MODEL, messages=user(text), max_tokens=100, extra_headers=headers, **more
        )

    stream = ask(stream=True)
    words = []
    with pytest.raises(openai.APIError):  # noqa: PT012 - words have to come first
        for chunk in stream:
            words.append(chunk.choices[0].delta.content or "")
            if len(words) == 3:
                served.do(lambda rig: rig.restart(GROUND))
    answer = ask().choices[0].message.content
    assert answer == f"You asked: {text} That is all I have been told to say."
    assert answer.startswith("".join(words))
    queued = [event for event in served.told("queued") if event["detail"]["text"] == text]
    assert len({event["prompt_id"] for event in queued}) == 1


def test_a_stream_goes_on_after_a_loss_of_signal_of_30_s(tmp_path: Path) -> None:
    text, lost_s = "What is left after half a minute?", 30.0
    scenario = Scenario.load("loopback")
    scenario = scenario.model_copy(update={"model": scenario.model.model_copy(update={"tokens_per_s": 4.0})})
    words: list[str] = []
    with ServedRig(scenario, tmp_path) as served:
        client = OpenAI(base_url=f"{served.url}/v1", api_key="none", max_retries=0, timeout=60)
        for chunk in client.chat.completions.create(model=MODEL, messages=user(text), max_tokens=100, stream=True):
            words.append(chunk.choices[0].delta.content or "")
            if len(words) == 3:
                back_s = served.rig.link_time_s + lost_s
                served.do(lambda rig: shade(rig, 60.0))
                threading.Thread(target=served.wait_until, args=(back_s, lambda rig: shade(rig, 0.0))).start()
        (done,) = served.told("done")
    assert "".join(words) == f"You asked: {text} That is all I have been told to say."
    assert done["link_time_s"] > back_s, "it did not end before the signal was back"


def shade(rig: ProcessRig, attenuation_db: float) -> None:
    for leg in ("uplink", "downlink"):
        rig.attenuate(leg, attenuation_db)
