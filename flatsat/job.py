"""One prompt on board: from its reception to its answer."""

from dataclasses import dataclass, field
from enum import Enum

from flatsat.energy.cost import Cost
from flatsat.engine import GenerationRequest
from flatsat.journal import JournalledJob
from protocol.answer import AnswerBuffer
from protocol.messages import AnswerEnd, FinishReason, Prompt, Refusal


class JobState(Enum):
    """Where a prompt stands."""

    QUEUED = "queued"
    RUNNING = "running"
    ANSWERED = "answered"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class JobEvent(Enum):
    """What can change where a prompt stands."""

    BEGUN = "the model begins"
    INTERRUPTED = "the payload loses its power"
    FINISHED = "the model ends"
    CONFIRMED = "the ground has the whole answer"
    REFUSED = "it will not be answered, or not any further"


# An event that has no entry for a state changes nothing there.
TRANSITIONS: dict[tuple[JobState, JobEvent], JobState] = {
    (JobState.QUEUED, JobEvent.BEGUN): JobState.RUNNING,
    (JobState.QUEUED, JobEvent.REFUSED): JobState.REFUSED,
    (JobState.RUNNING, JobEvent.INTERRUPTED): JobState.QUEUED,
    (JobState.RUNNING, JobEvent.FINISHED): JobState.ANSWERED,
    (JobState.ANSWERED, JobEvent.CONFIRMED): JobState.CONFIRMED,
}


@dataclass(slots=True)
class Job:
    """A prompt, what is known of its answer, and where it stands."""

    prompt: Prompt
    received_s: float
    state: JobState = JobState.QUEUED
    refusal: Refusal | None = None
    prompt_tokens: int = 0
    tokens: int = 0
    buffer: AnswerBuffer = field(init=False)
    model: str = ""
    """The one that began last."""
    kept_segments: int = 0
    """Segments that are in the journal: no other may be sent."""
    cost: Cost = field(default_factory=Cost)
    """Of all that the model did for it since the program started, interrupted attempts too."""
    shortened_to: int | None = None
    """The limit of tokens that the rest of the contact leaves room for, if that is lower than the prompt's."""
    waited_s: float = 0.0
    """From its reception until the model began, the last time."""
    prefill_s: float | None = None
    """From there until the model had read the prompt."""
    _written: int = 0
    """Characters in the buffer."""
    _generated: int = 0
    """Characters since the model began, this time."""

    def __post_init__(self) -> None:
        self.buffer = AnswerBuffer(self.prompt.prompt_id)

    @classmethod
    def restored(cls, kept: JournalledJob, now_s: float) -> "Job":
        """Return a prompt as the journal knows it; one that was running waits to begin anew."""
        job = cls(kept.prompt, now_s if kept.received_s is None else min(kept.received_s, now_s))
        end = kept.end or (kept.segments[-1].end if kept.segments else None)
        job.buffer = AnswerBuffer.restored(kept.prompt.prompt_id, kept.segments, kept.rest or "", end)
        job.model = kept.model
        job.kept_segments = len(kept.segments)
        job._written = sum(len(segment.text) for segment in kept.segments)
        job.refusal = kept.refusal
        if kept.confirmed:
            job.state = JobState.CONFIRMED
        elif kept.refusal is not None:
            job.state = JobState.REFUSED
        elif end is not None:
            job.state = JobState.ANSWERED
        return job

    @property
    def open(self) -> bool:
        """Whether the model still has work to do for it."""
        return self.state in (JobState.QUEUED, JobState.RUNNING)

    def late(self, now_s: float) -> bool:
        """Whether its deadline is past."""
        deadline_s = self.prompt.deadline_s
        return deadline_s is not None and now_s - self.received_s >= deadline_s

    def contact_left_s(self, now_s: float) -> float | None:
        """Return how long words can still leave in the contact that the answer is to be down in, None if in any."""
        left_s = self.prompt.contact_left_s
        return None if left_s is None else self.received_s + left_s - now_s

    def shorten(self, tokens: int) -> None:
        """Let the answer have no more than so many tokens; where not one fits it goes down later, whole."""
        self.shortened_to = tokens if 0 < tokens < self.prompt.max_tokens else None

    def request(self) -> GenerationRequest:
        """Return what to ask the model. Raises ConfigError for what no model can be asked."""
        prompt, max_tokens = self.prompt, self.shortened_to or self.prompt.max_tokens
        how = (max_tokens, prompt.temperature, prompt.seed, prompt.stop)
        return GenerationRequest(prompt.text, *how, prompt.system, prompt.turns)

    def goes_on_with(self, model: str) -> bool:
        """Whether a model can go on where the answer was: another one would not begin it with the same words."""
        return not self.kept_segments or self.model == model

    def begin(self, now_s: float) -> None:
        """The model starts, perhaps again after the payload lost its power."""
        self._happen(JobEvent.BEGUN)
        self.waited_s, self.prefill_s = max(0.0, now_s - self.received_s), None
        self.tokens = 0
        self._generated = 0

    def read(self, prompt_tokens: int, elapsed_s: float) -> None:
        """The model has read the prompt, so long after it began."""
        self.prompt_tokens, self.prefill_s = prompt_tokens, elapsed_s

    def interrupted(self) -> None:
        """The model stopped before the end; it will begin again."""
        self._happen(JobEvent.INTERRUPTED)

    def write(self, text: str) -> None:
        """Add a token's text. After an interruption, what the model says a second time is left out.

        A generation follows from its request alone, so the second one begins like the first.
        """
        self.tokens += 1
        fresh = text[max(0, self._written - self._generated) :]
        self._generated += len(text)
        self._written += len(fresh)
        self.buffer.append(fresh)

    def finish(self, reason: FinishReason, inference_s: float) -> None:
        """The answer is complete."""
        self._happen(JobEvent.FINISHED)
        took = (self.cost.energy_j, self.cost.peak_temperature_c, self.shortened_to, self.waited_s, self.prefill_s)
        self.buffer.finish(AnswerEnd(reason, self.prompt_tokens, self.tokens, inference_s, *took))

    def confirm(self) -> bool:
        """The ground has the whole answer: drop it. Return whether there was one to drop."""
        confirmed = self._happen(JobEvent.CONFIRMED)
        if confirmed:
            self.buffer = AnswerBuffer(self.prompt.prompt_id)
        return confirmed

    def refuse(self, refusal: Refusal) -> None:
        """The prompt is not answered, or not any further: drop what has come of it, as the journal does."""
        self._happen(JobEvent.REFUSED)
        self.refusal = refusal
        self.buffer = AnswerBuffer(self.prompt.prompt_id)

    def _happen(self, event: JobEvent) -> bool:
        following = TRANSITIONS.get((self.state, event))
        self.state = following or self.state
        return following is not None
