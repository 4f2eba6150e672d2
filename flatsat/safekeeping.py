"""The journal as the spacecraft's program uses it: a file that fails is told, and stops nothing."""

from collections.abc import Callable

from edge.database_errors import trouble_with
from flatsat.job import Job
from flatsat.journal import Journal
from protocol.errors import RemoteError
from protocol.messages import AnswerSegment, Refusal
from protocol.telecommand import TelecommandState

_TELECOMMAND = "telecommand"
_FILES = "files"


class Safekeeping:
    """Keeps what must outlive the program. Each method returns whether it could; `trouble` says why not."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._telecommand: TelecommandState | None = None
        self.trouble = ""

    def admit(self, job: Job) -> bool:
        """Keep a prompt, before it is said to be accepted."""
        return self._keep(lambda: self._journal.admit(job.prompt, job.received_s))

    def started(self, job: Job, model: str) -> bool:
        """Note that a model begins."""
        return self._keep(lambda: self._journal.started(job.prompt.prompt_id, model))

    def segment(self, job: Job, segment: AnswerSegment) -> bool:
        """Keep a segment before it is sent, if it is not one that is sent again."""
        if segment.index < job.kept_segments:
            return True
        if not self._keep(lambda: self._journal.segment(segment)):
            return False
        job.kept_segments = segment.index + 1
        return True

    def finished(self, job: Job) -> bool:
        """Keep what is not cut into segments yet, once the model has ended."""
        end = job.buffer.end
        return end is not None and self._keep(
            lambda: self._journal.finished(job.prompt.prompt_id, job.buffer.rest, end)
        )

    def refused(self, refusal: Refusal) -> bool:
        """Keep that a prompt was refused."""
        return self._keep(lambda: self._journal.refuse(refusal))

    def confirmed(self, prompt_id: bytes) -> bool:
        """Drop an answer, but not that there was one."""
        return self._keep(lambda: self._journal.confirmed(prompt_id))

    def telecommand(self, state: TelecommandState) -> bool:
        """Keep where the telecommand channel stands, if it stands elsewhere than before."""
        if state == self._telecommand:
            return True
        kept = self._keep(lambda: self._journal.remember(_TELECOMMAND, state.encode()))
        self._telecommand = state if kept else None
        return kept

    def files(self, progress: bytes) -> bool:
        """Keep how far files have come."""
        return self._keep(lambda: self._journal.remember(_FILES, progress))

    def _keep(self, write: Callable[[], None]) -> bool:
        self.trouble = trouble_with(write)
        return not self.trouble


def telecommand_state(journal: Journal) -> TelecommandState:
    """Return where the telecommand channel stood; a damaged memory is as good as none: the ground begins anew."""
    octets = journal.recall(_TELECOMMAND)
    try:
        return TelecommandState.parse(octets) if isinstance(octets, bytes) else TelecommandState()
    except RemoteError:
        return TelecommandState()


def files_progress(journal: Journal) -> bytes | None:
    """Return how far files had come."""
    octets = journal.recall(_FILES)
    return octets if isinstance(octets, bytes) else None
