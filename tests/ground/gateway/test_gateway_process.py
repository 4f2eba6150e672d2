import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import openai
import pytest

from tests.ground.gateway.conftest import Start
from tests.ground.gateway.fake_station import answer_to
from tests.ground.gateway.gateway_process import GatewayProcess
from tests.ground.gateway.test_openai_client import ask, client_of

END_S = 2.0
KEYS = '[keys]\nalice = "alices-key-0123456789"\nbob = "bobs-key-01234567890"\n'


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_soon_and_quietly_in_the_midst_of_a_stream(start: Start, number: int) -> None:
    gateway = start()
    with client_of(gateway) as client:
        stream = ask(client, "slow and interrupted", stream=True)
        next(iter(stream))
        begin_s = time.monotonic()
        said = gateway.end(number)
        assert (said, gateway.process.returncode) == ("", 0)
        assert time.monotonic() - begin_s < END_S
        with pytest.raises(openai.APIError, match="the gateway ends"):
            list(stream)


def test_killed_and_started_again_it_delivers_to_who_asks_with_the_same_key(start: Start) -> None:
    gateway, headers = start(), {"Idempotency-Key": "mine"}
    with client_of(gateway) as client:
        stream = ask(client, "slow and killed", stream=True, extra_headers=headers)
        first = next(iter(stream)).id
        gateway.kill()
    with client_of(start()) as client:
        again = ask(client, "slow and killed", extra_headers=headers)
        later = ask(client, "slow and killed", extra_headers=headers)
    assert again.id == later.id == first
    assert again.choices[0].message.content == answer_to("slow and killed")


def test_lines_go_down_and_come_up_as_without_it(start: Start) -> None:
    gateway = start()
    gateway.tell(command="ask", prompt_id="00" * 8, text="By line?")
    told = gateway.event("milestone", prompt_id="00" * 8)
    assert (told["name"], told["detail"]) == ("queued", {"text": "By line?"})
    gateway.event("milestone", prompt_id="00" * 8, name="done")
    told = httpx2.get(f"{gateway.url}/v1/prompts/{'00' * 8}").json()
    assert told["answer"] == answer_to("By line?")


def test_views_come_though_nobody_looks(start: Start) -> None:
    assert start().event("view")["link_time_s"] > 0


def test_it_ends_with_its_station(start: Start) -> None:
    gateway = start()
    gateway.tell(command="no such command")  # asks for a prompt_id, which there is none
    gateway.event("rejected")
    (station,) = subprocess.run(
        ["pgrep", "-P", str(gateway.process.pid)], capture_output=True, text=True, check=True
    ).stdout.split()
    subprocess.run(["kill", "-KILL", station], check=True)
    assert gateway.process.wait(END_S + 3.0) == 128 + signal.SIGKILL


def test_keys_are_wanted_where_there_are_any(start: Start, tmp_path: Path) -> None:
    keys = tmp_path / "keys.toml"
    keys.write_text(KEYS)
    keys.chmod(0o600)
    gateway = start(api_keys=str(keys), max_prompts_of_key=1)
    with pytest.raises(openai.AuthenticationError) as caught:
        ask(client_of(gateway), "Who am I?")
    assert caught.value.code == "invalid_api_key"
    alice, bob = (client_of(gateway, key=key) for key in ("alices-key-0123456789", "bobs-key-01234567890"))
    headers = {"Idempotency-Key": "the same word"}
    stream = ask(alice, "slow, of alice", stream=True, extra_headers=headers)
    of_alice = next(iter(stream)).id
    with pytest.raises(openai.RateLimitError, match="one key"):
        ask(alice, "One more?")
    assert ask(bob, "slow, of bob", extra_headers=headers).id != of_alice
    stream.close()
    assert httpx2.get(f"{gateway.url}/api/snapshot").status_code == 401
    assert httpx2.get(f"{gateway.url}/api/snapshot?key=bobs-key-01234567890").status_code == 200
    assert httpx2.get(f"{gateway.url}/").status_code == 200, "the page asks for the key"


def test_what_it_keeps_it_shows_again(start: Start, tmp_path: Path) -> None:
    kept = tmp_path / "events.jsonl"
    gateway = start(events=str(kept))
    with client_of(gateway) as client:
        answer = ask(client, "Again?")
    time.sleep(0.3)
    assert gateway.end() == ""
    with kept.open("ab") as file:
        file.write(b'{"event": "cut off with the gatew')
    command = [sys.executable, "-m", "ground", "replay-events", str(kept), "--http", "127.0.0.1:0", "--speed", "50"]
    replay = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert replay.stdout is not None
        events = (json.loads(line) for line in replay.stdout)
        url = next(event["url"] for event in events if event["event"] == "http")
        assert next(events)["event"] == "replayed"
        snapshot = httpx2.get(f"{url}/api/snapshot").json()
        (prompt,) = snapshot["prompts"]
        assert (prompt["answer"], prompt["status"]) == (answer.choices[0].message.content, "answered")
        assert snapshot["cop1"]["state"] == "active"
        refused = httpx2.post(f"{url}/v1/chat/completions", json={})
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "replay")
        assert httpx2.delete(f"{url}/v1/prompts/{prompt['prompt_id']}").status_code == 503
    finally:
        replay.terminate()
        _, said = replay.communicate()
    assert (replay.returncode, said) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--http", "0.0.0.0:0"], "--api-keys"),
        (["--http", "nonsense"], "HOST:PORT"),
        (["--http", "127.0.0.1:0", "--no-link", "pray"], "wait, queue, fail"),
        (["--http", "127.0.0.1:0", "--max-prompts", "0"], "1 to 10000"),
        (["--http", "127.0.0.1:0", "--cancel-after-s", "nan"], "0 or more"),
        (["--http", "127.0.0.1:0", "--events", "/nowhere/events"], "can be written"),
        (["--no-link", "fail"], "together with --http"),
    ],
)
def test_options_that_cannot_be_used(
    arguments: list[str], words: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from edge.command_line import run_app
    from ground.cli import app

    told = ["serve", "--keys", str(tmp_path / "keys"), "--journal", str(tmp_path / "journal"), *arguments]
    assert run_app(app, "ground", told) == 2
    (line,) = capfd.readouterr().err.splitlines()
    assert words in line


def test_an_address_that_is_taken(gateway: GatewayProcess, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    from edge.command_line import run_app
    from ground.cli import app

    told = ["serve", "--keys", str(tmp_path / "keys"), "--journal", str(tmp_path / "journal"), "--http", gateway.host]
    assert run_app(app, "ground", told) == 2
    assert f"http is '{gateway.host}'" in capfd.readouterr().err


def test_a_stations_mistake_comes_up_as_without_it(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    told = ["serve", "--keys", str(tmp_path / "no keys"), "--journal", str(tmp_path / "journal"), "--rx", "tcp://x:1"]
    ended = subprocess.run(
        [sys.executable, "-m", "ground", *told, "--http", "127.0.0.1:0"],
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )
    assert ended.returncode == 2
    *_, event = map(json.loads, ended.stdout.splitlines())
    assert event["event"] == "error"
    assert ended.stderr == f"ground: {event['message']}\n"
