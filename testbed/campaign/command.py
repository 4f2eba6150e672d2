"""The campaign command: a file measured, judged, kept and shown."""

import os
import sys
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from edge.command_line import print_json
from testbed.campaign.campaign import Progress, run_campaign
from testbed.campaign.campaign_file import Campaign
from testbed.campaign.cluster import DaskPool, local_pool, remote_pool
from testbed.campaign.folder import PAGE, RESULTS, write_folder
from testbed.campaign.ledger import Ledger
from testbed.campaign.plan import make_plan
from testbed.campaign.result import CampaignResult, all_judged
from testbed.campaign.rows import sentence
from testbed.campaign.screen import CampaignScreen, tables
from testbed.errors import ScenarioError

RUNS = Path("runs")
_MOST_WORKERS = 1024


@dataclass(frozen=True, slots=True)
class CampaignRequest:
    """What the command was told."""

    name: str
    seed: int
    workers: int | None
    """Processes of this machine; as many as it has processors if None."""
    scheduler: str | None
    out: Path | None
    anew: bool

    def __post_init__(self) -> None:
        """Raise ScenarioError for what cannot be used."""
        if not 0 <= self.seed < 2**31:
            raise ScenarioError("seed", self.seed, f"0 to {2**31 - 1}")
        if self.workers is not None and not 1 <= self.workers <= _MOST_WORKERS:
            raise ScenarioError("workers", self.workers, f"1 to {_MOST_WORKERS}")
        if self.workers is not None and self.scheduler is not None:
            raise ScenarioError("workers", self.workers, "--workers or --scheduler, which has workers of its own")


def conduct(request: CampaignRequest, console: Console) -> tuple[CampaignResult, Path]:
    """Measure a campaign, or what is left of it; return what was found and the folder it is kept in.

    Raises ScenarioError for a mistake in file or options, RigError if the workers fail.
    """
    plan = make_plan(Campaign.load(request.name))
    folder = request.out or RUNS / f"campaign-{plan.campaign.name}-{request.seed}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ScenarioError("out", str(folder), f"a folder that can be made ({error.strerror})") from None
    origins = {**plan.origins, "seed": str(request.seed)}
    with Ledger(folder, origins, anew=request.anew) as ledger:
        progress = Progress(plan, request.seed, ledger)
        with CampaignScreen(console, plan.campaign.confidence) as screen:
            screen.found(len(ledger.found), progress.tallies)
            if not progress.is_over:
                with _pool(request) as pool:
                    run_campaign(plan, progress, pool, screen)
        result = all_judged(plan, progress.tallies, request.seed)
        write_folder(result, folder)
    return result, folder


def show(result: CampaignResult, folder: Path, console: Console) -> None:
    """Print the tables, and where everything is."""
    for table in tables(result):
        console.print(table)
        console.print()
    console.print(f"seed     {result.seed}")
    console.print(f"results  {folder / RESULTS}", soft_wrap=True)
    console.print(f"report   {folder / PAGE}", soft_wrap=True)


def run_command(request: CampaignRequest, *, as_json: bool) -> bool:
    """Run the command and return whether every point passed; those that did not cost a line each on standard error."""
    console = Console(stderr=as_json)
    result, folder = conduct(request, console)
    if as_json:
        print_json(result.to_json())
    else:
        show(result, folder, console)
    for failed in result.failures:
        print(f"testbed: {sentence(failed)}", file=sys.stderr)  # noqa: T201 - the command line's voice
    return not result.failures


def _pool(request: CampaignRequest) -> AbstractContextManager[DaskPool]:
    if request.scheduler is not None:
        return remote_pool(request.scheduler)
    return local_pool(request.workers or os.cpu_count() or 1)
