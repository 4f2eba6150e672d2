"""Where a program begins, and how it ends while its command line still loads."""

import gc
import io
import signal
import sys
from importlib import import_module
from types import FrameType, ModuleType

from edge.command_line import STATUS_INTERRUPTED, STATUS_MISTAKE

_NO_CACHE = "cannot cache function"  # numba's words, of a RuntimeError


def enter(program: str, module: str) -> None:
    """Run `main` of a module and end the process with its status.

    Loading takes a second. A Ctrl-C or SIGTERM in it ends without a traceback, and so does a machine on which compiled
    code can be kept nowhere, for which numba refuses to work.
    """
    interruptions = _listen()
    if isinstance(sys.stdout, io.TextIOWrapper):  # an answer can hold what the terminal's encoding lacks
        sys.stdout.reconfigure(errors="replace")
    try:
        status = _load(module).main()
    except (KeyboardInterrupt, Exception) as error:
        ending = _ending(error, bool(interruptions))
        if ending is None:
            raise
        status, said = ending
        print(f"{program}: {said}", file=sys.stderr)  # noqa: T201 - the command line's voice
    sys.exit(status)


def _load(name: str) -> ModuleType:
    """Import a module. Nothing of what is loaded is ever garbage; looking for some takes a third of start and end."""
    gc.disable()
    try:
        return import_module(name)
    finally:
        gc.freeze()
        gc.enable()


def _listen() -> list[int]:
    """Have SIGINT and SIGTERM raise KeyboardInterrupt; return a list that then holds their numbers.

    An extension module that is interrupted while it loads makes some error of its own of that exception.
    """
    heard: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - what handlers are called with
        heard.append(number)
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as in the background of a shell without job control
            signal.signal(number, interrupt)
    return heard


def _ending(error: BaseException, is_interrupted: bool) -> tuple[int, str] | None:
    """Return the status and the message that an exception comes to, None if it is a mistake of ours."""
    if is_interrupted:
        return STATUS_INTERRUPTED, "interrupted"
    if isinstance(error, RuntimeError) and str(error).startswith(_NO_CACHE):
        return STATUS_MISTAKE, "compiled code can be kept nowhere; set NUMBA_CACHE_DIR to a folder that can be written"
    return None
