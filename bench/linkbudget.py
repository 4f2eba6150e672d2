"""How fast linkbudget is, beside a bare closed form, spacelink and skyfield, in one run.

python -m bench.linkbudget [--json FILE]
"""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console

from bench import beside_skyfield, beside_spacelink
from bench.figures import Figure, figures_object, figures_table, machine, times_s
from edge.command_line import finite
from linkbudget.constants import SPEED_OF_LIGHT_M_S
from linkbudget.decibels import Floats
from linkbudget.propagation.free_space import free_space_loss_db
from linkbudget.scene import link_budget
from linkbudget.study import Study
from linkbudget.study_file import StudyFile, load_study
from linkbudget.uncertainty.draws import MonteCarlo, draw
from linkbudget.view import View

SEED = 1
REPETITIONS = 7
LINKS = 1_000_000
_TIMES, _DRAWS = 100, 1000  # with ten modes a million links

_STUDY = Path(__file__).with_name("downlink.toml")
_LINK = "downlink"
_FREQUENCY_HZ = 2.245e9
_ALTITUDE_M = 550e3
_US_A_LINK = 1.0
_WIDTH = 160  # where there is no terminal
_TIMES_CLOSED_FORM = 5.0


def main(
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the figures there, as JSON.")
    ] = None,
) -> None:
    """Measure, print a table, and end with status 1 if results differ that ought to be the same."""
    study = load_study(str(_STUDY))
    figures = [
        *free_space(),
        grid(study),
        dense(study),
        *beside_spacelink.figures(LINKS, SEED, REPETITIONS),
        *beside_skyfield.figures(REPETITIONS),
    ]
    title = ", ".join(f"{name} {value}" for name, value in machine().items())
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    console.print(figures_table(f"{title}, seed {SEED}, {REPETITIONS} repetitions", figures))
    if json_file:
        json_file.write_text(json.dumps(finite(figures_object(figures, seed=SEED)), indent=1) + "\n", encoding="utf-8")
    sys.exit(int(any(each.vital and each.verdict == "not met" for each in figures)))


def free_space() -> list[Figure]:
    """Return the free-space loss of a million ranges: the bare closed form, ours, and ours over the other."""
    range_m = np.random.default_rng(SEED).uniform(5e5, 2.5e6, LINKS)
    bare_s, ours_s = times_s(
        lambda: 20.0 * np.log10(4.0 * np.pi * _FREQUENCY_HZ / SPEED_OF_LIGHT_M_S * range_m),
        lambda: free_space_loss_db(range_m, _FREQUENCY_HZ),
        repetitions=5 * REPETITIONS,
    )
    return [
        Figure("free space, bare numpy", "us/link", tuple(1e6 / LINKS * bare_s), note="20 log10(4 pi f / c d)"),
        Figure("free space, linkbudget", "us/link", tuple(1e6 / LINKS * ours_s), note="free_space_loss_db"),
        Figure("free space, linkbudget over bare numpy", "times", tuple(ours_s / bare_s), _TIMES_CLOSED_FORM),
    ]


def grid(file: StudyFile) -> Figure:
    """Return the time of a whole budget over a pass, in all modes, with draws of all tolerances."""
    draws = draw(file.tolerances, MonteCarlo(draws=_DRAWS, seed=SEED))
    over_time = _view(np.linspace(5.0, 85.0, _TIMES)[:, None, None])
    (spent_s,) = times_s(lambda: link_budget(file.study, _LINK, draws, over_time), repetitions=REPETITIONS)
    modes = len(file.study.links[_LINK].modes)
    return Figure(
        "all terms, time x mode x draw",
        "us/link",
        tuple(1e6 / (_TIMES * modes * _DRAWS) * spent_s),
        _US_A_LINK,
        f"{_TIMES} x {modes} x {_DRAWS}; {len(draws)} inputs drawn",
    )


def dense(file: StudyFile) -> Figure:
    """Return the time of a whole budget in one mode whose view and drawn inputs are different in every link."""
    draws = draw(file.tolerances, MonteCarlo(draws=LINKS, method="random", seed=SEED))
    elevation_deg = np.random.default_rng(SEED).permutation(np.linspace(5.0, 85.0, LINKS))
    view = _view(elevation_deg)
    study = _in_one_mode(file.study)
    (spent_s,) = times_s(lambda: link_budget(study, _LINK, draws, view), repetitions=REPETITIONS)
    return Figure(
        "all terms, every link its own",
        "us/link",
        tuple(1e6 / LINKS * spent_s),
        _US_A_LINK,
        f"{LINKS:,} views and draws of {len(draws)} inputs",
    )


def _view(elevation_deg: Floats) -> View:
    return View.of_altitude(elevation_deg, _ALTITUDE_M)


def _in_one_mode(study: Study) -> Study:
    link = study.links[_LINK]
    return replace(study, links={_LINK: replace(link, modes=link.modes[:1])})


if __name__ == "__main__":
    typer.run(main)
