from io import StringIO

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from ground.answer_screen import AnswerScreen, figures
from ground.gateway_client import Ended, Status, Words

LINK = {"ttft_s": 2.34, "e2e_s": 12.0, "link_s": 4.0, "waited_s": 0.5, "inference_s": 7.5, "uplink_frames": 3}
MORE = {"retransmissions": 1, "downlink_frames": 9, "eb_n0_db": 9.84, "energy_j": 14.26}


def shown(*told: Status | Words | Ended, terminal: str = "") -> tuple[str, str]:
    """Return what stands on standard output and on standard error: of a file, or a terminal of such a kind."""
    kind = {"force_terminal": bool(terminal), "color_system": None, "_environ": {"TERM": terminal}}
    out, aside = (Console(file=StringIO(), width=60, **kind) for _ in range(2))  # type: ignore[arg-type]
    with AnswerScreen(out, aside) as screen:
        for each in told:
            screen.show(each)
    assert isinstance(out.file, StringIO)
    assert isinstance(aside.file, StringIO)
    return out.file.getvalue(), aside.file.getvalue()


def test_words_on_one_side_and_the_rest_on_the_other() -> None:
    out, aside = shown(
        Status("waits for AOS 14:02:10"),
        Status("waits for AOS 14:02:10"),
        Status("uplink 1/3 acknowledged"),
        Words("Because "),
        Status("answering"),
        Words("air scatters."),
        Ended("stop", {"completion_tokens": 6}, {**LINK, **MORE}),
    )
    assert out == "Because air scatters.\n"
    assert aside.splitlines() == [
        "waits for AOS 14:02:10",
        "uplink 1/3 acknowledged",
        "TTFT 2.3 s, E2E 12.0 s, link 4.0 s, waited on board 0.5 s, inference 7.5 s",
        "6 tokens, 3 frames up (1 again), 9 down, Eb/N0 9.8 dB, 14.3 J",
    ]


def test_a_pause_in_the_answer_has_its_own_line() -> None:
    out, aside = shown(Words("Because "), Status("answering; no signal until AOS 15:37:12"), Words("air"))
    assert out == "Because \nair\n"
    assert aside == "answering; no signal until AOS 15:37:12\n"


def test_on_a_terminal_where_it_is_makes_room_for_the_words() -> None:
    out, aside = shown(Status("goes up next"), Status("uplink 1/3 acknowledged"), Words("So."), terminal="xterm")
    assert out == "So.\n"
    assert "uplink 1/3 acknowledged" in aside
    assert "goes up next\n" not in aside
    assert aside.endswith("\x1b[?25h\r\x1b[1A\x1b[2K")  # the cursor is shown again, the line is gone


def test_a_terminal_that_can_do_nothing_gets_lines() -> None:
    out, aside = shown(Status("goes up next"), Words("So."), terminal="dumb")
    assert (out, aside) == ("So.\n", "goes up next\n")


def test_an_answer_that_ends_with_a_line_break_has_no_second_one() -> None:
    assert shown(Words("So.\n"))[0] == "So.\n"
    assert shown()[0] == ""


def test_what_is_not_known_is_left_out() -> None:
    assert figures(Ended("length", {}, {"ttft_s": 1.0, "eb_n0_db": None})) == "TTFT 1.0 s\nended by length"
    assert figures(Ended("stop", {}, {})) == ""
    assert "again" not in figures(Ended("stop", {}, {**LINK, "retransmissions": 0}))


@given(st.text(), st.text())
def test_text_from_elsewhere_does_not_steer_the_terminal(status: str, words: str) -> None:
    out, aside = shown(Status(status), Words(words))
    for line in (*out.split("\n"), *aside.split("\n")):
        assert line.replace("\u200d", "").isprintable()
