"""The engine's own process: it may crash, hang or run out of memory, and link and journal do not notice.

Commands come in as JSON lines on standard input, events leave as JSON lines on standard output (`radio/worker.py`). It
ends when its input closes: whoever started it is gone.
"""

import errno
import json
import os
import resource
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

from flatsat.engine import Engine, Event, Finished, Generation, GenerationRequest, PromptTooLong
from flatsat.engine_messages import event_to_json, notice_to_json, request_from_json
from flatsat.engine_settings import EngineSettings, load_engine
from flatsat.errors import ConfigError, EngineError
from radio.worker import Worker

HEARTBEAT_S = 0.5
_LOOP_S = 0.005
_GRACE_S = 2.0


class HostedEngine(Engine, Protocol):
    """An engine that shows whether it moves on."""

    @property
    def steps(self) -> int:
        """Grows while a generation gets on, prefill included."""


Load: TypeAlias = Callable[[Callable[[float], None]], HostedEngine]
"""Loads an engine, and tells its progress, 0 to 1."""


class EngineServer:
    """Carries out what the parent commands, and tells it what the engine says."""

    def __init__(self, worker: Worker, engine: HostedEngine) -> None:
        self._worker, self._engine = worker, engine
        self._generation: Generation | None = None
        self._number = 0
        self._now_s = 0.0
        self._turns = 0
        self._beat_due_s = 0.0

    def turn(self) -> None:
        """Do what there is to do. Raises MemoryError, and EngineError for an engine of no use any more."""
        for command in self._worker.commands():
            self._obey(command)
        for notice in self._engine.tick(self._now_s):
            self._worker.emit("notice", **notice_to_json(notice))
        self._tell_generation()
        self._beat()

    def _obey(self, command: dict[str, Any]) -> None:
        match command:
            case {"command": "start", "generation": number, "request": request, "now_s": now_s}:
                self._start(number, request_from_json(request), now_s)
            case {"command": "time", "now_s": now_s}:
                self._now_s = now_s
            case {"command": "flip", "count": count, "seed": seed}:
                self._engine.flip(count, seed)
            case {"command": "cancel"} if self._generation:
                self._generation.cancel()
            case {"command": "close"} if self._generation:
                self._generation.close()
                self._generation = None

    def _start(self, number: int, request: GenerationRequest, now_s: float) -> None:
        self._number, self._now_s = number, now_s
        self._generation = self._engine.start(request, now_s)

    def _tell_generation(self) -> None:
        for event in self._generation.poll(self._now_s) if self._generation else ():
            _raise_if_out_of_memory(event)
            if isinstance(event, Finished | PromptTooLong):
                self._generation = None
            self._worker.emit("generation", generation=self._number, **event_to_json(event))

    def _beat(self) -> None:
        """Show that the process lives. While the model works, it has to move on, too."""
        self._turns += 1
        if time.monotonic() >= self._beat_due_s:
            self._beat_due_s = time.monotonic() + HEARTBEAT_S
            progress = ("steps", self._engine.steps) if self._generation else ("turns", self._turns)
            self._worker.emit("heartbeat", progress=progress)


def _raise_if_out_of_memory(event: Event) -> None:
    """After that, nothing in this process can be relied upon: a thread may be gone, a buffer half written."""
    if isinstance(event, Finished) and event.detail.startswith(MemoryError.__name__):
        raise MemoryError(event.detail)


def host(load: Load, memory_limit_mib: int | None) -> int:
    """Load an engine and serve it on the standard streams until the input ends; return the exit status."""
    threading.excepthook = _end_with_thread
    if memory_limit_mib is not None:
        resource.setrlimit(resource.RLIMIT_DATA, (memory_limit_mib << 20,) * 2)
    events = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no event
    worker = Worker(sys.stdin, events)
    worker.start()
    threading.Thread(target=_end_for_certain, args=[worker], daemon=True).start()
    try:
        return _serve(worker, load)
    except MemoryError:
        os._exit(errno.ENOMEM)
    finally:
        worker.stopping.set()


def _serve(worker: Worker, load: Load) -> int:
    def progress(fraction: float) -> None:
        worker.emit("progress", fraction=fraction)
        if worker.stopping.is_set():
            raise SystemExit(0)

    try:
        engine = load(progress)
        worker.emit("ready", runs_on_wall_clock=engine.runs_on_wall_clock)
        server = EngineServer(worker, engine)
        while not worker.stopping.wait(_LOOP_S):
            server.turn()
        engine.close()
    except ConfigError as error:
        worker.emit("refused", field=error.field, value=error.value, accepted=error.accepted)
        return 1
    except EngineError as error:
        worker.emit("failed", message=error.message)
        return 1
    return 0


def _end_for_certain(worker: Worker) -> None:
    """Leave a moment for what has to be put away, then end, whatever the other threads do.

    PR_SET_PDEATHSIG is no help: it goes by the thread that started this process, which may end before the program.
    """
    worker.stopping.wait()
    time.sleep(_GRACE_S)
    os._exit(1)


def _end_with_thread(fault: threading.ExceptHookArgs) -> None:
    """A process that has lost a thread is deaf or dumb: end it."""
    sys.excepthook(fault.exc_type, fault.exc_value or fault.exc_type(), fault.exc_traceback)
    os._exit(errno.ENOMEM if issubclass(fault.exc_type, MemoryError) else 1)


def main() -> None:
    """Serve the engine that the first argument describes."""
    settings = EngineSettings(**json.loads(sys.argv[1]))
    status = host(lambda progress: load_engine(settings, progress), settings.memory_limit_mib)
    os._exit(status)  # to take torch down in order takes a second or two


if __name__ == "__main__":
    main()
