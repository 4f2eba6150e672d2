"""The spacecraft program: takes prompts off the link, has the model answer them and puts the answers on the link."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from flatsat.board import BoardClient
from flatsat.engine import Engine, Event, Finished, Generation, PrefillDone, Token
from flatsat.errors import BoardError
from flatsat.job import Job, JobState
from protocol.journey import Milestone, Observer
from protocol.link import SpacecraftLink
from protocol.messages import (
    Accepted,
    Cancel,
    FinishReason,
    Health,
    Message,
    Missing,
    Prompt,
    Refusal,
    RefusalReason,
    segment_overhead_octets,
)


@dataclass(frozen=True, slots=True)
class SpacecraftSettings:
    """What an operator can set."""

    queue_limit: int = 8
    """Prompts waiting besides the one being answered."""
    remembered: int = 256
    """Finished prompts whose answers can still be asked for again."""
    health_period_s: float = 10.0


@dataclass(slots=True)
class _Running:
    job: Job
    generation: Generation


@dataclass(slots=True)
class SpacecraftCounters:
    """What the program has done."""

    inferences: int = 0
    interruptions: int = 0
    segments_resent: int = 0


class Spacecraft:
    """The link layer of the flatsat's transceiver. ``tick`` is called for every span of samples."""

    def __init__(
        self,
        link: SpacecraftLink,
        engine: Engine,
        board: BoardClient | None,
        observe: Observer,
        hold: Callable[[bool], None],
        settings: SpacecraftSettings,
    ) -> None:
        """Take ``hold``, called with True while link time must not run ahead of the wall clock, and False after."""
        self._link, self._engine, self._board = link, engine, board
        self._observe, self._hold, self._settings = observe, hold, settings
        self._jobs: OrderedDict[bytes, Job] = OrderedDict()
        self._replies: list[Message] = []
        self._running: _Running | None = None
        self._health_due_s = settings.health_period_s
        self._rail_commanded = False
        self.board_error: BoardError | None = None
        self.counters = SpacecraftCounters()

    # -- the transceiver's side ------------------------------------------------------------------------------------

    def frame_received(self, frame: bytes, quality: object, now_s: float) -> None:  # noqa: ARG002
        """Carry out what the frame's messages say."""
        for message in self._link.receive(frame):
            self._obey(message, now_s)
        self._start_next(now_s)

    def frame_to_send(self, now_s: float) -> bytes | None:
        """Fill a frame: replies first, then answers, oldest prompt first."""
        self._put_replies()
        self._put_segments(now_s)
        return self._link.next_frame()

    def tick(self, now_s: float) -> None:
        """Move everything on that does not wait for a frame."""
        self._tick_board(now_s)
        self._poll_model(now_s)
        self._drop_late(now_s)
        self._start_next(now_s)
        if now_s >= self._health_due_s:
            self._health_due_s = now_s + self._settings.health_period_s
            self._replies.append(self.health(now_s))

    def health(self, now_s: float) -> Health:
        """Return the state to report."""
        status = self._board.status if self._board and not self.board_error else None
        return Health(
            uptime_s=max(0.0, now_s),
            queue_depth=sum(job.open for job in self._jobs.values()),
            inferring=self._running is not None,
            frames_received=self._link.receiver.frames_accepted,
            frames_rejected=self._link.receiver.frames_rejected,
            bus_voltage_v=status.bus_voltage_v if status else None,
            current_a=status.payload_current_a if status else None,
            temperature_c=status.temperature_c if status else None,
            payload_rail_on=status.payload_rail_on if status else None,
            watchdog_resets=status.watchdog_resets if status else None,
        )

    def summary(self) -> dict[str, int]:
        """Return the counts of what the program has done."""
        return {
            "frames_received": self._link.receiver.frames_accepted,
            "inferences": self.counters.inferences,
            "interruptions": self.counters.interruptions,
            "retransmissions": self.counters.segments_resent,
        }

    # -- messages --------------------------------------------------------------------------------------------------

    def _obey(self, message: Message, now_s: float) -> None:
        match message:
            case Prompt():
                self._take_prompt(message, now_s)
            case Missing(prompt_id=prompt_id):
                self._resend(prompt_id, message)
            case Cancel(prompt_id=prompt_id):
                self._cancel(prompt_id, now_s)
            case _:  # a message of the downlink, heard on the uplink: not for us
                return

    def _take_prompt(self, prompt: Prompt, now_s: float) -> None:
        """A prompt known already is answered with where it stands: it never runs twice."""
        job = self._jobs.get(prompt.prompt_id)
        if job is None:
            job = Job(prompt, now_s)
            self._observe(Milestone.PROMPT_RECEIVED, prompt.prompt_id, now_s, {})
            self._admit(job, now_s)
            self._jobs[prompt.prompt_id] = job
            self._forget_oldest()
        self._reply_state(job)

    def _admit(self, job: Job, now_s: float) -> None:
        waiting = sum(other.state is JobState.QUEUED for other in self._jobs.values())
        tokens, limit = self._engine.count_tokens(job.prompt.text), self._engine.max_prompt_tokens
        if waiting >= self._settings.queue_limit:
            self._refuse(job, RefusalReason.QUEUE_FULL, f"{waiting} prompts are waiting", now_s)
        elif tokens > limit:
            self._refuse(job, RefusalReason.PROMPT_TOO_LONG, f"{tokens} tokens; at most {limit}", now_s)
        elif job.late(now_s):
            self._refuse(job, RefusalReason.DEADLINE_PAST, "the deadline is past", now_s)

    def _refuse(self, job: Job, reason: RefusalReason, detail: str, now_s: float) -> None:
        job.refuse(Refusal(job.prompt.prompt_id, reason, detail))
        self._observe(Milestone.REFUSED, job.prompt.prompt_id, now_s, {"reason": reason.value, "detail": detail})

    def _reply_state(self, job: Job) -> None:
        self._reply(job.refusal or Accepted(job.prompt.prompt_id, self._jobs_before(job)))

    def _reply(self, message: Message) -> None:
        if message not in self._replies:
            self._replies.append(message)

    def _jobs_before(self, job: Job) -> int:
        position = 0
        for other in self._jobs.values():
            if other is job:
                break
            position += other.open
        return position

    def _resend(self, prompt_id: bytes, missing: Missing) -> None:
        job = self._jobs.get(prompt_id)
        if job is None:
            self._reply(Refusal(prompt_id, RefusalReason.UNKNOWN_PROMPT, ""))
            return
        job.buffer.resend(missing)
        if not job.buffer.pending:
            self._reply_state(job)

    def _cancel(self, prompt_id: bytes, now_s: float) -> None:
        job = self._jobs.get(prompt_id)
        if job is None:
            self._reply(Refusal(prompt_id, RefusalReason.UNKNOWN_PROMPT, ""))
        elif job.state is JobState.QUEUED:
            self._refuse(job, RefusalReason.CANCELLED, "", now_s)
            self._reply_state(job)
        elif self._running is not None and self._running.job is job:
            self._running.generation.cancel()

    def _forget_oldest(self) -> None:
        finished = [prompt_id for prompt_id, job in self._jobs.items() if not job.open]
        for prompt_id in finished[: max(0, len(finished) - self._settings.remembered)]:
            del self._jobs[prompt_id]

    # -- the model -------------------------------------------------------------------------------------------------

    def _start_next(self, now_s: float) -> None:
        if self._running is not None or not self._powered(now_s):
            return
        job = next((job for job in self._jobs.values() if job.state is JobState.QUEUED), None)
        if job is None:
            return
        job.begin()
        if self._engine.runs_on_wall_clock:
            self._hold(True)
        self._running = _Running(job, self._engine.start(job.request(), now_s))
        self.counters.inferences += 1
        self._observe(Milestone.INFERENCE_STARTED, job.prompt.prompt_id, now_s, {})

    def _poll_model(self, now_s: float) -> None:
        if self._running is None:
            return
        if not self._powered(now_s):
            self._interrupt()
            return
        for event in self._running.generation.poll(now_s):
            self._take_event(self._running.job, event, now_s)

    def _take_event(self, job: Job, event: Event, now_s: float) -> None:
        prompt_id = job.prompt.prompt_id
        match event:
            case PrefillDone(prompt_tokens=count):
                job.prompt_tokens = count
                self._observe(Milestone.PREFILL_DONE, prompt_id, now_s, {"prompt_tokens": count})
            case Token(text=text):
                job.write(text)
                first = job.tokens == 1
                milestone = Milestone.FIRST_TOKEN if first else Milestone.TOKEN
                self._observe(milestone, prompt_id, now_s, {"n": job.tokens, "text": text})
            case Finished(reason=reason, elapsed_s=elapsed_s, detail=detail):
                self._finish(job, reason, elapsed_s, detail, now_s)

    def _finish(self, job: Job, reason: FinishReason, elapsed_s: float, detail: str, now_s: float) -> None:
        if reason is FinishReason.CANCELLED and job.late(now_s):
            reason = FinishReason.DEADLINE
        job.finish(reason, elapsed_s)
        self._observe(
            Milestone.INFERENCE_DONE,
            job.prompt.prompt_id,
            now_s,
            {"finish_reason": reason.value, "inference_s": elapsed_s, "detail": detail},
        )
        self._stop_running()

    def _interrupt(self) -> None:
        """The payload lost its power: the answer begins anew when it is back."""
        if self._running is None:
            return
        self._running.generation.close()
        self._running.job.interrupted()
        self.counters.interruptions += 1
        self._stop_running()

    def _stop_running(self) -> None:
        self._running = None
        if self._engine.runs_on_wall_clock:
            self._hold(False)

    def _drop_late(self, now_s: float) -> None:
        for job in self._jobs.values():
            if job.state is JobState.QUEUED and job.late(now_s):
                self._refuse(job, RefusalReason.DEADLINE_PAST, "the deadline passed in the queue", now_s)
                self._reply_state(job)
        if self._running is not None and self._running.job.late(now_s):
            self._running.generation.cancel()

    # -- frames ----------------------------------------------------------------------------------------------------

    def _put_replies(self) -> None:
        while self._replies and self._link.free_octets:
            self._link.send(self._replies.pop(0))

    def _put_segments(self, now_s: float) -> None:
        for job in self._jobs.values():
            while job.buffer.pending:
                room = self._link.free_octets - segment_overhead_octets(job.buffer.end)
                before = job.buffer.resent
                segment = job.buffer.next_segment(room) if room >= 0 else None
                if segment is None:
                    return
                again = job.buffer.resent > before
                self.counters.segments_resent += again
                self._link.send(segment)
                detail: dict[str, object] = {
                    "index": segment.index,
                    "characters": len(segment.text),
                    "again": again,
                }
                self._observe(Milestone.SEGMENT_SENT, job.prompt.prompt_id, now_s, detail)

    # -- the board -------------------------------------------------------------------------------------------------

    def _powered(self, now_s: float) -> bool:
        """Without a board the payload is always on; with one, only while the board says so."""
        if self._board is None:
            return True
        return self.board_error is None and self._board.payload_on(now_s)

    def _tick_board(self, now_s: float) -> None:
        if self._board is None or self.board_error is not None:
            return
        try:
            if not self._rail_commanded:
                self._board.set_payload_rail(True, now_s)
                self._rail_commanded = True
            self._board.tick(now_s)
        except BoardError as error:
            self.board_error = error
