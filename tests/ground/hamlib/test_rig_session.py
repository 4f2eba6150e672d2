import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground.hamlib.command import Command, parse_line
from ground.hamlib.errors import RefusedError
from ground.hamlib.rig import Rig
from ground.hamlib.rig_session import RIG_FORMS, RigSession
from ground.hamlib.rig_state import dump_state
from radio.tuner import TuningRange
from tests.ground.hamlib.support import DOWN_HZ, RATE_HZ, STATION, UP_HZ

DOWN, UP = TuningRange(DOWN_HZ, RATE_HZ, 38400), TuningRange(UP_HZ, RATE_HZ, 9600)


class Tuned(Rig):
    """A radio that remembers what it was tuned to."""

    def __init__(self, receive: TuningRange = DOWN, transmit: TuningRange = UP) -> None:
        self.tunings: list[tuple[float, float]] = []
        self.warnings: list[str] = []
        tune, warn = (lambda *frequencies_hz: self.tunings.append(frequencies_hz)), self.warnings.append
        super().__init__(receive, transmit, tune, warn)


def answers(session: RigSession, *lines: str) -> list[list[str] | int]:
    """Return the values, or the code, of each command."""
    told: list[list[str] | int] = []
    for line in lines:
        for command in parse_line(line.encode("latin-1"), RIG_FORMS):
            assert isinstance(command, Command)
            try:
                told.append(list(asyncio.run(session.obey(command))))
            except RefusedError as error:
                told.append(error.code.value)
    return told


def test_main_receives_and_split_transmits() -> None:
    rig = Tuned()
    session = RigSession(rig)
    assert answers(session, "F   437055000", "f", "I  145899000", "i", "f", "v", "s") == [
        *([], ["437055000"], [], ["145899000"], ["437055000"], ["Main"], ["1", "Sub"]),
    ]
    assert rig.tunings == [(437.055e6, UP_HZ), (437.055e6, 145.899e6)]


def test_what_is_set_again_is_not_tuned_again() -> None:
    rig = Tuned()
    answers(RigSession(rig), "F 437055000", "F 437055000", f"I {UP_HZ}")
    assert rig.tunings == [(437.055e6, UP_HZ)]


def test_vfo_sub_tunes_what_transmits() -> None:
    rig = Tuned()
    session = RigSession(rig)
    assert answers(session, "V Sub", "F 145899000", "f", "v", "V VFOA", "f", "m", "x") == [
        *([], [], ["145899000"], ["Sub"], [], ["437050000"], ["PKTUSB", "76800"], ["PKTUSB", "19200"]),
    ]


def test_a_vfo_before_the_arguments_is_for_that_command_alone() -> None:
    rig = Tuned()
    assert answers(RigSession(rig), "F VFOB 145899000", "f", "f VFOB", "f TX", "f RX", "f currVFO") == [
        *([], ["437050000"], ["145899000"], ["145899000"], ["437050000"], ["437050000"]),
    ]


def test_a_client_that_transmits_with_main_listens_on_sub() -> None:
    rig = Tuned()
    session = RigSession(rig)
    assert answers(session, "S 1 Main", "v", "s", "F 437051000", "I 145901000", "f", "f Main") == [
        *([], ["Sub"], ["1", "Main"], [], [], ["437051000"], ["145901000"]),
    ]


def test_a_client_with_two_radios_may_name_this_one_twice() -> None:
    rig = Tuned()
    receiver, transmitter = RigSession(rig), RigSession(rig)
    assert answers(transmitter, "F  145899000", "f", "v") == [[], ["145899000"], ["Sub"]]
    assert answers(receiver, "F  437049000", "f", "v") == [[], ["437049000"], ["Main"]]
    assert answers(transmitter, "f") == [["145899000"]]
    assert rig.tunings[-1] == (437.049e6, 145.899e6)


def test_where_both_legs_have_the_frequency_the_vfo_decides() -> None:
    rig = Tuned(DOWN, DOWN)
    session = RigSession(rig)
    answers(session, "F 437051000", "V VFOB", "F 437052000")
    assert (rig.receive_hz, rig.transmit_hz) == (437.051e6, 437.052e6)


@pytest.mark.parametrize(
    "line",
    [
        *("F 436968399", "F 437131601", "F 0", "F -5", "F 1e30", "F nan", "F inf", "F abc", "I 437050000"),
        *("S 2 VFOB", "S 1 Third", "V Third", "V VFOC", "T 5x", "T \u00b2", "\\set_vfo_opt 2", "f VFOC"),
    ],
)
def test_what_cannot_be_is_an_invalid_parameter(line: str) -> None:
    rig = Tuned()
    assert answers(RigSession(rig), line) == [-1]
    assert rig.tunings == []


def test_what_is_beyond_reach_is_told_once_for_each_leg_until_it_is_not() -> None:
    """As Gpredict asks for it: again every second, without showing that it is refused."""
    rig = Tuned()
    lines = ("F  435007147", "I  145898000", "F  435007094", "I  146500000", "F 437050000", "F 435007054")
    assert answers(RigSession(rig), *lines) == [-1, [], -1, -1, [], -1]
    assert rig.warnings == [
        "rigctld: asked to receive on 435007147 Hz; accepted: 436968400 to 437131600",
        "rigctld: asked to transmit on 146500000 Hz; accepted: 145789600 to 146010400",
        "rigctld: asked to receive on 435007054 Hz; accepted: 436968400 to 437131600",
    ]


def test_the_limits_themselves_are_within() -> None:
    assert answers(RigSession(Tuned()), "F 436968400", "F 437131600") == [[], []]


def test_another_mode_is_rejected() -> None:
    assert answers(RigSession(Tuned()), "M PKTUSB 0", "M FM 15000", "X USB 0", "K 145900000 FM 0") == [[], -9, -9, -9]


def test_frequency_and_mode_at_once() -> None:
    assert answers(RigSession(Tuned()), "K 145901000 PKTUSB 0", "k") == [[], ["145901000", "PKTUSB", "19200"]]


def test_push_to_talk_is_remembered_for_all() -> None:
    rig = Tuned()
    assert answers(RigSession(rig), "t", "T 1", "t") == [["0"], [], ["1"]]
    assert answers(RigSession(rig), "t", "T 0", "t", "T 3", "t") == [["1"], [], ["0"], [], ["1"]]
    assert rig.tunings == []


def test_vfo_mode_is_a_clients_own() -> None:
    rig = Tuned()
    assert answers(RigSession(rig), "\\chk_vfo", "\\set_vfo_opt 1", "\\chk_vfo", "f") == [
        *(["0"], [], ["1"], ["437050000"]),
    ]
    assert answers(RigSession(rig), "\\chk_vfo") == [["0"]]


def test_aos_and_los_are_taken_note_of() -> None:
    assert answers(RigSession(Tuned()), "AOS", "LOS") == [[], []]


def test_what_does_not_change() -> None:
    assert answers(RigSession(Tuned()), "\\get_powerstat", "\\get_lock_mode", "\x8b") == [["1"], ["0"], ["0"]]


def test_the_state_has_the_fields_in_the_order_that_hamlib_reads() -> None:
    """netrigctl_open of hamlib 4.5: ranges of 7 fields to an end of 7 zeros, pairs to 0 0, 12 lines, settings, done."""
    lines = iter(dump_state(Tuned()))
    assert [next(lines) for _ in range(3)] == ["1", "2", "0"]
    ranges = [[line.split() for line in iter(lines.__next__, "0 0 0 0 0 0 0")] for _ in range(2)]
    assert [[(float(low), float(high)) for low, high, *_ in each] for each in ranges] == [
        [(436968400, 437131600), (145789600, 146010400)],
        [(145789600, 146010400)],
    ]
    assert all(len(fields) == 7 for each in ranges for fields in each)
    for _ in range(2):
        assert all(len(line.split()) == 2 for line in iter(lines.__next__, "0 0"))
    assert [int(next(lines), 0) for _ in range(12)] == [0] * 12
    *rest, last = lines
    assert all("=" in line for line in rest)
    assert last == "done"


WORDS = (
    "F437051000",
    "F145901000",
    "V",
    "S",
    "I",
    "f",
    "v",
    "s",
    "V Sub",
    "V Main",
    "S 1 Main",
    "S 1 Sub",
    "I145902000",
)


@given(st.lists(st.sampled_from(WORDS)))
def test_any_order_leaves_a_radio_within_its_limits(words: list[str]) -> None:
    rig = Tuned()
    session = RigSession(rig)
    for word in words:
        for command in parse_line(word.encode(), RIG_FORMS):
            if isinstance(command, Command):
                asyncio.run(session.obey(command))
    assert rig.receive_hz in DOWN
    assert rig.transmit_hz in UP


def test_a_station_tells_its_radio() -> None:
    rig = Rig.of(STATION, lambda *_: None, lambda _: None)
    assert rig is not None
    assert (rig.receive, rig.transmit) == (DOWN, UP)


def test_a_station_without_samples_has_none() -> None:
    assert Rig.of({**STATION, "sample_rate_hz": None}, lambda *_: None, lambda _: None) is None
    unknown = {"carrier_hz": None, "symbol_rate_baud": None}
    assert Rig.of({**STATION, "uplink": unknown}, lambda *_: None, lambda _: None) is None
