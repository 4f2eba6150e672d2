"""spacelink's part of the benchmark: the same links worked out with it, in an environment of its own.

    python bench/spacelink_peer.py LINKS.npz RESULTS.npz

LINKS holds what `common_links` of bench/beside_spacelink.py returns; RESULTS gets C/N0 and Eb/N0, float64[2, links], of
all links at once and of the first ones one by one. Standard output gets spacelink's version and the processor's time
for each way, as JSON.
"""

import json
import sys
from collections.abc import Callable
from importlib.metadata import version
from time import process_time
from typing import Any

import astropy.units as u
import numpy as np
from spacelink.core.antenna import dish_gain, polarization_loss
from spacelink.core.noise import cn0_to_ebn0, noise_factor_to_temperature, noise_power_density
from spacelink.core.path import free_space_path_loss

_UNITS = {
    "_hz": u.Hz,
    "_m": u.m,
    "_w": u.W,
    "_k": u.K,
    "_db": u.dB(1),
    "_dbi": u.dB(1),
    "_bit_s": u.Hz,
    "efficiency": u.dimensionless_unscaled,
}


def quantities(numbers: dict[str, Any]) -> dict[str, Any]:
    """Return the numbers with the units that their names end in."""
    return {name: value * next(_UNITS[end] for end in _UNITS if name.endswith(end)) for name, value in numbers.items()}


def c_n0_and_eb_n0(link: dict[str, Any]) -> tuple[Any, Any]:
    """Return C/N0 and Eb/N0 of one link, or of all of them. spacelink has no chain of stages: Friis is written out."""
    eirp = link["power_w"].to(u.dB(u.W)) - link["tx_line_loss_db"] + link["tx_gain_dbi"]
    path = free_space_path_loss(link["range_m"], link["frequency_hz"])
    polarisation = polarization_loss(link["tx_axial_ratio_db"], link["rx_axial_ratio_db"])
    gain = dish_gain(link["dish_diameter_m"], link["frequency_hz"], link["dish_efficiency"])
    line = link["rx_line_loss_db"].to(u.dimensionless_unscaled)
    behind_line = noise_factor_to_temperature(link["lna_noise_figure_db"]) + noise_factor_to_temperature(
        link["receiver_noise_figure_db"]
    ) / link["lna_gain_db"].to(u.dimensionless_unscaled)
    system = link["antenna_temperature_k"] + noise_factor_to_temperature(link["rx_line_loss_db"]) + line * behind_line
    c_n0 = eirp - path - polarisation + gain - noise_power_density(system).to(u.dB(u.W / u.Hz))
    return c_n0, cn0_to_ebn0(c_n0, link["information_rate_bit_s"])


def times_s(work: Callable[[], object], repetitions: int) -> list[float]:
    """Return the processor's time for a work, each time it is done, after once for warmth."""
    work()
    found = []
    for _ in range(repetitions):
        begin = process_time()
        work()
        found.append(process_time() - begin)
    return found


def main(links_path: str, results_path: str) -> None:
    """Work out the links, with their quantities made before the clock starts."""
    numbers = dict(np.load(links_path))
    repetitions, singles = (int(numbers.pop(name)) for name in ("repetitions", "singles"))
    links = len(numbers["range_m"])
    all_at_once = quantities(numbers)
    one_by_one = [quantities({n: v[i] if v.ndim else v[()] for n, v in numbers.items()}) for i in range(singles)]
    times = {
        "arrays_us": [1e6 / links * each for each in times_s(lambda: c_n0_and_eb_n0(all_at_once), repetitions)],
        "one_by_one_us": [
            1e6 / singles * each for each in times_s(lambda: list(map(c_n0_and_eb_n0, one_by_one)), repetitions)
        ],
    }
    c_n0, eb_n0 = c_n0_and_eb_n0(all_at_once)
    single = [[each.value for each in c_n0_and_eb_n0(link)] for link in one_by_one]
    np.savez(results_path, arrays=np.stack([c_n0.value, eb_n0.value]), one_by_one=np.transpose(single))
    json.dump({"version": version("spacelink"), **times}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
