from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from flatsat.job import Job
from flatsat.journal import Journal, JournalledJob
from flatsat.safekeeping import Safekeeping, telecommand_state
from protocol.cop1.farm import FarmVariables
from protocol.cop1.farm_table import FarmState
from protocol.messages import AnswerEnd, AnswerSegment, FinishReason, Prompt, Refusal, RefusalReason
from protocol.telecommand import TelecommandState

ID = bytes(range(8))
REFUSAL = Refusal(ID, RefusalReason.CANCELLED, "")
STATE = TelecommandState(
    FarmVariables(FarmState.LOCKOUT, 200, lockout=True, retransmit=True, farm_b_counter=3), b"rest"
)


@pytest.fixture
def journal(quick_path: Path) -> Iterator[Journal]:
    with closing(Journal(quick_path / "flatsat.journal")) as opened:
        yield opened


@pytest.fixture
def keeping(journal: Journal) -> Safekeeping:
    return Safekeeping(journal)


def job() -> Job:
    return Job(Prompt(ID, "Why?", 10), 5.0)


def write_protect(journal: Journal, protected: bool) -> None:
    journal._database.execute(f"PRAGMA query_only = {protected:d}")


def answered() -> Job:
    done = job()
    done.begin(7.0)
    done.write("Because")
    done.finish(FinishReason.STOP, 1.5)
    return done


def test_a_job_from_its_reception_to_its_confirmation(journal: Journal, keeping: Safekeeping) -> None:
    asked = job()
    assert keeping.admit(asked)
    assert keeping.started(asked, "small")
    assert journal.restore() == [JournalledJob(asked.prompt, 5.0, attempts=1, model="small")]
    asked.begin(7.0)
    asked.write("Be")
    first = asked.buffer.next_segment(100)
    assert first is not None
    assert keeping.segment(asked, first)
    asked.write("cause")
    asked.finish(FinishReason.STOP, 1.5)
    assert keeping.finished(asked)
    end = AnswerEnd(FinishReason.STOP, 0, 2, 1.5, waited_s=2.0)
    kept = JournalledJob(asked.prompt, 5.0, None, (first,), "cause", end, attempts=1, model="small")
    assert journal.restore() == [kept]
    assert keeping.confirmed(ID)
    assert [each.confirmed for each in journal.restore()] == [True]


def test_a_refusal_is_kept(journal: Journal, keeping: Safekeeping) -> None:
    assert keeping.admit(job())
    assert keeping.refused(REFUSAL)
    assert [each.refusal for each in journal.restore()] == [REFUSAL]


def test_a_segment_that_is_sent_again_is_not_written_again(journal: Journal, keeping: Safekeeping) -> None:
    asked = answered()
    segment = asked.buffer.next_segment(100)
    assert segment is not None
    assert keeping.segment(asked, segment)
    assert asked.kept_segments == 1
    write_protect(journal, True)
    assert keeping.segment(asked, segment)
    assert keeping.trouble == ""


def test_what_has_not_ended_is_not_kept_as_ended(journal: Journal, keeping: Safekeeping) -> None:
    keeping.admit(job())
    assert not keeping.finished(job())
    assert journal.restore()[0].end is None


@pytest.mark.parametrize(
    "write",
    [
        lambda keeping: keeping.admit(job()),
        lambda keeping: keeping.started(job(), "small"),
        lambda keeping: keeping.segment(job(), AnswerSegment(ID, 0, "Be")),
        lambda keeping: keeping.finished(answered()),
        lambda keeping: keeping.refused(REFUSAL),
        lambda keeping: keeping.confirmed(ID),
        lambda keeping: keeping.telecommand(STATE),
    ],
)
def test_a_file_that_fails_is_told_and_one_that_works_again_is_not(
    journal: Journal, keeping: Safekeeping, write: Callable[[Safekeeping], bool]
) -> None:
    write_protect(journal, True)
    assert not write(keeping)
    assert "read-only" in keeping.trouble
    write_protect(journal, False)
    assert write(keeping)
    assert keeping.trouble == ""


def test_a_segment_that_could_not_be_kept_does_not_count_as_kept(journal: Journal, keeping: Safekeeping) -> None:
    asked = answered()
    segment = asked.buffer.next_segment(100)
    assert segment is not None
    write_protect(journal, True)
    assert not keeping.segment(asked, segment)
    assert asked.kept_segments == 0


def test_where_the_telecommand_channel_stands_is_remembered(journal: Journal, keeping: Safekeeping) -> None:
    assert telecommand_state(journal) == TelecommandState()
    assert keeping.telecommand(TelecommandState())
    assert keeping.telecommand(STATE)
    assert telecommand_state(journal) == STATE


@pytest.mark.parametrize("fact", [b"", b"\0", b"\0\xff", "text", 5])
def test_a_damaged_memory_of_the_channel_is_as_good_as_none(journal: Journal, fact: bytes | str | int) -> None:
    journal.remember("telecommand", fact)
    assert telecommand_state(journal) == TelecommandState()
