"""What a run shows on the terminal while it works."""

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from edge.printable import printable
from protocol.journey import Milestone

_SAID = {
    Milestone.UPLINK_FIRST_SAMPLE: "uplink: the prompt is on the air",
    Milestone.PROMPT_RECEIVED: "flatsat: prompt received",
    Milestone.INFERENCE_STARTED: "flatsat: the model reads it",
}


class ScreenListener:
    """A bar while the model loads, a line per step of the prompt's way up, then the answer as it comes down."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar = Progress(
            TextColumn("loading the model"), BarColumn(), TimeElapsedColumn(), console=console, transient=True
        )
        self._task = self._bar.add_task("load", total=1.0)
        self._loading = False
        self._answering = False

    def __enter__(self) -> "ScreenListener":
        """Say that the rig is starting."""
        self._console.print("starting the rig", style="dim")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Leave the cursor at the beginning of a line."""
        self._end_bar()
        if self._answering:
            self._console.print()

    def progress(self, fraction: float) -> None:
        """The model is loading: 0 to 1."""
        if not self._loading and fraction < 1 and self._console.is_terminal:
            self._loading = True
            self._bar.start()
        self._bar.update(self._task, completed=fraction)
        if fraction >= 1:
            self._end_bar()

    def _end_bar(self) -> None:
        if self._loading:
            self._loading = False
            self._bar.stop()

    def text(self, text: str) -> None:
        """The next words of the answer have become readable on the ground."""
        if not self._answering:
            self._answering = True
            self._console.print()
        self._console.print(
            printable(text, keep="\n"), end="", style="bold", markup=False, highlight=False, soft_wrap=True
        )

    def milestone(self, name: str) -> None:
        """Something happened to the prompt."""
        said = _SAID.get(Milestone(name))
        if said:
            self._console.print(said, style="dim")

    def warning(self, message: str) -> None:
        """Something is wrong, but the run goes on."""
        self._console.print(f"\n{printable(message)}", style="yellow", markup=False, highlight=False)
