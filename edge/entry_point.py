"""Where a program begins, and how it ends while its command line still loads."""

import io
import signal
import sys
from importlib import import_module

from edge.command_line import STATUS_INTERRUPTED, STATUS_MISTAKE

_NO_CACHE = "cannot cache function"  # numba's words, of a RuntimeError


def enter(program: str, module: str) -> None:
    """Run `main` of a module and end the process with its status.

    Loading takes a second. A Ctrl-C or SIGTERM in it ends without a traceback, and so does a machine on which compiled
    code can be kept nowhere, for which numba refuses to work.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if isinstance(sys.stdout, io.TextIOWrapper):  # an answer can hold what the terminal's encoding lacks
        sys.stdout.reconfigure(errors="replace")
    try:
        status = import_module(module).main()
    except (KeyboardInterrupt, ImportError, RuntimeError) as error:
        ending = _ending(error)
        if ending is None:
            raise
        status, said = ending
        print(f"{program}: {said}", file=sys.stderr)  # noqa: T201 - the command line's voice
    sys.exit(status)


def _ending(error: BaseException) -> tuple[int, str] | None:
    """Return the status and the message that an exception comes to, None if it is a mistake of ours."""
    if _is_interruption(error):
        return STATUS_INTERRUPTED, "interrupted"
    if isinstance(error, RuntimeError) and str(error).startswith(_NO_CACHE):
        return STATUS_MISTAKE, "compiled code can be kept nowhere; set NUMBA_CACHE_DIR to a folder that can be written"
    return None


def _is_interruption(error: BaseException | None) -> bool:
    """Whether a Ctrl-C came, perhaps while an extension module was loading, which makes an ImportError of it."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None
