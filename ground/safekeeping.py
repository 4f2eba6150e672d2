"""The journal as the station uses it: one that fails takes no new prompt, and stops nothing else."""

from collections.abc import Callable
from typing import TypeVar

from edge.database_errors import DatabaseStateError, trouble_with
from ground.errors import RequestError
from ground.journal import Journal, JournalledInquiry
from ground.link_use import LinkUse
from protocol.messages import AnswerSegment, Prompt, Refusal

_T = TypeVar("_T")


class Safekeeping:
    """Keeps what must outlive the program. What is not kept may have to be done again one day."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.trouble = ""
        """Why the journal, or the store of sequence numbers, could not be written the last time."""

    def asked(self, prompt: Prompt, asked_s: float, deadline_s: float | None) -> None:
        """Keep a prompt, before it is queued. Raise RequestError if it cannot be."""
        _reaching_journal(lambda: self._journal.asked(prompt, asked_s, deadline_s))

    def find(self, prompt_id: bytes) -> JournalledInquiry | None:
        """Return what is known of a prompt, None if nothing is. Raise RequestError if the journal cannot be read."""
        return _reaching_journal(lambda: self._journal.find(prompt_id))

    def sent(self, prompt_id: bytes, transmissions: int) -> None:
        """Note how often a prompt was sent."""
        self._keep(lambda: self._journal.sent(prompt_id, transmissions))

    def accepted(self, prompt_id: bytes) -> None:
        """Note that the spacecraft has a prompt."""
        self._keep(lambda: self._journal.accepted(prompt_id))

    def began_anew(self, prompt_id: bytes) -> None:
        """Drop what there is of an answer."""
        self._keep(lambda: self._journal.began_anew(prompt_id))

    def segment(self, segment: AnswerSegment) -> bool:
        """Keep a segment, before it is shown; return whether it could be."""
        return self._keep(lambda: self._journal.segment(segment))

    def cancelling(self, prompt_id: bytes) -> None:
        """Note that the operator no longer wants a prompt."""
        self._keep(lambda: self._journal.cancelling(prompt_id))

    def answered(self, prompt_id: bytes, ended_s: float, use: LinkUse | None) -> None:
        """Note that an answer is here."""
        self._keep(lambda: self._journal.answered(prompt_id, ended_s, use))

    def refused(self, refusal: Refusal, ended_s: float) -> None:
        """Note that a prompt will not be answered."""
        self._keep(lambda: self._journal.refused(refusal, ended_s))

    def confirmed(self, prompt_id: bytes) -> None:
        """Note that the spacecraft was told that it may drop an answer."""
        self._keep(lambda: self._journal.confirmed(prompt_id))

    def _keep(self, write: Callable[[], None]) -> bool:
        self.trouble = trouble_with(write)
        return not self.trouble


def _reaching_journal(work: Callable[[], _T]) -> _T:
    """Raise RequestError if the journal cannot do it."""
    try:
        return work()
    except DatabaseStateError as error:
        accepted = f"a journal that can be written ({error.path}: {error.detail})"
        raise RequestError("journal", error.reason.value, accepted) from None
