"""The prompts on board, in the order of their arrival."""

from collections.abc import Iterable, Iterator

from flatsat.job import Job, JobState

_SETTLED = (JobState.CONFIRMED, JobState.REFUSED)


class JobQueue:
    """Prompts that wait, the one that runs, those that were answered, and those that ended for good.

    An answer stays until the ground has confirmed it. Of the confirmed prompts the newest `remembered` are known still,
    so that none of them is run again, and as many of the refused ones.
    """

    def __init__(self, remembered: int, jobs: Iterable[Job] = ()) -> None:
        self._remembered = remembered
        self._jobs = {job.prompt.prompt_id: job for job in jobs}
        self._unsettled = list(self._jobs.values())

    def __iter__(self) -> Iterator[Job]:
        return iter(self._jobs.values())

    def get(self, prompt_id: bytes) -> Job | None:
        """Return the prompt of this id, if it is known."""
        return self._jobs.get(prompt_id)

    def add(self, job: Job) -> None:
        """Append a prompt, and forget the oldest of those that ended."""
        self._jobs[job.prompt.prompt_id] = job
        self._unsettled.append(job)
        self._forget([other for other in self if other.state is JobState.CONFIRMED])
        self._forget([other for other in self if other.state is JobState.REFUSED and other is not job])

    def unsettled(self) -> list[Job]:
        """Return the prompts that wait or run, or whose answer is not confirmed: few, however many are remembered."""
        self._unsettled = [job for job in self._unsettled if job.state not in _SETTLED]
        return self._unsettled

    def waiting(self) -> list[Job]:
        """Return the prompts that wait for the model, in their order."""
        return [job for job in self.unsettled() if job.state is JobState.QUEUED]

    def open_before(self, job: Job) -> int:
        """Return how many prompts are answered before this one."""
        position = 0
        for other in self.unsettled():
            if other is job:
                break
            position += other.open
        return position

    def open_count(self) -> int:
        """Return how many prompts the model still has work to do for."""
        return sum(job.open for job in self.unsettled())

    def _forget(self, ended: list[Job]) -> None:
        for job in ended[: max(0, len(ended) - self._remembered)]:
            del self._jobs[job.prompt.prompt_id]
