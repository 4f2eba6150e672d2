"""What an operator types, against a gateway in front of a fake station."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import typer

from edge.command_line import STATUS_INTERRUPTED, run_app
from ground.chat_command import chat
from ground.gateway_client import GatewayClient
from ground.operator_cli import register
from ground.prompts_command import show_prompts
from ground.question import Wishes
from ground.watch_command import watch
from tests.ground.gateway.gateway_process import GatewayProcess

ALWAYS, NEVER = [[0.0, None]], [[1e6, None]]
RUN = "import sys, typer; from edge.command_line import run_app; from ground.operator_cli import register; "
RUN += "app = typer.Typer(); register(app); sys.exit(run_app(app, 'ground'))"
NOBODY = "http://127.0.0.1:9"

Type = Callable[..., "tuple[int, str, str]"]


@pytest.fixture(scope="module")
def gateway() -> Iterator[GatewayProcess]:
    with TemporaryDirectory() as folder:
        gateway = GatewayProcess(Path(folder, "journal"), cancel_after_s=0.2)
        wait_until(lambda: GatewayClient(gateway.url).get("/api/snapshot")["link_time_s"] is not None)
        yield gateway
        assert gateway.end() == ""


@pytest.fixture
def client(gateway: GatewayProcess) -> GatewayClient:
    return GatewayClient(gateway.url)


@pytest.fixture
def out_of_contact(gateway: GatewayProcess, client: GatewayClient) -> Iterator[None]:
    gateway.tell(command="contacts", contacts=NEVER)
    wait_until(lambda: not client.get("/api/snapshot")["link_up"])
    yield
    gateway.tell(command="contacts", contacts=ALWAYS)
    wait_until(lambda: bool(client.get("/api/snapshot")["link_up"]))


@pytest.fixture
def typed(gateway: GatewayProcess, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Type:
    """Run a command; return its exit status and what it printed."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    register(app)
    monkeypatch.setenv("GROUND_URL", gateway.url)
    monkeypatch.setenv("COLUMNS", "80")

    def run(*args: str) -> tuple[int, str, str]:
        status = run_app(app, "ground", list(args))
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def wait_until(holds: Callable[[], bool]) -> None:
    until_s = time.monotonic() + 20.0
    while not holds():
        assert time.monotonic() < until_s
        time.sleep(0.02)


# -- ask ---------------------------------------------------------------------------------------------------------------


def test_an_answer_and_where_its_prompt_was(typed: Type) -> None:
    status, out, err = typed("ask", "Why is it so?", "--max-tokens", "20", "--system", "Be brief.")
    assert (status, out) == (0, "You asked: Why is it so?. That is all 🛰 after 0 turns.\n")
    lines = err.splitlines()
    assert "the model reads it" in lines
    assert lines[-2].startswith("TTFT ")
    assert lines[-1] == "5 tokens, 2 frames up, 3 down, Eb/N0 9.0 dB, 1.5 J"


def test_an_answer_as_json(typed: Type) -> None:
    status, out, err = typed("ask", "Why?", "--json")
    told = json.loads(out)
    assert (status, err) == (0, "")
    assert told["answer"] == "You asked: Why?. That is all 🛰 after 0 turns."
    assert (told["finish_reason"], told["usage"]["completion_tokens"], told["link"]["energy_j"]) == ("stop", 5, 1.5)


def test_the_same_key_is_the_same_prompt(typed: Type) -> None:
    told = [json.loads(typed("ask", "Once?", "--idempotency-key", "k1", "--json")[1]) for _ in range(2)]
    assert told[0]["link"]["prompt_id"] == told[1]["link"]["prompt_id"]
    assert told[0]["answer"] == told[1]["answer"]
    status, _, err = typed("ask", "Other?", "--idempotency-key", "k1")
    assert (status, err.count("\n")) == (2, 1)
    assert "this idempotency key was used for another request" in err


@pytest.mark.parametrize(
    ("args", "status", "message"),
    [
        (["refuse this"], 1, "ground: the prompt was refused: low battery (12 % left)"),
        (["break it"], 1, "ground: the answer ended before its end: the model broke off on board"),
        (["x", "--temperature", "9"], 2, "ground: temperature is 9.0; accepted: a number from 0 to 2"),
        (["x", "--max-tokens", "0"], 2, "ground: max_tokens is 0; accepted: an integer from 1"),
        (["x", "--url", "ftp://x"], 2, "ground: url is 'ftp://x'; accepted: http://HOST:PORT"),
        (["x", "--url", NOBODY], 2, "ground: no gateway at http://127.0.0.1:9 (Connection refused)"),
        (["x", "--temperature", "hot"], 2, "'hot' is not a number"),
    ],
)
def test_no_answer(typed: Type, args: list[str], status: int, message: str) -> None:
    told = typed("ask", *args)
    assert told[0] == status
    assert message in told[2].splitlines()[-1]
    assert "Traceback" not in told[2]


def test_a_prompt_that_is_left_in_the_queue_and_cancelled(
    typed: Type, client: GatewayClient, out_of_contact: None, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = typed("ask", "Later?", "--no-wait")
    prompt_id, where = out.strip().split(": ", 1)
    assert (status, err) == (0, "")
    assert re.fullmatch("[0-9a-f]{16}", prompt_id)
    assert where.startswith("waits for AOS ")

    assert show_prompts(client, with_ended=False, as_json=False) == 1
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [prompt_id, "Later?"] in lines
    assert where.split() in lines
    assert lines[-1][1:5] == ["out", "of", "view,", "link"]

    status, out, _ = typed("cancel", prompt_id, "--json")
    assert (status, json.loads(out)["prompt_id"]) == (0, prompt_id)
    wait_until(lambda: client.get(f"/v1/prompts/{prompt_id}")["state"] == "refused")
    assert show_prompts(client, with_ended=False, as_json=False) == 0
    assert capsys.readouterr().out.startswith("nothing waits\n")
    assert show_prompts(client, with_ended=True, as_json=True) == 0
    told = json.loads(capsys.readouterr().out)["prompts"]
    assert {"prompt_id": prompt_id, "status": "cancelled"}.items() <= told[-1].items()


def test_a_queued_prompt_as_json(typed: Type, out_of_contact: None) -> None:
    told = json.loads(typed("ask", "Later?", "--no-wait", "--json")[1])
    assert told["state"] == "waiting to send"
    assert typed("cancel", told["prompt_id"])[1].startswith(f"{told['prompt_id']}: ")


def test_cancelling_what_is_not_there(typed: Type) -> None:
    assert typed("cancel", "00") == (2, "", "ground: there is no prompt '00'\n")
    assert typed("cancel", "00", "--url", NOBODY)[0] == 2


# -- chat --------------------------------------------------------------------------------------------------------------


def talk(client: GatewayClient, *lines: str | type[BaseException]) -> None:
    typing = iter(lines)

    def read(mark: str) -> str:
        line = next(typing, EOFError)
        if isinstance(line, str):
            return line
        raise line

    chat(client, Wishes(), read)


def test_a_conversation(client: GatewayClient, capsys: pytest.CaptureFixture[str]) -> None:
    talk(client, "One?", "  ", "refuse", "Two?", KeyboardInterrupt, "never asked")
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "You asked: One?. That is all 🛰 after 0 turns.",
        "You asked: Two?. That is all 🛰 after 2 turns.",  # what was refused is no part of it
    ]
    assert "the prompt was refused: low battery (12 % left)" in said.err


def test_what_came_of_a_broken_answer_is_part_of_the_conversation(
    client: GatewayClient, capsys: pytest.CaptureFixture[str]
) -> None:
    talk(client, "break", "Two?")
    assert capsys.readouterr().out.splitlines() == ["You ask", "You asked: Two?. That is all 🛰 after 2 turns."]


def test_no_conversation_without_a_gateway(typed: Type) -> None:
    status, out, err = typed("chat", "--url", NOBODY)
    assert (status, out, err.count("\n")) == (2, "", 1)


# -- Ctrl-C ------------------------------------------------------------------------------------------------------------


class Terminal:
    """A command on a terminal of its own."""

    def __init__(self, gateway: GatewayProcess, *args: str) -> None:
        self._near, far = pty.openpty()
        self.text = ""
        environment = {
            **os.environ,
            "GROUND_URL": gateway.url,
            "COLUMNS": "80",
            "LINES": "24",
            "TERM": "xterm-256color",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUN, *args],
            stdin=far,
            stdout=far,
            stderr=far,
            env=environment,
            start_new_session=True,
        )
        os.close(far)

    def until(self, pattern: str) -> None:
        """Read until a pattern stands on the terminal; forget what was before."""
        until_s = time.monotonic() + 30.0
        while not (found := re.search(pattern, self.text)):
            assert time.monotonic() < until_s, self.text
            self._read()
        self.text = self.text[found.end() :]

    def type(self, text: str) -> None:
        os.write(self._near, text.encode())

    def interrupt(self) -> None:
        self.process.send_signal(signal.SIGINT)

    def leave(self) -> int:
        """Interrupt it until it ends: readline does not see a signal that comes just before it waits for a key."""
        while True:
            self.interrupt()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(2.0)
                return self.end()

    def end(self) -> int:
        """Read to its end; return the exit status."""
        until_s = time.monotonic() + 20.0
        while self.process.poll() is None:
            assert time.monotonic() < until_s, self.text
            self._read()
        return self.process.returncode

    def _read(self) -> None:
        if select.select([self._near], [], [], 0.05)[0]:
            with suppress(OSError):
                self.text += os.read(self._near, 65536).decode(errors="replace")

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._near)


def cancelled(client: GatewayClient, text: str) -> bool:
    prompts = client.get("/api/snapshot")["prompts"]
    return [each["state"] for each in prompts if each["text"] == text] == ["refused"]


def test_ctrl_c_cancels_a_question(gateway: GatewayProcess, client: GatewayClient) -> None:
    with closing(Terminal(gateway, "ask", "slow and long one")) as terminal:
        terminal.until("word0")
        terminal.interrupt()
        terminal.until("cancelled")
        assert terminal.end() == STATUS_INTERRUPTED
        assert "Traceback" not in terminal.text
    wait_until(lambda: cancelled(client, "slow and long one"))


def test_ctrl_c_leaves_a_question_with_a_key_to_be_asked_again(gateway: GatewayProcess, client: GatewayClient) -> None:
    with closing(Terminal(gateway, "ask", "slow long, with a key", "--idempotency-key", "k2")) as terminal:
        terminal.until("word0")
        terminal.interrupt()
        terminal.until("the prompt goes on: ask again with the same key")
        assert terminal.end() == STATUS_INTERRUPTED
    time.sleep(0.5)  # longer than the gateway waits before it cancels
    prompt = client.get("/api/snapshot")["prompts"][-1]
    assert (prompt["text"], prompt["state"]) == ("slow long, with a key", "accepted")
    client.cancel(prompt["prompt_id"])


def test_in_a_conversation_ctrl_c_ends_the_answer_and_a_second_one_leaves(
    gateway: GatewayProcess, client: GatewayClient
) -> None:
    with closing(Terminal(gateway, "chat")) as terminal:
        terminal.until("you> ")
        terminal.type("long slow talk\r")
        terminal.until("word0")
        terminal.interrupt()
        terminal.until("cancelled")
        terminal.until("you> ")
        terminal.type("And now?\r")
        terminal.until("You asked: And now")
        terminal.until("after 2 turns")
        terminal.until("you> ")
        assert terminal.leave() == 0
        assert "Traceback" not in terminal.text
    wait_until(lambda: cancelled(client, "long slow talk"))


# -- watch -------------------------------------------------------------------------------------------------------------


def test_the_live_view_follows_and_outlives_its_gateway(tmp_path: Path) -> None:
    gateway = GatewayProcess(tmp_path / "journal")
    port = gateway.address[1]
    with closing(Terminal(gateway, "watch")) as terminal:
        terminal.until("nothing waits")
        list(GatewayClient(gateway.url).ask(Wishes().body("Seen?")))
        terminal.until("You asked: Seen")
        gateway.end()
        terminal.until("▲ .*trying again in")
        gateway = GatewayProcess(tmp_path / "journal", http=f"127.0.0.1:{port}")
        terminal.until("● in view")
        terminal.interrupt()
        assert terminal.end() == 0
        assert "Traceback" not in terminal.text
    gateway.end()


@contextmanager
def interrupted_after(seconds: float) -> Iterator[None]:
    timer = threading.Timer(seconds, lambda: signal.raise_signal(signal.SIGINT))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def test_the_live_view_in_lines(client: GatewayClient, capsys: pytest.CaptureFixture[str]) -> None:
    with_lines = threading.Timer(0.5, lambda: list(client.ask(Wishes().body("Lines?"))))
    with_lines.start()
    with interrupted_after(2.0):
        watch(client, as_json=False)
    with_lines.join()
    out = capsys.readouterr().out
    assert re.search(r"^\d\d:\d\d:\d\d  [0-9a-f]{16}  uplink 0/2 acknowledged$", out, re.MULTILINE)
    assert out.splitlines()[-1].endswith("  You asked: Lines?. That is all 🛰 after 0 turns.")


def test_the_live_view_as_json(
    gateway: GatewayProcess, capsys: pytest.CaptureFixture[str], client: GatewayClient
) -> None:
    with interrupted_after(1.0):
        watch(client, as_json=True)
    events = [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()]
    assert events[0] == "hello"
    assert "view" in events


def test_the_lines_end_with_the_gateway(typed: Type, tmp_path: Path) -> None:
    gateway = GatewayProcess(tmp_path / "journal")
    threading.Timer(0.5, gateway.end).start()
    status, _, err = typed("watch", "--url", gateway.url)
    assert (status, err) == (1, f"ground: the gateway at {gateway.url} went away (it closed the connection)\n")


def test_nothing_to_watch(typed: Type) -> None:
    status, out, err = typed("watch", "--url", NOBODY)
    assert (status, out, err.count("\n")) == (2, "", 1)
