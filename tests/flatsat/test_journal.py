import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from edge.database import MIN_OCTETS, connect
from edge.database_errors import DatabaseStateError, Reason
from flatsat.journal import Journal, JournalledJob
from protocol.messages import AnswerEnd, AnswerSegment, FinishReason, Prompt, Refusal, RefusalReason

ID, OTHER = bytes(range(8)), bytes(8)
PROMPT = Prompt(ID, "Why?", 10, 0.5, 3, ("!",), 60.0)
END = AnswerEnd(FinishReason.STOP, 3, 4, 0.5)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "flatsat.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    with closing(Journal(path)) as opened:
        yield opened


def restored(path: Path) -> list[JournalledJob]:
    with closing(Journal(path)) as journal:
        return journal.restore()


def name(number: int) -> bytes:
    return number.to_bytes(8, "big")


def refusal(prompt_id: bytes) -> Refusal:
    return Refusal(prompt_id, RefusalReason.CANCELLED, "")


def nameless(prompt_id: bytes) -> Prompt:
    return Prompt(prompt_id, "", 1)


# -- one prompt ------------------------------------------------------------------------------------------------------


def test_a_prompt_from_its_reception_to_its_confirmation(journal: Journal) -> None:
    job = JournalledJob(PROMPT, 5.25)
    journal.admit(PROMPT, 5.25)
    assert journal.restore() == [job]
    journal.started(ID, "small")
    journal.started(ID, "large")
    job = replace(job, attempts=2, model="large")
    assert journal.restore() == [job]
    segments = [AnswerSegment(ID, 0, "Be"), AnswerSegment(ID, 1, "ca")]
    for segment in segments:
        journal.segment(segment)
    assert journal.restore() == [replace(job, segments=tuple(segments))]
    journal.finished(ID, "use it is so", END)
    assert journal.restore() == [replace(job, segments=tuple(segments), rest="use it is so", end=END)]
    segments.append(AnswerSegment(ID, 2, "use "))
    journal.segment(segments[2])
    assert journal.restore() == [replace(job, segments=tuple(segments), rest="it is so", end=END)]
    segments.append(AnswerSegment(ID, 3, "it is so", END))
    journal.segment(segments[3])
    assert journal.restore() == [replace(job, segments=tuple(segments), rest="", end=END)]
    journal.confirmed(ID)
    assert journal.restore() == [JournalledJob(nameless(ID), None, confirmed=True)]


def test_the_first_word_stands(journal: Journal) -> None:
    journal.admit(PROMPT, 5.0)
    journal.admit(replace(PROMPT, text="What?"), 6.0)
    journal.segment(AnswerSegment(ID, 0, "Be"))
    journal.segment(AnswerSegment(ID, 0, "So"))
    assert journal.restore() == [JournalledJob(PROMPT, 5.0, segments=(AnswerSegment(ID, 0, "Be"),))]


def test_a_refusal_takes_the_place_of_all_else(journal: Journal) -> None:
    journal.admit(PROMPT, 5.0)
    journal.segment(AnswerSegment(ID, 0, "Be"))
    for prompt_id in (ID, OTHER):  # the other one was never admitted
        journal.refuse(refusal(prompt_id))
    assert journal.restore() == [JournalledJob(nameless(each), None, refusal(each)) for each in (ID, OTHER)]


def test_prompts_come_back_in_the_order_of_their_arrival(journal: Journal) -> None:
    for number in (5, 3, 9):
        journal.admit(replace(PROMPT, prompt_id=name(number)), 0.0)
    journal.started(name(5), "m")
    journal.segment(AnswerSegment(name(3), 0, "x"))
    assert [job.prompt.prompt_id for job in journal.restore()] == [name(5), name(3), name(9)]


@pytest.mark.parametrize("text", ["", "a" * 15_000, "é\U0001f600" * 40_000])
def test_a_rest_longer_than_a_message_is_kept_whole(journal: Journal, text: str) -> None:
    journal.admit(PROMPT, 5.0)
    journal.finished(ID, text, END)
    assert (journal.restore()[0].rest, journal.restore()[0].end) == (text, END)


@pytest.mark.parametrize("fact", [b"\0\xff", "text", -(2**40), 0.1])
def test_facts_are_remembered_until_others_take_their_place(path: Path, journal: Journal, fact: object) -> None:
    assert journal.recall("restarts") is None
    journal.remember("restarts", 1)
    journal.remember("restarts", fact)  # type: ignore[arg-type]
    journal.close()
    with closing(Journal(path)) as again:
        assert again.recall("restarts") == fact
        assert type(again.recall("restarts")) is type(fact)


# -- what is kept, and what goes ---------------------------------------------------------------------------------------


def test_of_the_ended_the_newest_are_remembered_and_refusals_push_no_answer_out(path: Path) -> None:
    with closing(Journal(path, remembered=3)) as journal:
        for number in range(5):
            journal.admit(replace(PROMPT, prompt_id=name(number)), 0.0)
            journal.confirmed(name(number))
        for number in range(10, 15):
            journal.refuse(refusal(name(number)))
        kept = [job.prompt.prompt_id for job in journal.restore()]
    assert kept == [name(number) for number in (2, 3, 4, 12, 13, 14)]


def fill(journal: Journal, prompt: Prompt, first: int = 0) -> list[bytes]:
    """Admit prompts until no more is taken; return those that were."""
    taken: list[bytes] = []
    while True:
        prompt_id = name(first + len(taken))
        try:
            journal.admit(replace(prompt, prompt_id=prompt_id), 1.0)
        except DatabaseStateError as error:
            if error.reason is not Reason.FULL:
                raise
            return taken
        taken.append(prompt_id)


@pytest.mark.parametrize("max_tokens", [10, 300])
@pytest.mark.parametrize("finished_first", [True, False])
def test_a_full_journal_takes_no_prompt_and_every_answer(path: Path, max_tokens: int, finished_first: bool) -> None:
    """The worst answers there are: long tokens, each a segment of its own."""
    token = "0123456789abcdef"
    with closing(Journal(path, 96 * 4096)) as journal:
        taken = fill(journal, Prompt(ID, "Why? " * 30, max_tokens))
        assert len(taken) >= 2
        for prompt_id in taken:
            journal.started(prompt_id, "a model")
            if finished_first:
                journal.finished(prompt_id, token * max_tokens, END)
        with journal.batch():
            for index in range(max_tokens):
                for prompt_id in taken:
                    end = END if index == max_tokens - 1 else None
                    journal.segment(AnswerSegment(prompt_id, index, token, end))
        if not finished_first:
            for prompt_id in taken:
                journal.finished(prompt_id, "", END)
        journal.remember("telecommand", bytes(200))
    jobs = restored(path)
    assert [job.prompt.prompt_id for job in jobs] == taken
    assert {"".join(segment.text for segment in job.segments) for job in jobs} == {token * max_tokens}
    assert path.stat().st_size <= 96 * 4096


def test_an_answer_that_ended_early_gives_back_the_room_it_did_not_need(path: Path) -> None:
    with closing(Journal(path, MIN_OCTETS)) as journal:
        taken = fill(journal, Prompt(ID, "Why?", 100), 100)
        journal.finished(taken[0], "short", END)
        assert len(fill(journal, Prompt(ID, "Why?", 100), 200)) == 1


def test_confirmed_ones_go_first_then_refused_ones_and_never_what_is_open(path: Path) -> None:
    with closing(Journal(path, MIN_OCTETS, remembered=10_000)) as journal:
        journal.admit(PROMPT, 0.0)
        with journal.batch():
            for number in range(300):
                journal.confirmed(name(2000 + number))
                journal.refuse(refusal(name(4000 + number)))
        taken = fill(journal, Prompt(ID, "Why?", 20), 100)
        kept = journal.restore()
        assert [job.prompt.prompt_id for job in kept if job.received_s is not None] == [ID, *taken]
        assert not any(job.confirmed for job in kept)
        assert sum(job.refusal is not None for job in kept) < 300
        for prompt_id in taken:
            journal.confirmed(prompt_id)
        assert len(fill(journal, Prompt(ID, "Why?", 20), 100_000)) >= len(taken)
        assert journal.restore()[0].prompt == PROMPT


def test_refused_ones_stay_while_there_are_confirmed_ones_to_forget(path: Path) -> None:
    with closing(Journal(path, MIN_OCTETS, remembered=10_000)) as journal:
        journal.refuse(refusal(OTHER))
        with journal.batch():
            for number in range(700):
                journal.confirmed(name(2000 + number))
        journal.admit(Prompt(ID, "x" * 20_000, 1), 0.0)
        kept = journal.restore()
    assert 0 < sum(job.confirmed for job in kept) < 700
    assert kept[0].refusal == refusal(OTHER)
    assert [job.prompt.prompt_id for job in kept if job.confirmed][-1] == name(2699)


# -- power cuts ------------------------------------------------------------------------------------------------------


def copy_of(path: Path, target: Path, log_octets: int | None = None, log_of: Path | None = None) -> Path:
    """Copy the file and its log, as a power cut leaves them, the log perhaps only in part."""
    target.mkdir()
    shutil.copy(path, target / path.name)
    log = Path(f"{log_of or path}-wal")
    if log.exists():
        (target / f"{path.name}-wal").write_bytes(log.read_bytes()[:log_octets])
    return target / path.name


class PowerCuts(RuleBasedStateMachine):
    """A journal and a model of it; at any moment the power fails, and what was committed is there."""

    def __init__(self) -> None:
        super().__init__()
        self.home = tempfile.TemporaryDirectory()
        self.directory = Path(self.home.name)
        self.cuts = 0
        self.jobs: dict[bytes, JournalledJob] = {}

    @initialize()
    def begin(self) -> None:
        self.journal = Journal(self.directory / "a.db", remembered=100)

    def teardown(self) -> None:
        self.journal.close()
        self.home.cleanup()

    def change(self, job: JournalledJob, is_last: bool = False) -> None:
        if is_last:
            self.jobs.pop(job.prompt.prompt_id, None)
        self.jobs[job.prompt.prompt_id] = job

    def pick(self, data: st.DataObject, *, finished: bool) -> JournalledJob:
        return data.draw(st.sampled_from([job for job in self.open_jobs() if (job.end is not None) == finished]))

    def open_jobs(self) -> list[JournalledJob]:
        return [job for job in self.jobs.values() if job.received_s is not None]

    @rule(text=st.text(max_size=30), now_s=st.integers(0, 1000))
    def admit(self, text: str, now_s: int) -> None:
        prompt = Prompt(name(len(self.jobs)), text, 50)
        self.journal.admit(prompt, now_s)
        self.change(JournalledJob(prompt, now_s))

    @precondition(lambda self: any(job.end is None for job in self.open_jobs()))
    @rule(data=st.data(), model=st.sampled_from(["a", "b"]))
    def start(self, data: st.DataObject, model: str) -> None:
        job = self.pick(data, finished=False)
        self.journal.started(job.prompt.prompt_id, model)
        self.change(replace(job, attempts=job.attempts + 1, model=model))

    @precondition(lambda self: any(job.end is None for job in self.open_jobs()))
    @rule(data=st.data(), texts=st.lists(st.text(max_size=5), max_size=3))
    def cut(self, data: st.DataObject, texts: list[str]) -> None:
        job = self.pick(data, finished=False)
        new = [AnswerSegment(job.prompt.prompt_id, len(job.segments) + n, text) for n, text in enumerate(texts)]
        with self.journal.batch():
            for segment in new:
                self.journal.segment(segment)
        self.change(replace(job, segments=(*job.segments, *new)))

    @precondition(lambda self: any(job.end is None for job in self.open_jobs()))
    @rule(data=st.data(), rest=st.text(max_size=30))
    def finish(self, data: st.DataObject, rest: str) -> None:
        job = self.pick(data, finished=False)
        self.journal.finished(job.prompt.prompt_id, rest, END)
        self.change(replace(job, rest=rest, end=END))

    @precondition(lambda self: any(job.rest for job in self.open_jobs()))
    @rule(data=st.data(), count=st.integers(1, 10))
    def cut_rest(self, data: st.DataObject, count: int) -> None:
        job = data.draw(st.sampled_from([job for job in self.open_jobs() if job.rest]))
        assert job.rest is not None
        text, rest = job.rest[:count], job.rest[count:]
        segment = AnswerSegment(job.prompt.prompt_id, len(job.segments), text, None if rest else END)
        self.journal.segment(segment)
        self.change(replace(job, segments=(*job.segments, segment), rest=rest))

    @precondition(lambda self: self.open_jobs())
    @rule(data=st.data(), confirm=st.booleans())
    def end(self, data: st.DataObject, confirm: bool) -> None:
        prompt_id = data.draw(st.sampled_from(self.open_jobs())).prompt.prompt_id
        if confirm:
            self.journal.confirmed(prompt_id)
            self.change(JournalledJob(nameless(prompt_id), None, confirmed=True), is_last=True)
        else:
            self.journal.refuse(refusal(prompt_id))
            self.change(JournalledJob(nameless(prompt_id), None, refusal(prompt_id)), is_last=True)

    @rule(data=st.data(), text=st.text(min_size=1, max_size=2000))
    def cut_the_power_while_it_writes(self, data: st.DataObject, text: str) -> None:
        """Of the log any part may be on the disk: then all of the change is there, or nothing."""
        self.cuts += 1
        path = copy_of(self.directory / "a.db", self.directory / f"before-{self.cuts}")
        prompt = Prompt(name(len(self.jobs)), text, 50)
        self.journal.admit(prompt, 1.0)
        log = (self.directory / "a.db-wal").read_bytes()
        octets = data.draw(st.integers(0, len(log)) | st.just(len(log)))
        Path(f"{path}-wal").write_bytes(log[:octets])
        left = restored(path)
        assert left in (list(self.jobs.values()), [*self.jobs.values(), JournalledJob(prompt, 1.0)])
        self.change(JournalledJob(prompt, 1.0))

    @rule()
    def cut_the_power(self) -> None:
        self.cuts += 1
        path = copy_of(self.directory / "a.db", self.directory / f"cut-{self.cuts}")
        self.journal.close()
        self.directory = path.parent
        self.journal = Journal(path, remembered=100)
        assert self.journal.salvage is None

    @invariant()
    def nothing_is_lost(self) -> None:
        if hasattr(self, "journal"):
            assert self.journal.restore() == list(self.jobs.values())


PowerCuts.TestCase.settings = settings(max_examples=12, stateful_step_count=20)
TestPowerCuts = PowerCuts.TestCase


WRITER = """
import sys; from pathlib import Path; from flatsat.journal import Journal; from protocol.messages import *
journal = Journal(Path(sys.argv[1]))
jobs = journal.restore()
for job in jobs:
    print("found", int.from_bytes(job.prompt.prompt_id, "big"), len(job.segments), job.confirmed, flush=True)
number = len(jobs)
while True:
    prompt_id = number.to_bytes(8, "big")
    journal.admit(Prompt(prompt_id, "Why?" * 50, 100), 1.0); print("admitted", number, flush=True)
    for index in range(5):
        journal.segment(AnswerSegment(prompt_id, index, "x" * 50)); print("segment", number, index, flush=True)
    if number % 3 == 0:
        journal.confirmed(prompt_id); print("confirmed", number, flush=True)
    number += 1
"""


def test_a_writer_that_is_killed_at_any_moment_has_kept_what_it_said_it_had(path: Path) -> None:
    """What it says is what it would have acknowledged or sent."""
    rng = random.Random(1)
    said: list[list[str]] = []
    for _ in range(3):
        with subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            said += [writer.stdout.readline().split() for _ in range(rng.randrange(len(said) // 6 + 20, 300))]
            writer.send_signal(signal.SIGKILL)
            said += [line.split() for line in writer.stdout if line.endswith("\n")]
        jobs = {int.from_bytes(job.prompt.prompt_id, "big"): job for job in restored(path)}
        for what, number, *index in (line for line in said if line[0] != "found"):
            job = jobs[int(number)]
            assert job.confirmed or what != "confirmed"
            assert job.confirmed or what != "segment" or int(index[0]) < len(job.segments)
        assert sorted(jobs) == list(range(len(jobs)))


# -- damage ----------------------------------------------------------------------------------------------------------


@cache
def busy_file() -> tuple[bytes, dict[bytes, JournalledJob]]:
    rng = random.Random(3)
    home = tempfile.TemporaryDirectory()
    path = Path(home.name, "a.db")
    with closing(Journal(path)) as journal, journal.batch():
        for number in range(40):
            prompt_id = name(number)
            journal.admit(Prompt(prompt_id, "Why? " * rng.randrange(1, 200), 50), 5.0)
            journal.started(prompt_id, "a model")
            for index in range(rng.randrange(6)):
                journal.segment(AnswerSegment(prompt_id, index, rng.randbytes(60).hex()))
            if rng.random() < 0.5:
                journal.finished(prompt_id, rng.randbytes(300).hex(), END)
            if rng.random() < 0.2:
                journal.confirmed(prompt_id)
    jobs = {job.prompt.prompt_id: job for job in restored(path)}
    octets = path.read_bytes()
    home.cleanup()
    return octets, jobs


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32), flips=st.sampled_from([1, 1, 2, 10, 100]))
def test_what_damage_leaves_of_a_journal_is_whole(seed: int, flips: int) -> None:
    """A prompt is there as it was, or it is gone and the file says that there was damage."""
    rng = random.Random(seed)
    octets, kept = bytearray(busy_file()[0]), busy_file()[1]
    for _ in range(flips):
        octets[rng.randrange(len(octets))] ^= 1 << rng.randrange(8)
    with tempfile.TemporaryDirectory() as home:
        path = Path(home, "a.db")
        path.write_bytes(octets)
        with closing(Journal(path)) as journal:
            left = {job.prompt.prompt_id: job for job in journal.restore()}
            assert left.items() <= kept.items()
            assert left == kept or journal.salvage is not None
            journal.admit(replace(PROMPT, prompt_id=name(99)), 1.0)


@pytest.mark.parametrize("lost", ["record WHERE kind = 1", "record WHERE kind = 3 AND part = 2", "subject WHERE 1"])
def test_a_prompt_of_which_a_part_is_lost_is_unknown_and_may_come_again(path: Path, lost: str) -> None:
    with closing(Journal(path)) as journal:
        for prompt_id in (ID, OTHER):
            journal.admit(replace(PROMPT, prompt_id=prompt_id), 5.0)
            for index in range(3):
                journal.segment(AnswerSegment(prompt_id, index, "x"))
    with closing(connect(path)) as connection:
        connection.execute(f"DELETE FROM {lost} AND key = ?", (ID,))
    with closing(Journal(path)) as journal:
        assert [job.prompt.prompt_id for job in journal.restore()] == [OTHER]
        journal.admit(PROMPT, 6.0)
        assert journal.restore()[1] == JournalledJob(PROMPT, 6.0)


def test_a_segment_of_a_prompt_that_was_never_admitted_is_none(journal: Journal) -> None:
    journal.segment(AnswerSegment(ID, 0, "x"))
    assert journal.restore() == []


# -- the file's format -----------------------------------------------------------------------------------------------

GOLDEN_ROWS = [
    (
        1,
        bytes.fromhex("0001020304050607"),
        1,
        0,
        bytes.fromhex("4015000000000000a800010148000102030405060702645768793f030a04f9380005030681612107f95380"),
        1042609260,
    ),
    (2, bytes.fromhex("0001020304050607"), 2, 0, bytes.fromhex("00000001736d616c6c"), 923473545),
    (3, bytes.fromhex("0001020304050607"), 3, 0, bytes.fromhex("a4000301480001020304050607020003624265"), 1806604475),
    (
        4,
        bytes.fromhex("0001020304050607"),
        4,
        0,
        bytes.fromhex("a500030148000102030405060702010365636175736504a401000203030404f93800"),
        1528048978,
    ),
    (5, bytes.fromhex("0000000000000000"), 6, 0, bytes.fromhex(""), 1765745546),
    (6, bytes.fromhex("0000000000000001"), 5, 0, bytes.fromhex("a400060148000000000000000102040360"), 2986177911),
]
GOLDEN_SUBJECTS = [
    (bytes.fromhex("0000000000000000"), 1, 0, 871140803),
    (bytes.fromhex("0000000000000001"), 1, 0, 1357599975),
    (bytes.fromhex("0001020304050607"), 4, 304, 3723633702),
]
VERSION_1 = """
CREATE TABLE record (
            number INTEGER PRIMARY KEY, key BLOB NOT NULL, kind INTEGER NOT NULL, part INTEGER NOT NULL,
            body BLOB NOT NULL, seal INTEGER NOT NULL CHECK (seal = seal_of(number, key, kind, part, body))) STRICT;
CREATE UNIQUE INDEX record_of_key ON record (key, kind, part);
CREATE INDEX record_of_kind ON record (kind);
CREATE TABLE subject (key BLOB PRIMARY KEY, records INTEGER NOT NULL, reserved_octets INTEGER NOT NULL,
            seal INTEGER NOT NULL CHECK (seal = seal_of(key, records, reserved_octets))) STRICT;
CREATE TABLE fact (name TEXT PRIMARY KEY, value ANY NOT NULL,
            seal INTEGER NOT NULL CHECK (seal = seal_of(name, value))) STRICT;
PRAGMA user_version = 1; PRAGMA application_id = 1;
"""


def test_a_journal_written_by_the_first_version_is_read(path: Path) -> None:
    """Records as the first version wrote them, their seals by its rule: they must stay readable for good."""
    with closing(connect(path)) as connection:
        connection.executescript(VERSION_1)
        connection.executemany("INSERT INTO subject VALUES (?, ?, ?, ?)", GOLDEN_SUBJECTS)
        connection.executemany("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?)", GOLDEN_ROWS)
    assert restored(path) == [
        JournalledJob(PROMPT, 5.25, None, (AnswerSegment(ID, 0, "Be"),), "cause", END, attempts=1, model="small"),
        JournalledJob(nameless(OTHER), None, confirmed=True),
        JournalledJob(nameless(name(1)), None, refusal(name(1))),
    ]
