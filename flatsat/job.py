"""One prompt on board: from its reception to its answer."""

from dataclasses import dataclass, field
from enum import Enum

from flatsat.engine import GenerationRequest
from protocol.answer import AnswerBuffer
from protocol.messages import AnswerEnd, FinishReason, Prompt, Refusal


class JobState(Enum):
    """Where a prompt stands."""

    QUEUED = "queued"
    RUNNING = "running"
    ANSWERED = "answered"
    REFUSED = "refused"


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
    _written: str = ""
    _repeated: str = ""

    def __post_init__(self) -> None:
        self.buffer = AnswerBuffer(self.prompt.prompt_id)

    @property
    def open(self) -> bool:
        """Whether the model still has work to do for it."""
        return self.state in (JobState.QUEUED, JobState.RUNNING)

    def late(self, now_s: float) -> bool:
        """Whether its deadline is past."""
        deadline_s = self.prompt.deadline_s
        return deadline_s is not None and now_s - self.received_s >= deadline_s

    def request(self) -> GenerationRequest:
        """Return what to ask the model."""
        prompt = self.prompt
        return GenerationRequest(prompt.text, prompt.max_tokens, prompt.temperature, prompt.seed, prompt.stop)

    def begin(self) -> None:
        """The model starts, perhaps again after the payload lost its power."""
        self.state = JobState.RUNNING
        self.tokens = 0
        self._repeated = ""

    def interrupted(self) -> None:
        """The model stopped before the end; it will begin again."""
        self.state = JobState.QUEUED

    def write(self, text: str) -> None:
        """Add a token's text. After an interruption, what the model says a second time is left out.

        A generation follows from its request alone, so the second one begins like the first.
        """
        self.tokens += 1
        before = len(self._repeated)
        self._repeated += text
        fresh = text[max(0, len(self._written) - before) :]
        self._written += fresh
        self.buffer.append(fresh)

    def finish(self, reason: FinishReason, inference_s: float) -> None:
        """The answer is complete."""
        self.state = JobState.ANSWERED
        self.buffer.finish(AnswerEnd(reason, self.prompt_tokens, self.tokens, inference_s))

    def refuse(self, refusal: Refusal) -> None:
        """The prompt is not answered."""
        self.state = JobState.REFUSED
        self.refusal = refusal
