"""What the ground says of its prompts: new ones, what of an answer is missing, what is not wanted or has arrived."""

from flatsat.energy.energy_policy import Refuse
from flatsat.energy.energy_watch import EnergyWatch
from flatsat.inference import Inference
from flatsat.job import Job, JobState
from flatsat.job_queue import JobQueue
from flatsat.replies import Replies
from flatsat.safekeeping import Safekeeping
from protocol.journey import Milestone, Observer
from protocol.messages import Accepted, FinishReason, Missing, Prompt, Refusal, RefusalReason

_MAX_TROUBLE = 200
"""Characters of why a journal fails that are told to the ground."""


class Prompts:
    """Admits and refuses prompts, and has a reply for each message about one."""

    def __init__(
        self,
        jobs: JobQueue,
        keeping: Safekeeping,
        replies: Replies,
        inference: Inference,
        energy: EnergyWatch,
        observe: Observer,
        queue_limit: int,
    ) -> None:
        """Let at most `queue_limit` prompts wait besides the one being answered."""
        self._jobs, self._keeping, self._replies = jobs, keeping, replies
        self._inference, self._energy = inference, energy
        self._observe, self._queue_limit = observe, queue_limit

    def take(self, prompt: Prompt, now_s: float) -> None:
        """Admit or refuse a prompt; one that is known is answered with where it stands: it never runs twice."""
        job = self._jobs.get(prompt.prompt_id)
        if job is None:
            job = Job(prompt, now_s)
            self._observe(Milestone.PROMPT_RECEIVED, prompt.prompt_id, now_s, {})
            self._admit(job, now_s)
            self._jobs.add(job)
        self._reply_state(job)

    def resend(self, missing: Missing) -> None:
        """Have segments sent again."""
        job = self._jobs.get(missing.prompt_id)
        if job is None:
            self._replies.put(Refusal(missing.prompt_id, RefusalReason.UNKNOWN_PROMPT, ""))
            return
        job.buffer.resend(missing)
        if job.refusal or not job.buffer.pending:
            self._reply_state(job)

    def cancel(self, prompt_id: bytes, now_s: float) -> None:
        """End a prompt. What runs ends with a last segment; what has ended stands, and is asked for by Missing."""
        job = self._jobs.get(prompt_id)
        if job is None:
            self._replies.put(Refusal(prompt_id, RefusalReason.UNKNOWN_PROMPT, ""))
        elif job.state is JobState.QUEUED:
            self.refuse(job, RefusalReason.CANCELLED, "", now_s)
        elif self._inference.job is job:
            self._inference.end(FinishReason.CANCELLED)
        else:
            self._reply_state(job)

    def confirm(self, prompt_id: bytes) -> None:
        """Let an answer go that the ground has."""
        job = self._jobs.get(prompt_id)
        if job is not None and job.confirm():
            self._keeping.confirmed(prompt_id)

    def refuse(self, job: Job, reason: RefusalReason, detail: str, now_s: float) -> None:
        """End a prompt without an answer, and say so."""
        refusal = Refusal(job.prompt.prompt_id, reason, detail)
        job.refuse(refusal)
        self._keeping.refused(refusal)
        self._observe(Milestone.REFUSED, job.prompt.prompt_id, now_s, {"reason": reason.value, "detail": detail})
        self._reply_state(job)

    def drop_late(self, now_s: float) -> None:
        """End the prompts whose deadline has come."""
        for job in self._jobs.waiting():
            if job.late(now_s):
                self.refuse(job, RefusalReason.DEADLINE_PAST, "the deadline passed in the queue", now_s)
        running = self._inference.job
        if running is not None and running.late(now_s):
            self._inference.end(FinishReason.DEADLINE)

    def _admit(self, job: Job, now_s: float) -> None:
        """Keep the prompt, or refuse it if it cannot be answered: first for what will not change by waiting."""
        ahead, decision = self._jobs.open_count(), self._energy.decision
        if job.late(now_s):
            self.refuse(job, RefusalReason.DEADLINE_PAST, "the deadline is past", now_s)
        elif ahead > self._queue_limit:
            self.refuse(job, RefusalReason.QUEUE_FULL, f"{ahead} prompts come first", now_s)
        elif isinstance(decision, Refuse):
            self.refuse(job, decision.reason, decision.why, now_s)
        elif not self._keeping.admit(job):
            self.refuse(job, RefusalReason.JOURNAL_FULL, self._keeping.trouble[:_MAX_TROUBLE], now_s)

    def _reply_state(self, job: Job) -> None:
        prompt_id = job.prompt.prompt_id
        if job.state is JobState.CONFIRMED:
            self._replies.put(Refusal(prompt_id, RefusalReason.CONFIRMED, "its answer was confirmed and is dropped"))
        else:
            self._replies.put(job.refusal or Accepted(prompt_id, self._jobs.open_before(job)))
