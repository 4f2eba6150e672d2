"""An engine in a process of its own, which is started again whenever it goes down."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from flatsat.engine import Event, Finished, GenerationRequest, Lost, Notice, NoticeKind, PromptTooLong, Token
from flatsat.engine_child import EngineChild
from flatsat.engine_messages import event_from_json, notice_from_json
from flatsat.errors import ConfigError, EngineError, FlatsatError
from flatsat.supervision import TRANSITIONS, EngineChange, EngineState, Supervision
from protocol.messages import FinishReason

_LOOK_S = 0.01


class SupervisedEngine:
    """Holds the process that `command` starts (`engine_process.py`), and stands for the engine in it.

    No call waits but `wait_ready` and `close`. A process that ends, or shows no progress for too long, is ended and
    started again, and the answer it was at is Lost; a prompt on which this happens too often ends with an error.
    `restarts` counts the starts after the first, `last_cause` says why the last was needed. Raises OSError if there is
    no such program.
    """

    def __init__(
        self, command: Sequence[str], limits: Supervision | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._command, self._limits, self._clock = command, limits or Supervision(), clock
        self.runs_on_wall_clock = True
        self.restarts = 0
        self.last_cause = ""
        self._notices: list[Notice] = []
        self._progress: float | None = None
        self._error: FlatsatError | None = None
        self._failures = 0
        self._generation: SupervisedGeneration | None = None
        self._generations = 0
        self._suspect: GenerationRequest | None = None
        self._losses = 0
        self._state = EngineState.DOWN
        self._due_s = clock()
        self._begin()

    @property
    def pid(self) -> int:
        """The number of the engine's process."""
        return self._child.pid

    @property
    def ready(self) -> bool:
        """Whether the model is loaded."""
        return self._state is EngineState.UP

    @property
    def alive(self) -> bool:
        """Whether the process is up, or was not started again in vain too often."""
        return self._failures < self._limits.failures

    def wait_ready(self, on_progress: Callable[[float], None]) -> None:
        """Wait until the model is loaded; `on_progress` is called with 0 to 1, with each progress and each second.

        Raises ConfigError for settings that the engine refuses, EngineError if its process goes down.
        """
        told: float | None = None
        due_s = self._clock()
        while not self.ready:
            self._look()
            if self._error is not None:
                raise self._error
            if self._progress is not None and (self._progress != told or self._clock() >= due_s):
                told, due_s = self._progress, self._clock() + 1.0
                on_progress(told)
            time.sleep(_LOOK_S)

    def tick(self, now_s: float) -> list[Notice]:  # noqa: ARG002
        """Look after the process; return what has happened to it, and in it, since the last call."""
        self._look()
        notices, self._notices = self._notices, []
        return notices

    def flip(self, count: int, seed: int) -> None:
        """Flip bits of the weights; a process that is down has none."""
        self._child.send("flip", count=count, seed=seed)

    def start(self, request: GenerationRequest, now_s: float) -> SupervisedGeneration:
        """Begin an answer. Raises EngineError as the port says."""
        if self._generation is not None and not self._generation.over:
            raise EngineError("a generation is running; only one may")
        if not self.ready:
            raise EngineError(f"the engine is {self._state.value}: {self.last_cause or 'it has just been started'}")
        self._generations += 1
        self._child.send("start", generation=self._generations, request=asdict(request), now_s=now_s)
        self._generation = SupervisedGeneration(self, request)
        self._sign_s = self._clock()
        return self._generation

    def close(self) -> None:
        """Cancel what runs and end the process."""
        if self._generation is not None:
            self._generation.over = True
        self._child.close()

    # -- for the generation ----------------------------------------------------------------------------------------

    def tend(self, now_s: float) -> None:
        """Tell the process the link time, if its engine goes by that, and take in what it says."""
        if not (self.runs_on_wall_clock or self._child.congested):
            self._child.send("time", now_s=now_s)
        self._look()

    def command_generation(self, command: str) -> None:
        """Have the process cancel or close its generation."""
        self._child.send(command)

    # -- the process -----------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._child = EngineChild(self._command)
        self._begun_s = self._sign_s = self._clock()
        self._said: object = None
        self._happen(EngineChange.RESTARTED)

    def _look(self) -> None:
        """Take in what has come, then judge: what waited in the pipe while nobody looked counts."""
        ended = self._child.ended  # asked first: all that it left is then in the pipe
        for message in self._child.receive():
            self._take(message)
        if self._state is EngineState.DOWN:
            self._restart_if_due()
        elif ended:
            self._fall(self._child.cause_of_end())
        elif self._silent_s() > (self._limits.hang_s if self.ready else self._limits.load_s):
            self._fall(f"no progress for {self._silent_s():.0f} s")
        elif self.ready and self._clock() - self._begun_s > self._limits.steady_s:
            self._failures = 0

    def _silent_s(self) -> float:
        return self._clock() - self._sign_s

    def _restart_if_due(self) -> None:
        """The one before has to be gone: two models may not fit into the memory."""
        if self._clock() < self._due_s or not self._child.ended:
            return
        before = self._child
        try:
            self._begin()
        except OSError as error:
            self._fall(f"cannot be started: {error}")
            return
        before.close()
        self.restarts += 1

    def _fall(self, cause: str) -> None:
        self._happen(EngineChange.FELL)
        self._child.kill()
        self._failures += 1
        wait_s = self._limits.wait_s(self._failures)
        self._due_s = self._clock() + wait_s
        self.last_cause = cause
        self._error = self._error or EngineError(f"the engine's process went down: {cause}")
        self._notices.append(Notice(NoticeKind.LOST, {"cause": cause, "wait_s": wait_s}))
        if self._generation is not None and not self._generation.over:
            self._lose(self._generation, cause)

    def _lose(self, generation: SupervisedGeneration, cause: str) -> None:
        """An answer is lost; its prompt may be to blame."""
        self._losses = self._losses + 1 if generation.request == self._suspect else 1
        self._suspect = generation.request
        if self._losses < self._limits.attempts:
            generation.take(Lost(cause))
            return
        generation.fail(f"given up: the engine's process went down {self._losses} times at this prompt, last: {cause}")
        self._suspect, self._failures = None, 0

    def _happen(self, change: EngineChange) -> None:
        self._state = TRANSITIONS.get((self._state, change), self._state)

    # -- what it says ----------------------------------------------------------------------------------------------

    def _take(self, message: dict[str, Any]) -> None:
        if self._state is EngineState.DOWN:
            return
        progress = message.get("progress") if message["event"] == "heartbeat" else message
        if progress != self._said:
            self._said, self._sign_s = progress, self._clock()
        match message:
            case {"event": "progress", "fraction": fraction}:
                self._progress = fraction
            case {"event": "ready", "runs_on_wall_clock": on_wall_clock}:
                self.runs_on_wall_clock, self._error = on_wall_clock, None
                self._happen(EngineChange.LOADED)
                self._notices.append(Notice(NoticeKind.READY, {"load_s": self._clock() - self._begun_s}))
                self._begun_s = self._clock()
            case {"event": "generation", "generation": number, **fields} if number == self._generations:
                self._take_event(fields)
            case {"event": "notice"}:
                self._notices.append(notice_from_json(message))
            case {"event": "refused", "field": field, "value": value, "accepted": accepted}:
                self._error = ConfigError(field, value, accepted)
                self._fall(str(self._error))
            case {"event": "failed", "message": reason}:
                self._error = EngineError(reason)
                self._fall(reason)

    def _take_event(self, fields: dict[str, Any]) -> None:
        del fields["wall_time_s"]
        event = event_from_json(fields)
        if self._generation is not None:
            self._generation.take(event)
        if isinstance(event, Finished):
            self._suspect, self._failures = None, 0


class SupervisedGeneration:
    """An answer that the engine's process makes."""

    def __init__(self, engine: SupervisedEngine, request: GenerationRequest) -> None:
        self._engine, self.request = engine, request
        self.over = False
        self._events: list[Event] = []
        self._cancelled = False
        self._tokens = 0
        self._elapsed_s = 0.0

    def poll(self, now_s: float) -> list[Event]:
        """Return the events since the last call."""
        if self.over:
            return []
        self._engine.tend(now_s)
        events, self._events = self._events, []
        self.over = any(isinstance(event, Finished | PromptTooLong | Lost) for event in events)
        return events

    def cancel(self) -> None:
        """End the answer after the token that is being computed."""
        self._cancelled = True
        self._engine.command_generation("cancel")

    def close(self) -> None:
        """Cancel; nothing more is handed out."""
        if not self.over:
            self._engine.command_generation("close")
        self.over = True

    def take(self, event: Event) -> None:
        """Have an event handed out; one that was to end anyway is not lost but has ended."""
        match event:
            case Lost() if self._cancelled:
                event = Finished(FinishReason.CANCELLED, self._tokens, self._elapsed_s)
            case Token(elapsed_s=elapsed_s):
                self._tokens += 1
                self._elapsed_s = elapsed_s
        self._events.append(event)

    def fail(self, detail: str) -> None:
        """Have the answer end with an error."""
        self._events.append(Finished(FinishReason.ERROR, self._tokens, self._elapsed_s, detail))
