from collections.abc import Iterable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ground.hamlib.command import Command, Mistake, parse_line, reply_text
from ground.hamlib.return_code import ReturnCode
from ground.hamlib.rig_session import RIG_FORMS
from ground.hamlib.rotator_session import ROTATOR_FORMS

LACKS, UNKNOWN = ReturnCode.INVALID_PARAMETER, ReturnCode.NOT_IMPLEMENTED


def said(line: str | bytes) -> list[object]:
    """Return what is on a line as tuples of name, VFO and arguments, or the codes of mistakes."""
    octets = line if isinstance(line, bytes) else line.encode("latin-1")
    return [
        each.code if isinstance(each, Mistake) else (each.name, each.vfo, *each.arguments)
        for each in parse_line(octets, RIG_FORMS)
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("f\n", [("get_freq", None)]),
        ("\\get_freq\n", [("get_freq", None)]),
        ("F   437050000\n", [("set_freq", None, "437050000")]),  # Gpredict's "F %10.0f"
        ("F437050000\r\n", [("set_freq", None, "437050000")]),
        ("  \tf \t \n", [("get_freq", None)]),
        ("F VFOA 437050000.000000\n", [("set_freq", "VFOA", "437050000.000000")]),
        ("fmv\n", [("get_freq", None), ("get_mode", None), ("get_vfo", None)]),
        ("f VFOB m v\n", [("get_freq", "VFOB"), ("get_mode", None), ("get_vfo", None)]),
        ("F 437050000 f\n", [("set_freq", None, "437050000"), ("get_freq", None)]),
        ("S 1 VFOB\n", [("set_split_vfo", None, "1", "VFOB")]),
        ("S VFOA 1 VFOB\n", [("set_split_vfo", "VFOA", "1", "VFOB")]),
        ("V Sub\n", [("set_vfo", None, "Sub")]),
        ("AOS\n", [("aos", None)]),
        ("LOS\n", [("los", None)]),
        (b"\x8b\n", [("get_dcd", None)]),
        ("# F 1\n", []),
        ("f # F 1\n", [("get_freq", None)]),
        ("\n", []),
        ("F\n", [LACKS]),
        ("F VFOA\n", [LACKS]),
        ("f l STRENGTH T 1\n", [("get_freq", None), UNKNOWN]),  # of what is not known nothing is guessed
        ("\\foo\n", [UNKNOWN]),
        ("get_freq\n", [UNKNOWN]),
    ],
)
def test_what_a_line_says(line: str | bytes, expected: list[object]) -> None:
    assert said(line) == expected


REAL = [
    ("+f", ["437050000"], 0, "get_freq:\nFrequency: 437050000\nRPRT 0\n"),
    (";f", ["437050000"], 0, "get_freq:;Frequency: 437050000;RPRT 0\n"),
    ("$f", ["437000000"], 0, "get_freq:$Frequency: 437000000$RPRT 0\n"),
    ("|F 145000000", [], 0, "set_freq: 145000000|RPRT 0\n"),
    ("+F abc", [], -1, "set_freq: abc\nRPRT -1\n"),
    ("F abc", [], -1, "RPRT -1\n"),
    ("F   437050000", [], 0, "RPRT 0\n"),
    ("+m", ["USB", "2400"], 0, "get_mode:\nMode: USB\nPassband: 2400\nRPRT 0\n"),
    ("+\\get_mode", ["USB", "2400"], 0, "get_mode:\nMode: USB\nPassband: 2400\nRPRT 0\n"),
    ("+S 0 VFOA", [], 0, "set_split_vfo: 0 VFOA\nRPRT 0\n"),
    ("+s", ["0", "VFOA"], 0, "get_split_vfo:\nSplit: 0\nTX VFO: VFOA\nRPRT 0\n"),
    ("+_", ["Nothing much (dummy)"], 0, "get_info:\nInfo: Nothing much (dummy)\nRPRT 0\n"),
    ("+t", [], -11, "get_ptt:\nRPRT -11\n"),
    ("\\get_split_freq_mode", ["145000000", "FM", "15000"], 0, "145000000\nFM\n15000\n"),
    ("+p", ["0.00", "0.00"], 0, "get_pos:\nAzimuth: 0.00\nElevation: 0.00\nRPRT 0\n"),
    ("p", ["0.00", "0.00"], 0, "0.00\n0.00\n"),
    (";P 90 45", [], 0, "set_pos: 90 45;RPRT 0\n"),
    ("+K", [], 0, "park:\nRPRT 0\n"),
]
"""What rigctld and rotctld of hamlib 4.5.4 (Debian 12), with their dummies, were told and answered."""


@pytest.mark.parametrize(("line", "values", "code", "answered"), REAL)
def test_answers_are_those_of_hamlib(line: str, values: list[str], code: int, answered: str) -> None:
    forms = ROTATOR_FORMS if line.strip("+;")[0] in "pPK" else RIG_FORMS
    (command,) = parse_line(line.encode() + b"\n", forms)
    assert reply_text(command, values, ReturnCode(code)) == answered


LINES = st.one_of(
    st.binary(max_size=80),
    st.lists(
        st.sampled_from(["F", "+", "\\", "f", "\\set_freq", "VFOA", "437e6", "AOS", "#", " ", "\t", ";", "\0", "S 1"])
    ).map(lambda words: "".join(words).encode()),
)


@given(LINES)
@example(b"+")
@example(b"\\")
@example(b"+ # f")
def test_any_line_is_parsed_and_only_its_last_is_a_mistake(line: bytes) -> None:
    for forms in (RIG_FORMS, ROTATOR_FORMS):
        parsed = list(parse_line(line, forms))
        assert not any(isinstance(each, Mistake) for each in parsed[:-1])
        assert len(parsed) <= len(line)
        for each in parsed:
            text = reply_text(each, [], ReturnCode.OK)
            assert text.endswith("\n")
            assert text.encode("latin-1")
        for command in _commands(parsed):
            assert len(command.arguments) == command.form.arguments
            assert all(command.arguments)


def _commands(parsed: Iterable[Command | Mistake]) -> list[Command]:
    return [each for each in parsed if isinstance(each, Command)]
