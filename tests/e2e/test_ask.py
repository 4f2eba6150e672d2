"""One question, there and back: the same tests on every rig."""

import json
import os
import signal
import subprocess
import sys
import time
from importlib import resources
from pathlib import Path

import pytest

from flatsat.engine import GenerationRequest
from flatsat.hugging_face.engine import TransformersEngine
from flatsat.scripted_engine import ScriptedEngine
from protocol.journey import Milestone
from testbed.errors import RigError
from testbed.physics import work_out
from testbed.rigs.rig import AskRequest, SilentListener
from testbed.scenario import Scenario
from testbed.session import ask_once, make_rig

SEED = 3
PROMPTS = (
    "What is the capital of France?",
    "Translate 'good morning, café' to Japanese (日本語) and add a 🛰 emoji.",
)
MOST_TOKENS = 24
ALWAYS_IN_THIS_ORDER = (
    Milestone.QUEUED,
    Milestone.AOS,
    Milestone.UPLINK_FIRST_SAMPLE,
    Milestone.PROMPT_RECEIVED,
    Milestone.INFERENCE_STARTED,
    Milestone.PREFILL_DONE,
    Milestone.FIRST_TOKEN,
    Milestone.SEGMENT_SENT,
    Milestone.SEGMENT_RECEIVED,
    Milestone.FIRST_WORD_SHOWN,
    Milestone.DONE,
)


@pytest.fixture(scope="module")
def direct_answers(engine: TransformersEngine) -> dict[str, str]:
    """What the model says to each prompt when it is asked directly: once for all rigs."""
    return {prompt: engine.direct_answer(GenerationRequest(prompt, max_tokens=MOST_TOKENS)) for prompt in PROMPTS}


@pytest.mark.model
def test_the_answer_over_the_radio_is_what_the_model_says(
    rig_name: str, direct_answers: dict[str, str], default_fast: Scenario
) -> None:
    physics = work_out(default_fast, SEED)
    with make_rig(rig_name, default_fast, physics, SEED, SilentListener()) as rig:
        answers = {prompt: rig.ask(AskRequest(prompt, max_tokens=MOST_TOKENS)).answer for prompt in PROMPTS}
    assert answers == direct_answers


def test_the_record_of_a_run_is_whole(rig_name: str, loopback: Scenario) -> None:
    prompt = "Où est le satellite? 🛰"
    record = ask_once(rig_name, loopback, SEED, AskRequest(prompt), SilentListener())
    found = record.to_json()
    json.dumps(found)
    assert found["answer"] == ScriptedEngine().answer(prompt)
    assert (found["finish_reason"], found["rig"], found["seed"]) == ("stop", rig_name, SEED)
    first = {event["event"]: event["link_time_s"] for event in reversed(found["timeline"])}
    times = [first[milestone.value] for milestone in ALWAYS_IN_THIS_ORDER]
    assert times == sorted(times)
    assert set(found["latency"]) == {
        *("ttft_s", "itl_s", "e2e_s", "inference_s", "link_limit_s", "overhead_ratio"),
        *("goodput_token_s", "goodput_octet_s"),
    }
    assert found["latency"]["overhead_ratio"] >= 1
    assert found["latency"]["e2e_s"] == pytest.approx(first["done"] - first["queued"], abs=1e-4)
    for leg, doppler_hz in (("uplink", 2941), ("downlink", 8809)):
        numbers = found["link"][leg]
        assert numbers["frames_sent"] == numbers["frames_received"] > 0
        assert numbers["frames_lost"] == numbers["retransmissions"] == 0
        assert numbers["doppler_hz_first"] == pytest.approx(doppler_hz, abs=30)
        assert numbers["eb_n0_db_measured"] == pytest.approx(numbers["eb_n0_db_predicted"], abs=1.0)


def _running(marker: str) -> list[int]:
    """Processes with a given variable in their environment."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if marker.encode() in (entry / "environ").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


@pytest.mark.parametrize(
    ("how", "delay_s"),
    [(signal.SIGINT, 0.6), (signal.SIGINT, 2.0), (signal.SIGINT, 4.0), (signal.SIGTERM, 3.0), (signal.SIGKILL, 3.0)],
)
def test_nothing_is_left_behind(how: signal.Signals, delay_s: float, tmp_path: Path) -> None:
    slow = resources.files("testbed").joinpath("scenarios", "loopback.toml").read_text(encoding="utf-8")
    (tmp_path / "slow.toml").write_text(slow.replace("tokens_per_s = 25.0", "tokens_per_s = 0.5"), encoding="utf-8")
    marker = f"TESTBED_MARK={tmp_path.name}-{delay_s}-{how}"
    name, _, value = marker.partition("=")
    process = subprocess.Popen(
        [sys.executable, "-m", "testbed", "ask", "hello", "--scenario", "slow.toml", "--rig", "zmq"],
        env={**os.environ, name: value, "TMPDIR": str(tmp_path)},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # ignored where tests run in the background
    )
    time.sleep(delay_s)
    process.send_signal(how)
    output, _ = process.communicate(timeout=20)
    deadline = time.monotonic() + 10
    while _running(marker) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert _running(marker) == []
    assert process.returncode != 0
    assert b"Traceback" not in output
    if how is not signal.SIGKILL:
        assert list(tmp_path.glob("flatsat-testbed-*")) == []


def test_a_sky_that_stands_still_is_named(loopback: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("testbed.rigs.processes.STILL_S", 1.0)
    monkeypatch.setattr("testbed.rigs.child._STOP_S", 0.5)
    with make_rig("zmq", loopback, work_out(loopback, SEED), SEED, SilentListener()) as rig:
        os.kill(rig._children["sky"]._process.pid, signal.SIGSTOP)
        with pytest.raises(RigError, match="the sky stands still"):
            rig.ask(AskRequest("hello"))


@pytest.mark.parametrize("name", ["sky", "ground"])
def test_a_program_that_is_killed_while_it_reports_is_named(name: str, loopback: Scenario) -> None:
    with make_rig("zmq", loopback, work_out(loopback, SEED), SEED, SilentListener()) as rig:
        rig.ask(AskRequest("hello"))
        rig._children[name]._process.kill()
        with pytest.raises(RigError, match=rf"{name} (was ended by SIGKILL|ended)"):
            rig.report()
