import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.database import MIN_OCTETS, connect
from edge.database_errors import DatabaseStateError, Reason
from ground.inquiry import InquiryState
from ground.journal import Journal, JournalledInquiry, read_queue
from ground.link_use import LinkUse
from protocol.messages import AnswerEnd, AnswerSegment, FinishReason, Prompt, Refusal, RefusalReason

ID, OTHER = bytes(range(8)), bytes(8)
PROMPT = Prompt(ID, "Why?", 10, 0.5, 3, ("!",), 60.0)
ASKED = JournalledInquiry(PROMPT, 5.25, 9.5, InquiryState.WAITING_TO_SEND)
END = AnswerEnd(FinishReason.STOP, 3, 4, 0.5)
SEGMENTS = (AnswerSegment(ID, 0, "Be"), AnswerSegment(ID, 1, "cause", END))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ground.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    with closing(Journal(path)) as opened:
        yield opened


def restored(path: Path) -> list[JournalledInquiry]:
    with closing(Journal(path)) as journal:
        return journal.restore()


def name(number: int) -> bytes:
    return number.to_bytes(8, "big")


def named(number: int) -> Prompt:
    return replace(PROMPT, prompt_id=name(number))


def refusal(prompt_id: bytes) -> Refusal:
    return Refusal(prompt_id, RefusalReason.QUEUE_FULL, "8 come first")


def names(journal: Journal) -> list[int]:
    return [int.from_bytes(inquiry.prompt.prompt_id, "big") for inquiry in journal.restore()]


# -- one prompt ------------------------------------------------------------------------------------------------------


def test_a_prompt_from_the_return_key_to_the_last_word(path: Path, journal: Journal) -> None:
    journal.asked(PROMPT, 5.25, 9.5)
    assert journal.restore() == [ASKED]
    journal.sent(ID, 1)
    journal.sent(ID, 2)
    known = replace(ASKED, state=InquiryState.SENT, transmissions=2)
    assert journal.restore() == [known]
    journal.accepted(ID)
    known = replace(known, state=InquiryState.ACCEPTED)
    assert journal.restore() == [known]
    for segment in reversed(SEGMENTS):
        journal.segment(segment)
    known = replace(known, segments=SEGMENTS)
    assert journal.restore() == [known]
    journal.answered(ID, 8.5, LinkUse(3, 1, 2))
    known = replace(known, state=InquiryState.ANSWERED, ended_s=8.5, link_use=LinkUse(3, 1, 2))
    assert journal.restore() == [known]
    journal.confirmed(ID)
    journal.close()
    assert restored(path) == read_queue(path) == [replace(known, confirmed=True)]


def test_one_prompt_is_found_among_others(journal: Journal) -> None:
    spoken = replace(named(2), system="Be brief.", turns=("Hi.", "Hello."))
    for prompt in (named(1), spoken, named(3)):
        journal.asked(prompt, 5.25, 9.5)
        journal.segment(AnswerSegment(prompt.prompt_id, 1, "b", END))
        journal.segment(AnswerSegment(prompt.prompt_id, 0, "a"))
    found = journal.find(name(2))
    assert found == journal.restore()[1]
    assert found is not None
    assert found.prompt == spoken
    assert [segment.text for segment in found.segments] == ["a", "b"]
    assert journal.find(name(4)) is None


def test_of_an_answer_whose_frames_are_not_known_none_are_told(journal: Journal) -> None:
    journal.asked(PROMPT, 5.25)
    journal.answered(ID, 8.5)
    assert [(each.link_use, each.ended_s) for each in journal.restore()] == [(None, 8.5)]


def test_without_a_deadline_there_is_none(journal: Journal) -> None:
    journal.asked(PROMPT, 5.25)
    assert journal.restore() == [replace(ASKED, deadline_s=None)]


def test_a_refused_prompt_keeps_what_came_of_it(journal: Journal) -> None:
    journal.asked(PROMPT, 5.25, 9.5)
    journal.sent(ID, 1)
    journal.segment(SEGMENTS[0])
    journal.cancelling(ID)
    journal.refused(refusal(ID), 7.0)
    assert journal.restore() == [
        replace(
            ASKED,
            state=InquiryState.REFUSED,
            transmissions=1,
            segments=SEGMENTS[:1],
            cancelling=True,
            refusal=refusal(ID),
            ended_s=7.0,
        )
    ]


def test_a_segment_is_a_sign_that_the_prompt_arrived(journal: Journal) -> None:
    journal.asked(PROMPT, 5.25, 9.5)
    journal.segment(SEGMENTS[1])
    assert journal.restore() == [replace(ASKED, state=InquiryState.ACCEPTED, segments=SEGMENTS[1:])]


def test_an_answer_that_begins_anew_has_other_segments(journal: Journal) -> None:
    journal.asked(PROMPT, 5.25, 9.5)
    journal.sent(ID, 1)
    journal.accepted(ID)
    journal.segment(SEGMENTS[0])
    journal.began_anew(ID)
    known = replace(ASKED, state=InquiryState.SENT, transmissions=1)
    assert journal.restore() == [known]
    other = AnswerSegment(ID, 0, "Because", END)
    journal.segment(other)
    assert journal.restore() == [replace(known, state=InquiryState.ACCEPTED, segments=(other,))]


def test_the_first_word_stands(journal: Journal) -> None:
    journal.asked(PROMPT, 5.25, 9.5)
    journal.asked(replace(PROMPT, text="What?"), 6.0)
    journal.segment(SEGMENTS[0])
    journal.segment(AnswerSegment(ID, 0, "So"))
    assert journal.restore() == [replace(ASKED, state=InquiryState.ACCEPTED, segments=SEGMENTS[:1])]


def test_prompts_come_back_in_the_order_in_which_they_were_asked(journal: Journal) -> None:
    for number in (5, 3, 9):
        journal.asked(named(number), 0.0)
    journal.sent(name(5), 1)
    journal.refused(refusal(name(3)), 1.0)
    assert names(journal) == [5, 3, 9]


# -- what is kept, and what goes ---------------------------------------------------------------------------------------


def end(journal: Journal, number: int) -> None:
    """Ask a prompt and have it end: every third refused, every third answered, every third confirmed, too."""
    journal.asked(replace(named(number), text="Why? " * 100), 0.0)
    if number % 3 == 0:
        journal.refused(refusal(name(number)), 1.0)
    else:
        journal.answered(name(number), 1.0)
        if number % 3 == 1:
            journal.confirmed(name(number))


def test_of_the_ended_the_newest_are_kept_and_of_the_unconfirmed_all(path: Path) -> None:
    with closing(Journal(path, remembered=4)) as journal:
        journal.asked(named(99), 0.0)
        for number in range(12):
            end(journal, number)
        assert names(journal) == [99, 2, 5, 6, 7, 8, 9, 10, 11]


def fill(journal: Journal, prompt: Prompt, first: int) -> list[bytes]:
    """Ask prompts until no more is taken; return those that were."""
    taken: list[bytes] = []
    while True:
        prompt_id = name(first + len(taken))
        try:
            journal.asked(replace(prompt, prompt_id=prompt_id), 1.0)
        except DatabaseStateError as error:
            if error.reason is not Reason.FULL:
                raise
            return taken
        taken.append(prompt_id)


def test_when_it_is_full_the_oldest_ended_go_and_the_open_ones_stay(path: Path) -> None:
    with closing(Journal(path, MIN_OCTETS)) as journal:
        journal.asked(named(1), 0.0)
        with journal.batch():
            for number in range(10, 70):
                end(journal, number)
        journal.asked(Prompt(name(100), "Why?", 200), 1.0)
        left = names(journal)
    assert [number for number in left if number % 3 == 2 and number < 100] == list(range(11, 70, 3))  # unconfirmed
    assert (left[0], left[-1]) == (1, 100)
    gone = set(range(10, 70)) - set(left)
    assert gone
    assert max(gone) < min(number for number in left[1:-1] if number % 3 != 2)


def test_a_full_journal_takes_no_prompt_and_every_answer(path: Path) -> None:
    token = "0123456789abcdef"
    with closing(Journal(path, 96 * 4096)) as journal:
        taken = fill(journal, Prompt(ID, "Why?", 100), 0)
        with journal.batch():
            for index in range(100):
                for prompt_id in taken:
                    journal.segment(AnswerSegment(prompt_id, index, token, END if index == 99 else None))
        for prompt_id in taken:
            journal.sent(prompt_id, 1)
            journal.answered(prompt_id, 5.0)
    assert len(taken) > 5
    assert [len(inquiry.segments) for inquiry in restored(path)] == [100] * len(taken)
    assert path.stat().st_size <= 96 * 4096


# -- readers, crashes, damage ------------------------------------------------------------------------------------------


def test_the_queue_is_read_while_the_station_writes(path: Path, journal: Journal) -> None:
    journal.asked(PROMPT, 5.25, 9.5)
    with journal.batch():
        journal.sent(ID, 1)
        assert read_queue(path) == [ASKED]
    assert read_queue(path) == [replace(ASKED, state=InquiryState.SENT, transmissions=1)]


def test_where_no_journal_is_there_is_no_queue(path: Path) -> None:
    with pytest.raises(DatabaseStateError) as caught:
        read_queue(path)
    assert (caught.value.path, caught.value.reason) == (path, Reason.UNREADABLE)


WRITER = """
import sys; from pathlib import Path; from ground.journal import Journal; from protocol.messages import *
journal = Journal(Path(sys.argv[1]))
number = len(journal.restore())
print("ready", flush=True)
while True:
    prompt_id = number.to_bytes(8, "big")
    journal.asked(Prompt(prompt_id, "Why?" * 50, 100), 1.0); print("asked", number, flush=True)
    for index in range(5):
        journal.segment(AnswerSegment(prompt_id, index, "x" * 50)); print("shown", number, index, flush=True)
    journal.answered(prompt_id, 2.0); print("answered", number, flush=True)
    number += 1
"""


def test_a_station_that_is_killed_has_kept_what_it_showed_and_its_queue_is_read_meanwhile(path: Path) -> None:
    rng = random.Random(1)
    said: list[list[str]] = []
    for _ in range(2):
        with subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
            said += [writer.stdout.readline().split() for _ in range(rng.randrange(20, 150))]
            asked = {int(number) for what, number, *_ in said if what == "asked"}
            assert asked <= {int.from_bytes(each.prompt.prompt_id, "big") for each in read_queue(path)}
            writer.send_signal(signal.SIGKILL)
            said += [line.split() for line in writer.stdout if line.endswith("\n")]
        kept = {int.from_bytes(inquiry.prompt.prompt_id, "big"): inquiry for inquiry in restored(path)}
        for what, number, *index in said:
            inquiry = kept[int(number)]
            assert what != "shown" or int(index[0]) < len(inquiry.segments)
            assert what != "answered" or inquiry.state is InquiryState.ANSWERED


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32), flips=st.sampled_from([1, 10, 100]))
def test_damage_costs_records_and_never_alters_one(
    tmp_path_factory: pytest.TempPathFactory, seed: int, flips: int
) -> None:
    rng = random.Random(seed)
    path = tmp_path_factory.mktemp("damage") / "a.db"
    with closing(Journal(path)) as journal, journal.batch():
        for number in range(30):
            end(journal, number)
            journal.segment(AnswerSegment(name(number), 0, "x" * 300))
        kept = journal.restore()
    octets = bytearray(path.read_bytes())
    for _ in range(flips):
        octets[rng.randrange(len(octets))] ^= 1 << rng.randrange(8)
    path.write_bytes(octets)
    with closing(Journal(path)) as journal:
        left = journal.restore()
        assert left == kept or journal.salvage is not None
        assert {inquiry.prompt for inquiry in left} <= {inquiry.prompt for inquiry in kept}
        assert {inquiry.segments for inquiry in left} <= {inquiry.segments for inquiry in kept} | {()}


def test_a_record_whose_prompt_is_lost_is_left_out(path: Path) -> None:
    with closing(Journal(path)) as journal:
        journal.asked(PROMPT, 5.25, 9.5)
        journal.asked(named(1), 5.25)
        journal.sent(name(1), 1)
    with closing(connect(path)) as connection:
        connection.execute("DELETE FROM record WHERE key = ? AND kind = 1", (name(1),))
    assert restored(path) == [ASKED]


GOLDEN_ROWS = [
    (
        1,
        bytes.fromhex("0001020304050607"),
        1,
        0,
        bytes.fromhex(
            "40150000000000004023000000000000a800010148000102030405060702645768793f030a04f9380005030681612107f95380"
        ),
        1949696390,
    ),
    (2, bytes.fromhex("0001020304050607"), 2, 0, bytes.fromhex("00000002"), 2931790387),
    (3, bytes.fromhex("0001020304050607"), 3, 0, bytes.fromhex(""), 3260385356),
    (4, bytes.fromhex("0001020304050607"), 4, 0, bytes.fromhex("a4000301480001020304050607020003624265"), 3478307058),
    (
        5,
        bytes.fromhex("0001020304050607"),
        4,
        1,
        bytes.fromhex("a500030148000102030405060702010365636175736504a401000203030404f93800"),
        653876521,
    ),
    (6, bytes.fromhex("0001020304050607"), 5, 0, bytes.fromhex("00000007"), 1856727466),
    (7, bytes.fromhex("0001020304050607"), 6, 0, bytes.fromhex(""), 2036925518),
    (8, bytes.fromhex("0001020304050607"), 7, 0, bytes.fromhex("4021000000000000"), 3653185519),
    (9, bytes.fromhex("0001020304050607"), 9, 0, bytes.fromhex(""), 2465003147),
    (
        10,
        bytes.fromhex("0000000000000001"),
        1,
        0,
        bytes.fromhex(
            "40180000000000007ff8000000000000a800010148000000000000000102645768793f030a04f9380005030681612107f95380"
        ),
        819726964,
    ),
    (
        11,
        bytes.fromhex("0000000000000001"),
        8,
        0,
        bytes.fromhex("401c000000000000a40006014800000000000000010200036c3820636f6d65206669727374"),
        2557160367,
    ),
]


def test_a_journal_written_by_the_first_version_is_read(path: Path) -> None:
    """Records as the first version wrote them, their seals by its rule: they must stay readable for good."""
    restored(path)
    with closing(connect(path)) as connection:
        connection.executemany("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?)", GOLDEN_ROWS)
    assert restored(path) == [
        replace(
            ASKED,
            state=InquiryState.ANSWERED,
            transmissions=2,
            segments=SEGMENTS,
            cancelling=True,
            ended_s=8.5,
            confirmed=True,
        ),
        JournalledInquiry(named(1), 6.0, None, InquiryState.REFUSED, refusal=refusal(name(1)), ended_s=7.0),
    ]
