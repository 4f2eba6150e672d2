"""Command lines that tell a mistake in one line on standard error and end with status 2."""

import json
import sys
from typing import Any, cast

import typer

STATUS_MISTAKE = 2
STATUS_INTERRUPTED = 130

# The base of every mistake in the command's words (unknown option ...), for which typer exports no name.
_UsageMistake = cast("type[Exception]", typer.BadParameter.__base__)


def run_app(
    app: typer.Typer, name: str, args: list[str] | None = None, mistakes: tuple[type[Exception], ...] = ()
) -> int:
    """Run a command on `args` (None: the process's own) and return its exit status, 2 for one of the `mistakes`."""
    try:
        return app(args, prog_name=name, standalone_mode=False) or 0
    except typer.Abort:
        return STATUS_INTERRUPTED
    except (*mistakes, _UsageMistake) as mistake:
        text = str(mistake) if isinstance(mistake, mistakes) else _usage(mistake, name)
        print(f"{name}: {text}", file=sys.stderr)
        return STATUS_MISTAKE


def number(text: str) -> float:
    """Parse an option's number."""
    try:
        return float(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a number") from None


def print_json(value: object) -> None:
    """Print one JSON object. Not-a-number and infinities become null: JSON has neither."""
    print(json.dumps(finite(value), indent=1))  # plain ASCII: whatever the encoding of the output, the same text


def finite(value: Any) -> Any:
    """Return the same with null for what JSON cannot say."""
    if isinstance(value, dict):
        return {name: finite(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [finite(each) for each in value]
    is_lost = isinstance(value, float) and value - value != 0.0
    return None if is_lost else value


def _usage(mistake: Exception, name: str) -> str:
    text = " ".join(mistake.format_message().split()).rstrip(".")  # type: ignore[attr-defined]
    return f"{text}; accepted: {_accepted(mistake, name)}"


def _accepted(mistake: Exception, name: str) -> str:
    """Return what would be accepted instead: the option's own help, or the names of what there is."""
    option_help = getattr(getattr(mistake, "param", None), "help", None)
    if option_help:
        return str(option_help).rstrip(".")
    context = getattr(mistake, "ctx", None)
    if context is None:
        return f"what '{name} COMMAND --help' shows"
    options = [option.opts[0] for option in context.command.params]
    return ", ".join(getattr(context.command, "commands", options))
