"""The campaigns' command line: ``python -m testbed.recovery``."""

import sys
from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from edge.command_line import print_json, run_app
from testbed.errors import TestbedError
from testbed.recovery.by_frames import ask_by_frames
from testbed.recovery.by_restarts import KILLS, POWER_CUTS, RestartCampaign
from testbed.recovery.by_samples import ask_by_samples
from testbed.recovery.verdict import Verdict

LOSSES = (0.01, 0.1, 0.2, 0.3)
_EXIT_FAILED = 1

Work = Callable[[Callable[[int], None]], Verdict]
"""Carries a campaign out, telling how far it is."""

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

Seed = Annotated[int, typer.Option(help="Seed of everything random.", min=0, max=2**31 - 1)]
Loss = Annotated[list[float] | None, typer.Option(help="Share of frames lost each way; 0.01 0.1 0.2 0.3 if left out.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
_EPILOG = "Exit status: 0 every prompt answered correctly after one inference, 1 one was not, or a rig failed."


@app.callback()
def recovery() -> None:
    """Show that a prompt which was accepted is answered, once, whatever the link, the programs or the power do."""


@app.command(epilog=_EPILOG)
def frames(
    prompts: Annotated[int, typer.Option(help="How many, at each loss.", min=1)] = 10_000,
    loss: Loss = None,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Both programs joined frame by frame, over hundreds of passes, at each loss of frames."""
    works = {f"{each:.0%} lost": _asking(ask_by_frames, prompts, each, seed) for each in loss or LOSSES}
    _conduct(works, prompts, as_json=as_json)


@app.command(epilog=_EPILOG)
def samples(
    prompts: Annotated[int, typer.Option(help="How many, at each loss.", min=1)] = 300,
    loss: Loss = None,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """The memory rig, with all its samples, at each loss of frames."""
    works = {f"{each:.0%} lost": _asking(ask_by_samples, prompts, each, seed) for each in loss or LOSSES}
    _conduct(works, prompts, as_json=as_json)


@app.command(epilog=_EPILOG)
def kills(
    moments: Annotated[int, typer.Option(help="How many programs are killed.", min=1)] = 100,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """The zmq rig: ground, flatsat, inference process, sky or firmware killed by SIGKILL at random moments."""
    campaign = RestartCampaign(seed)
    _conduct({"kills": lambda told: campaign.run("kills", KILLS, moments, told)}, moments, as_json=as_json)


@app.command(epilog=_EPILOG)
def power(
    moments: Annotated[int, typer.Option(help="How often the power is cut.", min=1)] = 50,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """The zmq rig: flatsat, its inference process and the firmware gone at once, at random moments."""
    campaign = RestartCampaign(seed)
    _conduct(
        {"power cuts": lambda told: campaign.run("power cuts", POWER_CUTS, moments, told)}, moments, as_json=as_json
    )


def _asking(
    ask: Callable[[int, float, int, Callable[[int], None]], Verdict], prompts: int, loss: float, seed: int
) -> Work:
    return lambda told: ask(prompts, loss, seed, told)


def _conduct(works: dict[str, Work], total: int, *, as_json: bool) -> None:
    """Do one after another under a bar, and print what came of each as it ends."""
    verdicts = []
    try:
        for name, work in works.items():
            verdicts.append(_with_bar(name, work, total))
            if not as_json:
                print(verdicts[-1], flush=True)  # noqa: T201 - the command line's voice
    except TestbedError as error:
        print(f"recovery: {error}", file=sys.stderr)  # noqa: T201
        raise typer.Exit(_EXIT_FAILED) from None
    if as_json:
        print_json({"campaigns": [verdict.to_json() for verdict in verdicts]})
    if not all(verdict.has_passed for verdict in verdicts):
        raise typer.Exit(_EXIT_FAILED)


def _with_bar(name: str, work: Work, total: int) -> Verdict:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(name, total=total)
        return work(lambda done: bar.update(task, completed=done))


if __name__ == "__main__":
    sys.exit(run_app(app, "recovery"))
