"""The programs of a rig of processes: what each is told."""

from pathlib import Path
from typing import Any

from protocol.sdls.link_keys import SecurityMode
from testbed.keys import FLATSAT, GROUND, control_key_path, key_path, new_keys
from testbed.physics import Physics
from testbed.rigs.child import Child
from testbed.scenario import Scenario

SKY, BOARD = "sky", "firmware-sim"


class Programs:
    """Starts the programs of a scenario, the first time and in the place of one that was killed.

    What they have to find again lies in ``folder``: keys, journals, the board's serial device.
    """

    def __init__(self, front_end: str, scenario: Scenario, physics: Physics, seed: int, folder: Path) -> None:
        """Make the keys of the run."""
        self._front_end, self._scenario, self._physics = front_end, scenario, physics
        self._seed, self._folder = seed, folder
        new_keys(folder / "keys", SecurityMode(scenario.security.mode))
        physics.sky.save(folder / "sky.npz")

    def start(self, name: str, sky: dict[str, Any], link_time_s: float) -> Child:
        """Start a program; ``sky`` holds the sky's endpoints, once it has said them.

        A sky begins at ``link_time_s``; the others are told later when to begin.
        """
        module, arguments = {
            SKY: self._sky,
            BOARD: self._board,
            GROUND: self._ground,
            FLATSAT: self._flatsat,
        }[name](sky, link_time_s)
        return Child(name, module, arguments, self._folder / f"{name}.stderr")

    def _sky(self, sky: dict[str, Any], link_time_s: float) -> tuple[str, list[str]]:
        ports = self._scenario.ports
        ground_rx, flatsat_rx = sky.get("ground_rx", ports.ground_rx), sky.get("flatsat_rx", ports.flatsat_rx)
        endpoints = [ground_rx, flatsat_rx, sky.get("hold", ports.hold)]
        told = [str(self._folder / "sky.npz"), self._scenario.pace, *endpoints, repr(link_time_s), self._hold_keys(SKY)]
        return "radio.sky_process", told

    def _board(self, sky: dict[str, Any], link_time_s: float) -> tuple[str, list[str]]:  # noqa: ARG002
        self._board_link.unlink(missing_ok=True)  # of one that was killed; another's terminal may have its number now
        told = ["--link", str(self._board_link), "--seed", str(self._seed), "--until-stdin-closes", "--json"]
        return "firmware_sim.cli", ["run", *told]

    def _ground(self, sky: dict[str, Any], link_time_s: float) -> tuple[str, list[str]]:
        contacts = [f"{contact.aos_s}:{contact.los_s}" for contact in self._physics.contacts]
        seed = self._seed + round(1000 * link_time_s)  # prompt ids must not repeat after a restart
        return "ground.cli", [
            *self._node(GROUND, sky["ground_rx"], self._scenario.ports.ground_tx),
            *(part for contact in contacts for part in ("--contact", contact)),
            *("--seed", str(seed)),
        ]

    def _flatsat(self, sky: dict[str, Any], link_time_s: float) -> tuple[str, list[str]]:  # noqa: ARG002
        model = self._scenario.model.model_dump(exclude_none=True)
        return "flatsat.cli", [
            *self._node(FLATSAT, sky["flatsat_rx"], self._scenario.ports.flatsat_tx),
            *("--hold", sky["hold"], "--hold-keys", self._hold_keys(FLATSAT)),
            *(("--board", str(self._board_link)) if self._scenario.board.present else ()),
            *(part for name, value in model.items() for part in _option(name, value)),
        ]

    def _node(self, name: str, rx: str, tx: str) -> list[str]:
        scenario = self._scenario
        return [
            "serve",
            "--until-stdin-closes",
            *("--rx", rx, "--tx", tx, "--profile", scenario.profile, "--front-end", self._front_end),
            *("--sample-rate-hz", repr(scenario.sample_rate_hz), "--block", str(scenario.block_samples)),
            *("--keys", str(key_path(self._folder / "keys", name)), "--journal", str(self.journal(name))),
        ]

    def journal(self, name: str) -> Path:
        """Return where a program keeps what must outlive it."""
        return self._folder / f"{name}.journal"

    def _hold_keys(self, name: str) -> str:
        return str(control_key_path(Path(self._scenario.ports.hold_keys or self._folder / "keys"), name))

    @property
    def _board_link(self) -> Path:
        return self._folder / "board"


def _option(name: str, value: object) -> tuple[str, ...]:
    option = name.replace("_", "-")
    if isinstance(value, bool):
        return (f"--{option}" if value else f"--no-{option}",)
    return f"--{option}", str(value)
