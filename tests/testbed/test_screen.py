"""What the terminal shows while a run works."""

import io

from rich.console import Console

from protocol.journey import Milestone
from testbed.screen import ScreenListener


def shown(*texts: str) -> str:
    console = Console(file=io.StringIO(), width=80)
    with ScreenListener(console) as listener:
        listener.progress(0.0)
        listener.milestone(Milestone.PROMPT_RECEIVED.value)
        for text in texts:
            listener.text(text)
    return console.file.getvalue()


def test_the_answer_is_shown_as_it_comes() -> None:
    assert "flatsat: prompt received\n\nHello there\n" in shown("Hel", "lo ", "there")


def test_lines_and_joined_emoji_stay_what_they_are() -> None:
    assert "one\ntwo 👩\u200d🚀\n" in shown("one\ntwo ", "👩\u200d🚀")


def test_what_the_model_says_does_not_steer_the_terminal() -> None:
    assert "\x1b" not in shown("\x1b[2Jgone")
    assert "\\x1b[2Jgone" in shown("\x1b[2Jgone")


def test_markup_in_an_answer_is_text() -> None:
    assert "[red]not red[/red]" in shown("[red]not red[/red]")


def test_a_file_gets_no_bar_and_no_empty_lines() -> None:
    assert shown("hello") == "starting the rig\nflatsat: prompt received\n\nhello\n"


def test_a_warning_is_shown_as_text() -> None:
    console = Console(file=io.StringIO(), width=80)
    with ScreenListener(console) as listener:
        listener.warning("flatsat: [red]the board\x1b does not answer")
    assert "flatsat: [red]the board\\x1b does not answer" in console.file.getvalue()
