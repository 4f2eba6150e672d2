"""linkbudget and spacelink on the same links, with the terms that both have.

spacelink wants another numpy than this project: it runs in an environment of its own, as a process of its own.
"""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from bench.figures import Figure, times_s
from linkbudget.antenna.beam import Beam
from linkbudget.antenna.dish import Dish
from linkbudget.budget import budget
from linkbudget.decibels import Floats
from linkbudget.lines import Budget
from linkbudget.link import Link, Receiver, Transmitter
from linkbudget.link import Path as Between
from linkbudget.modes.mode import Mode
from linkbudget.noise.antenna_noise import AntennaNoise
from linkbudget.noise.cascade import Stage
from linkbudget.view import View

_ROOT = Path(__file__).parents[1]
_PYTHON = _ROOT / ".venv-bench" / "bin" / "python"
_SINGLES = 300
_WAYS = "arrays_us", "one_by_one_us"
_LEAST_AGREEMENT_DB = 0.01
_TERMS = "power, lines, peak gains, free space, polarisation, noise of line and stages, C/N0, Eb/N0"
_LEFT_OUT = "it has no pointing loss, weather, ionosphere, fading, sky noise or draws"


def figures(links: int, seed: int, repetitions: int) -> list[Figure]:
    """Return the times of both, as arrays and link by link, and by how much their results differ."""
    given = common_links(links, np.random.default_rng(seed))
    singles = [
        {name: float(value[i] if value.ndim else value) for name, value in given.items()} for i in range(_SINGLES)
    ]
    arrays_s, one_by_one_s = times_s(
        lambda: worked_out(given), lambda: [worked_out(each) for each in singles], repetitions=repetitions
    )
    ours = [
        Figure("spacelink's terms, linkbudget, arrays", "us/link", tuple(1e6 / links * arrays_s), note=_TERMS),
        Figure("spacelink's terms, linkbudget, link by link", "us/link", tuple(1e6 / _SINGLES * one_by_one_s)),
    ]
    return ours + _theirs(given, ours, repetitions)


def common_links(links: int, rng: np.random.Generator) -> dict[str, Floats]:
    """Return links by what they are given: float64[links] where they differ, 0-d where not."""
    same = {
        "frequency_hz": 2.245e9,
        "tx_gain_dbi": 6.0,
        "dish_diameter_m": 3.7,
        "dish_efficiency": 0.55,
        "lna_gain_db": 30.0,
        "receiver_noise_figure_db": 8.0,
        "antenna_temperature_k": 60.0,
        "information_rate_bit_s": 1e6,
    }
    drawn = {
        "range_m": (5e5, 2.5e6),
        "power_w": (1.0, 3.0),
        "tx_line_loss_db": (0.5, 1.5),
        "tx_axial_ratio_db": (0.5, 6.0),
        "rx_axial_ratio_db": (0.5, 3.0),
        "rx_line_loss_db": (0.2, 0.8),
        "lna_noise_figure_db": (0.5, 1.2),
    }
    arrays = {name: rng.uniform(*bounds, links) for name, bounds in drawn.items()}
    return arrays | {name: np.asarray(value) for name, value in same.items()}


def worked_out(given: dict[str, Floats] | dict[str, float]) -> Budget:
    """Return the budget of one link, or of all of them."""
    link = Link(
        frequency_hz=float(given["frequency_hz"]),
        transmitter=Transmitter(
            power_w=given["power_w"],
            line_loss_db=given["tx_line_loss_db"],
            antenna=Beam(peak_dbi=given["tx_gain_dbi"], beamwidth_deg=80.0, axial_ratio_db=given["tx_axial_ratio_db"]),
        ),
        # spacelink crosses the major axes
        path=Between(axes_angle_deg=90.0),
        receiver=Receiver(
            line_loss_db=given["rx_line_loss_db"],
            antenna=Dish(
                diameter_m=given["dish_diameter_m"],
                efficiency=given["dish_efficiency"],
                axial_ratio_db=given["rx_axial_ratio_db"],
            ),
            stages=(
                Stage(name="lna", gain_db=given["lna_gain_db"], noise_figure_db=given["lna_noise_figure_db"]),
                Stage(name="receiver", gain_db=0.0, noise_figure_db=given["receiver_noise_figure_db"]),
            ),
            noise=AntennaNoise(antenna_temperature_k=given["antenna_temperature_k"]),
        ),
        modes=(
            Mode(
                name="bpsk",
                modulation="bpsk",
                information_rate_bit_s=given["information_rate_bit_s"],
                required_eb_n0_db=9.6,
            ),
        ),
    )
    return budget(link, View(np.asarray(given["range_m"]), np.asarray(30.0), np.asarray(50.0)))


def _theirs(given: dict[str, Floats], ours: list[Figure], repetitions: int) -> list[Figure]:
    names = "spacelink's terms, spacelink, arrays", "spacelink's terms, spacelink, link by link"
    if not _PYTHON.exists():
        return [Figure(name, "us/link", (), note="not there: `make .venv-bench` brings it") for name in names]
    told, differences_db = _run(given, repetitions)
    ratios = [np.median(told[way]) / np.median(our.measured) for way, our in zip(_WAYS, ours, strict=True)]
    return [
        *(
            Figure(name, "us/link", tuple(told[way]), note=f"{told['version']}: {ratio:.1f} times ours; {_LEFT_OUT}")
            for name, way, ratio in zip(names, _WAYS, ratios, strict=True)
        ),
        Figure("C/N0 and Eb/N0, largest difference of each way", "dB", differences_db, _LEAST_AGREEMENT_DB, vital=True),
    ]


def _run(given: dict[str, Floats], repetitions: int) -> tuple[dict[str, Any], tuple[float, float]]:
    """Return what the peer tells, and the largest differences between its results and ours: as arrays, link by link."""
    with tempfile.TemporaryDirectory() as folder:
        links, results = Path(folder, "links.npz"), Path(folder, "results.npz")
        np.savez(links, **given, repetitions=np.asarray(repetitions), singles=np.asarray(_SINGLES))
        script = str(Path(__file__).with_name("spacelink_peer.py"))
        done = subprocess.run([_PYTHON, script, links, results], check=True, stdout=subprocess.PIPE, text=True)
        theirs = dict(np.load(results))
    found = worked_out(given)
    ours = np.stack([np.ravel(found["c_n0_db_hz"]), np.ravel(found["eb_n0_db"])])
    arrays_db, one_by_one_db = theirs["arrays"] - ours, theirs["one_by_one"] - ours[:, :_SINGLES]
    return json.loads(done.stdout), (float(np.abs(arrays_db).max()), float(np.abs(one_by_one_db).max()))
