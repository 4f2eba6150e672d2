"""An answer on a terminal: where its prompt is, its words as they come, then what they took."""

from types import TracebackType
from typing import Any

from rich.console import Console
from rich.status import Status as Spinner

from edge.printable import printable
from ground.gateway_client import Ended, Status, Words

_ANSWERING = "answering"
"""The gateway's word for a prompt whose words come: they say so themselves."""


class AnswerScreen:
    """Shows one answer: words on standard output, all else on standard error."""

    def __init__(self, out: Console, aside: Console) -> None:
        self._out, self._aside = out, aside
        self._spinner: Spinner | None = None
        self._in_line = False
        self._said = ""

    def __enter__(self) -> "AnswerScreen":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Leave the cursor at the beginning of a line."""
        self._stop()
        self._end_line()

    def show(self, told: Status | Words | Ended) -> None:
        """Show what is told of the answer next."""
        match told:
            case Status(words):
                self._status(words)
            case Words(text):
                self._words(text)
            case Ended():
                self._stop()
                self._end_line()
                self._aside.print(figures(told), style="dim", markup=False, highlight=False, soft_wrap=True)

    def _status(self, words: str) -> None:
        """A terminal shows the latest only; in between words, and elsewhere, each has a line."""
        if words == self._said or words == _ANSWERING:
            return
        self._said, text = words, printable(words)
        if self._in_line or not self._aside.is_terminal or self._aside.is_dumb_terminal:
            self._end_line()
            self._aside.print(text, style="dim", markup=False, highlight=False, soft_wrap=True)
        elif self._spinner is None:
            self._spinner = self._aside.status(text, spinner="dots")
            self._spinner.start()
        else:
            self._spinner.update(text)

    def _words(self, text: str) -> None:
        self._stop()
        shown = printable(text, keep="\n")
        self._out.print(shown, end="", markup=False, highlight=False, soft_wrap=True)
        self._out.file.flush()
        self._in_line = not shown.endswith("\n")

    def _stop(self) -> None:
        if self._spinner:
            self._spinner.stop()
            self._spinner = None

    def _end_line(self) -> None:
        if self._in_line:
            self._out.print()
            self._in_line = False


def figures(ended: Ended) -> str:
    """Return what an answer took, in two lines; what is not known is left out."""
    link, usage = ended.link, ended.usage
    resent = link.get("retransmissions")
    times = [
        _figure("TTFT", link.get("ttft_s"), ".1f", "s"),
        _figure("E2E", link.get("e2e_s"), ".1f", "s"),
        _figure("link", link.get("link_s"), ".1f", "s"),
        _figure("waited on board", link.get("waited_s"), ".1f", "s"),
        _figure("inference", link.get("inference_s"), ".1f", "s"),
    ]
    amounts = [
        _figure("", usage.get("completion_tokens"), "d", "tokens"),
        _figure("", link.get("uplink_frames"), "d", "frames up") + (f" ({resent} again)" if resent else ""),
        _figure("", link.get("downlink_frames"), "d", "down"),
        _figure("Eb/N0", link.get("eb_n0_db"), ".1f", "dB"),
        _figure("", link.get("energy_j"), ".1f", "J"),
        f"ended by {ended.finish_reason}" if ended.finish_reason != "stop" else "",
    ]
    lines = (", ".join(filter(None, each)) for each in (times, amounts))
    return "\n".join(filter(None, lines))


def _figure(name: str, value: Any, form: str, unit: str) -> str:
    if not isinstance(value, int | float):
        return ""
    return f"{name} {value:{form}} {unit}".strip()
