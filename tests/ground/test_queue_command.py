import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ground.cli import main
from ground.journal import Journal
from protocol.messages import AnswerEnd, AnswerSegment, FinishReason, Prompt, Refusal, RefusalReason

PASSES = ["--contact", "0:540", "--contact", "5700:5705", "--contact", "11000:11540"]
UP_S = (37 * 8 + 26) * 8 / 9600
"""The air time of a frame of 256 octets: CLTU and acquisition."""

Queue = Callable[..., "tuple[int, str, str]"]


@pytest.fixture
def path(quick_path: Path) -> Path:
    return quick_path / "ground.journal"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    """A journal that is being written while it is read."""
    with closing(Journal(path)) as journal:
        yield journal


@pytest.fixture
def queue(path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Queue:
    """Run the command on the journal; return its exit status and what it printed."""

    def run(*options: str, columns: int = 200) -> tuple[int, str, str]:
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setattr(sys, "argv", ["ground", "queue", str(path), *options])
        try:
            status = main()
        except SystemExit as ended:
            status = int(ended.code or 0)
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def ask(journal: Journal, number: int, text: str = "Why?", asked_s: float = 0.0, **how: Any) -> bytes:
    prompt = Prompt(bytes([number] * 8), text, 100, **how)
    journal.asked(prompt, asked_s, None if prompt.deadline_s is None else asked_s + prompt.deadline_s)
    return prompt.prompt_id


def prompts(queue: Queue, *options: str) -> list[dict[str, Any]]:
    status, out, err = queue(*options, "--json")
    assert (status in (0, 1), err) == (True, "")
    found: list[dict[str, Any]] = json.loads(out)["prompts"]
    return found


# -- what is shown -----------------------------------------------------------------------------------------------------


def test_a_queue_with_a_prompt_in_each_state(queue: Queue, journal: Journal) -> None:
    accepted = ask(journal, 1, "Why is the sky blue?")
    journal.sent(accepted, 1)
    journal.accepted(accepted)
    for index in (0, 2):
        journal.segment(AnswerSegment(accepted, index, "Because"))
    cancelled = ask(journal, 2, "Two?")
    journal.sent(cancelled, 3)
    journal.cancelling(cancelled)
    ask(journal, 3, "Three?")
    status, out, err = queue(*PASSES, "--now", "3000")
    lines = [line.split() for line in out.splitlines() if line.strip()]
    assert (status, err) == (0, "")
    assert lines[3:] == [
        ["01" * 8, "Why", "is", "the", "sky", "blue?", "1", "5700.0"],
        ["accepted", "2"],
        ["02" * 8, "Two?", "3", "5700.0"],
        ["sent", "cancelling", "0"],
        ["03" * 8, "Three?", "0", "5700.0"],
        ["waiting", "to", "send", "0", "5700.0"],
        ["link", "time", "3000.0", "s"],
    ]


def test_what_has_ended_is_shown_on_demand(queue: Queue, journal: Journal) -> None:
    answered, refused = ask(journal, 1), ask(journal, 2)
    journal.segment(AnswerSegment(answered, 0, "So.", AnswerEnd(FinishReason.STOP, 1, 1, 1.0)))
    journal.answered(answered, 7.0)
    journal.refused(Refusal(refused, RefusalReason.QUEUE_FULL, "8 prompts come first"), 9.0)
    assert queue() == (1, "nothing waits\nlink time 9.0 s\n", "")
    status, out, _ = queue("--all")
    assert status == 1
    assert "answered" in out
    assert "queue_full: 8 prompts come first" in out
    assert [one["ended_s"] for one in prompts(queue, "--all")] == [7.0, 9.0]
    assert [one["refusal"] for one in prompts(queue, "--all")] == [
        None,
        {"reason": "queue_full", "detail": "8 prompts come first"},
    ]
    assert [one["contact"] for one in prompts(queue, "--all")] == [None, None]


def test_the_newest_is_last(queue: Queue, journal: Journal) -> None:
    for number in (3, 1, 2):
        ask(journal, number)
    assert [one["prompt_id"][:2] for one in prompts(queue)] == ["03", "01", "02"]


def test_text_from_elsewhere_does_not_steer_the_terminal(queue: Queue, journal: Journal) -> None:
    ask(journal, 1, "red \x1b[31m[bold]sky\nat noon\u202e")
    journal.refused(Refusal(ask(journal, 2), RefusalReason.QUEUE_FULL, "\x1b[2J[red]\x07"), 9.0)
    _, out, _ = queue("--all")
    assert "red \\x1b[31m[bold]sky at noon\\u202e" in out
    assert "queue_full: \\x1b[2J[red]\\x07" in out
    assert out.replace("\n", "").isprintable()


def test_a_long_prompt_is_cut(queue: Queue, journal: Journal) -> None:
    ask(journal, 1, "word " * 1000)
    _, out, _ = queue()
    assert out.count("word") == 8
    assert "word…" in out
    assert prompts(queue)[0]["text"] == "word " * 1000


def test_on_eighty_columns_no_number_is_broken(queue: Queue, journal: Journal) -> None:
    ask(journal, 1, "What is it that makes the sky so blue at noon?", deadline_s=20000.0)
    _, out, _ = queue(*PASSES, "--now", "9000", "--tokens-per-s", "5", columns=80)
    assert max(map(len, out.splitlines())) <= 80
    for whole in ("01" * 8, "waiting to send", "20000.0", "11000.0", "11020."):
        assert whole in out


# -- the plan ----------------------------------------------------------------------------------------------------------


def test_waiting_prompts_are_planned_one_after_the_other(queue: Queue, journal: Journal) -> None:
    for number in (1, 2):
        ask(journal, number)
    first, second = (one["uplink"] for one in prompts(queue, *PASSES, "--now", "3000"))
    assert first["begin_s"] == 5700.0
    assert first["end_s"] == second["begin_s"] == pytest.approx(5700.0 + UP_S)


def test_a_prompt_too_long_for_the_pass_goes_on_in_the_next(queue: Queue, journal: Journal) -> None:
    ask(journal, 1, "x" * 15_000)
    (one,) = prompts(queue, *PASSES, "--now", "3000")
    assert (one["contact"], one["remark"]) == ({"aos_s": 5700.0, "los_s": 5705.0}, "goes on at the AOS after")
    assert 11_010 < one["uplink"]["end_s"] < 11_020
    (one,) = prompts(queue, *PASSES[:4], "--now", "3000")
    assert one["remark"] == "no contact left for all of it"
    assert one["uplink"] == {"begin_s": 5700.0, "end_s": None}


def test_a_deadline_before_the_next_pass(queue: Queue, journal: Journal) -> None:
    ask(journal, 1, deadline_s=3600.0, asked_s=600.0)
    ask(journal, 2, deadline_s=6000.0, asked_s=600.0)
    late, in_time = prompts(queue, *PASSES, "--now", "3000")
    assert (late["too_late"], late["uplink"], late["deadline_s"]) == (True, None, 4200.0)
    assert late["remark"] == "cannot be on board before its deadline"
    assert (in_time["too_late"], in_time["uplink"]["begin_s"]) == (False, 5700.0)


def test_what_is_cancelled_is_not_planned(queue: Queue, journal: Journal) -> None:
    journal.cancelling(ask(journal, 1))
    (one,) = prompts(queue, *PASSES, "--now", "3000")
    assert (one["uplink"], one["remark"], one["contact"]["aos_s"]) == (None, "cancelling", 5700.0)


def test_in_view_and_after_the_last_contact(queue: Queue, journal: Journal) -> None:
    ask(journal, 1)
    journal.sent(ask(journal, 2), 1)
    assert queue(*PASSES, "--now", "100")[1].count("in view") == 2
    assert queue(*PASSES, "--now", "11539.9")[1].count("in view") == 1
    assert queue(*PASSES, "--now", "12000")[1].count("no contact left") == 2


def test_when_the_answer_can_be_here(queue: Queue, journal: Journal) -> None:
    ask(journal, 1)
    assert prompts(queue, *PASSES, "--now", "500")[0]["answer_s"] is None
    (one,) = prompts(queue, *PASSES, "--now", "500", "--tokens-per-s", "5")
    assert 520.2 < one["answer_s"] < 520.6
    assert "next pass" not in queue(*PASSES, "--now", "500", "--tokens-per-s", "5")[1]
    assert "next pass" in queue(*PASSES, "--now", "530", "--tokens-per-s", "5")[1]


def test_the_moment_is_the_latest_in_the_journal(queue: Queue, journal: Journal) -> None:
    ask(journal, 1, asked_s=20.0)
    assert json.loads(queue("--json")[1])["now_s"] == 20.0
    journal.refused(Refusal(ask(journal, 2, asked_s=21.0), RefusalReason.CANCELLED, ""), 33.0)
    assert json.loads(queue("--json")[1])["now_s"] == 33.0
    assert prompts(queue)[0]["uplink"]["begin_s"] == 33.0


def test_an_empty_journal(queue: Queue, journal: Journal) -> None:
    assert queue("--json")[:2] == (1, '{\n "now_s": 0.0,\n "prompts": []\n}\n')


# -- mistakes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "field", "accepted"),
    [
        (["--contact", "5:3"], "contact", "an AOS of 0 s or more and a later LOS"),
        (["--contact", "soon"], "contact", "AOS:LOS in seconds"),
        (["--now", "-1"], "now", "0 or more"),
        (["--now", "nan"], "now", "0 or more"),
        (["--now", "inf"], "now", "0 or more"),
        (["--tokens-per-s", "0"], "tokens-per-s", "more than 0"),
        (["--profile", "nope"], "profile", "one of leo-bpsk"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_accepted(
    queue: Queue, journal: Journal, options: list[str], field: str, accepted: str
) -> None:
    status, out, err = queue(*options)
    assert (status, out) == (2, "")
    assert err.startswith("ground: ")
    assert field in err
    assert "accepted: " + accepted in err


def test_a_journal_that_cannot_be_read(queue: Queue, path: Path) -> None:
    status, out, err = queue()
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert f"{path} is unreadable" in err
    path.write_bytes(b"no journal at all" * 1000)
    assert queue()[0] == 2


def test_help_teaches(queue: Queue) -> None:
    status, out, _ = queue("--help", columns=100)
    assert status == 0
    for words in ("--contact 0:540", '"command": "cancel"', "Exit status"):
        assert words in out


def test_as_a_process(journal: Journal, path: Path) -> None:
    ask(journal, 1)
    command = [sys.executable, "-c", "from ground.cli import main; raise SystemExit(main())", "queue", str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "waiting to send" in ended.stdout
