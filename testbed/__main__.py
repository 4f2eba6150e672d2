"""The entry point: ``testbed``, or ``python -m testbed``."""

import io
import signal
import sys

EXIT_INTERRUPTED = 130


def main() -> None:
    """Run the command line; Ctrl-C and SIGTERM end it without a traceback, while it still loads too."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if isinstance(sys.stdout, io.TextIOWrapper):  # an answer can hold what the terminal's encoding lacks
        sys.stdout.reconfigure(errors="replace")
    try:
        from edge.command_line import run_app
        from testbed.cli import app  # takes a second, in which a Ctrl-C may come

        sys.exit(run_app(app, "testbed"))
    except (KeyboardInterrupt, ImportError) as error:
        if not _is_interruption(error):
            raise
        print("testbed: interrupted", file=sys.stderr)  # noqa: T201 - the command line's voice
        sys.exit(EXIT_INTERRUPTED)


def _is_interruption(error: BaseException | None) -> bool:
    """Whether a Ctrl-C came, perhaps while an extension module was loading, which makes an ImportError of it."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


if __name__ == "__main__":
    main()
