"""The memory rig with clients: OpenAI's, an operator's terminal, and what is left when it ends."""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from openai import APIConnectionError, OpenAI

from ground.forecast import Forecast
from testbed.errors import ScenarioError, SettingsError
from testbed.faults.fault import Kill
from testbed.physics import work_out
from testbed.rigs.rig import SilentListener
from testbed.rigs.served_memory import ServedMemoryRig
from testbed.scenario import Scenario
from testbed.serving import EVENTS, FORECAST, Serving, forecast_of
from tests.ground.gateway.contract import MODEL, GatewayContract, user

END_S = 20.0


def answer_to(text: str) -> str:
    return f"You asked: {text} That is all I have been told to say."


def loopback(**more: Any) -> Scenario:
    """Return the scenario of the link alone, in real time and with a quick script."""
    scenario = Scenario.load("loopback")
    model = scenario.model.model_copy(update={"tokens_per_s": 100.0})
    return scenario.model_copy(update={"pace": "realtime", "model": model, **more})


def served(
    scenario: Scenario,
    folder: Path,
    listener: SilentListener | None = None,
    no_link: str = "wait",
    record: Path | None = None,
) -> ServedMemoryRig:
    forecast_of(scenario).save(folder / FORECAST)
    serving = Serving("127.0.0.1:0", folder, {"cancel_after_s": "1", "no_link": no_link})
    return ServedMemoryRig(scenario, work_out(scenario, 1), 1, listener or SilentListener(), serving, record)


def ask(url: str, text: str) -> Any:
    with OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0, timeout=60) as client:
        return client.chat.completions.create(model=MODEL, messages=user(text), max_tokens=100)


def events_in(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / EVENTS).read_bytes().split(b"\n")[:-1]]


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedMemoryRig]:
    with served(loopback(), tmp_path_factory.mktemp("served")) as rig:
        yield rig


class TestMemoryRig(GatewayContract):
    @pytest.fixture
    def url(self, rig: ServedMemoryRig) -> str:
        return rig.url

    @pytest.fixture
    def answer_of(self) -> Callable[[str], str]:
        return answer_to


class Listener(SilentListener):
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    def text(self, text: str) -> None:
        self.said.append(("text", text))

    def milestone(self, name: str) -> None:
        self.said.append(("milestone", name))

    def warning(self, message: str) -> None:
        self.said.append(("warning", message))


def test_it_ends_with_its_last_contact_and_tells_what_it_heard(tmp_path: Path) -> None:
    fast, listener = Scenario.load("loopback").model_copy(update={"longest_s": 10.0}), Listener()
    with served(fast, tmp_path, listener) as rig:
        end_s = max(contact.los_s for contact in Forecast.load(tmp_path / FORECAST).contacts)
        asked = ask(rig.url, "Until when?")
        rig.run_to_end()
    with pytest.raises(APIConnectionError):
        ask(rig.url, "Is nobody there?")
    assert asked.choices[0].message.content == answer_to("Until when?")
    assert "".join(text for kind, text in listener.said if kind == "text") == answer_to("Until when?")
    assert ("milestone", "done") in listener.said
    told = events_in(tmp_path)
    assert end_s <= max(event["link_time_s"] for event in told if event["event"] == "time") < end_s + 30.0
    counted = Counter(event["event"] for event in told)
    assert counted["station"] == counted["ready"] == 1
    assert counted["view"] > 4 * counted["time"] - 8 > 0


def test_faults_of_programs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="faults is 'kill sky'; accepted: frames, on the memory rig"):
        served(loopback(faults=[Kill(target="sky")]), tmp_path)


def test_what_the_gateway_refuses_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no-link is 'never'; accepted: wait, queue, fail"):
        served(loopback(), tmp_path, no_link="never").__enter__()


def test_what_the_station_refuses_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match=r"recording: folder is '.*/file', accepted: a folder that can be"):
        served(loopback(), tmp_path, record=tmp_path / "file").__enter__()


# -- as an operator runs it ------------------------------------------------------------------------------------------


class Served:
    """`testbed serve --rig memory` in a folder of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        text = resources.files("testbed").joinpath("scenarios", "loopback.toml").read_text(encoding="utf-8")
        (folder / "slow.toml").write_text(text.replace('"fast"', '"realtime"'), encoding="utf-8")
        told = ["--rig", "memory", "--scenario", "slow.toml", "--http", "127.0.0.1:0", "--out", "run", *options]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "testbed", "serve", *told],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # ignored where tests run in background
        )

    def begin(self) -> None:
        """Wait until it serves."""
        assert self.process.stderr is not None
        words = (word for line in self.process.stderr for word in line.split())
        self.url = next(word for word in words if word.startswith("http://"))
        self.below = descendants(self.process.pid)
        told = Path(f"/proc/{self.below[-1]}/cmdline").read_bytes().split(b"\0")[-2]
        self.scratch = Path(json.loads(told)["folder"])

    def end(self, number: int) -> tuple[str, str]:
        """Send a signal; return what it said last, on standard output and standard error."""
        self.process.send_signal(number)
        return self.process.communicate(timeout=END_S)

    def left(self) -> list[int]:
        """Return the processes that are still there when there should be none."""
        deadline = time.monotonic() + END_S
        while (left := [pid for pid in self.below if is_running(pid)]) and time.monotonic() < deadline:
            time.sleep(0.02)
        return left


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    started: list[Served] = []

    def serve(*options: str) -> Served:
        started.append(Served(tmp_path, *options))
        started[-1].begin()
        return started[-1]

    yield serve
    for each in started:
        if each.process.poll() is None:
            each.end(signal.SIGINT)


def descendants(pid: int) -> list[int]:
    parents = {int(path.name): parent_of(int(path.name)) for path in Path("/proc").iterdir() if path.name.isdigit()}
    found = [pid]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found[1:]


def parent_of(pid: int) -> int | None:
    return int(fields[1]) if (fields := _status(pid)) else None


def is_running(pid: int) -> bool:
    """Whether it is there, and more than a status that nobody has asked for."""
    return bool(fields := _status(pid)) and fields[0] != "Z"


def _status(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_leaves_the_run_and_nothing_else(serve: Callable[..., Served], number: int) -> None:
    rig = serve("--record")
    assert {"ground.journal", "flatsat.journal", "keys"} <= {path.name for path in rig.scratch.iterdir()}
    assert ask(rig.url, "Who interrupts?").choices[0].message.content == answer_to("Who interrupts?")
    printed, said = rig.end(number)
    assert (rig.process.returncode, printed) == (130, "")
    assert said.splitlines()[-1].startswith("testbed: interrupted; the run is in ")
    assert "Traceback" not in said
    assert rig.left() == []
    assert not rig.scratch.exists()
    ends = [f"{end}.sigmf-{kind}" for end in ("flatsat", "ground") for kind in ("data", "meta")]
    assert sorted(path.name for path in (rig.folder / "run").iterdir()) == sorted([*ends, EVENTS, FORECAST])


def test_killed_it_leaves_no_process(serve: Callable[..., Served]) -> None:
    rig = serve()
    assert len(rig.below) == 2
    rig.end(signal.SIGKILL)
    assert rig.left() == []
    shutil.rmtree(rig.scratch)
