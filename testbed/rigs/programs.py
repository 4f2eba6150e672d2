"""The programs of a rig of processes: what each is told."""

import sys
from pathlib import Path, PurePosixPath
from typing import Any

from protocol.sdls.link_keys import SecurityMode
from radio.front_end_file import FrontEndFile
from testbed.bench.bench import Bench
from testbed.bench.devices import as_toml, resolved
from testbed.bench.far_folder import FarFolder
from testbed.keys import FLATSAT, GROUND, control_key_path, key_path, new_keys
from testbed.physics import Physics
from testbed.rigs.child import Child
from testbed.scenario import Scenario
from testbed.serving import Serving

SKY, BOARD, RADIOS = "sky", "firmware-sim", "radios"
TRANSMITTERS = {GROUND: "ground transmitter", FLATSAT: "flatsat transmitter"}
_EMULATED_DONGLE = "rtl_tcp://127.0.0.1:*"


class Programs:
    """Starts the programs of a scenario on a bench, the first time and in the place of one that was killed.

    What they have to find again lies in ``folder``: keys, journals, serial devices, front end files.
    """

    def __init__(
        self,
        bench: Bench,
        scenario: Scenario,
        physics: Physics,
        seed: int,
        folder: Path,
        record: Path | None = None,
        serving: Serving | None = None,
    ) -> None:
        """Make the keys of the run, and take them to where an end runs. Raise RigError if that cannot be reached.

        ``record``: the folder to keep in what both ends receive. ``serving``: what the ground's gateway is told.
        """
        self._serving = serving
        self._bench, self._scenario, self._physics = bench, scenario, physics
        self._seed, self._folder, self._record = seed, folder, record
        self._ends = {GROUND: bench.ground, FLATSAT: bench.flatsat}
        machines = {name: end.machine for name, end in self._ends.items() if end.machine}
        self._far = {
            name: FarFolder(there.python, PurePosixPath(there.folder, folder.name)) for name, there in machines.items()
        }
        new_keys(folder / "keys", SecurityMode(scenario.security.mode))
        for name, far in self._far.items():
            for path in (folder / "keys").glob(f"*{name}.*"):
                far.put(f"keys/{path.name}", path.read_bytes())
        if bench.has_sky:
            physics.sky.save(folder / "sky.npz")

    def remove(self) -> None:
        """Remove what lies on other machines. Raise RigError if one cannot be reached."""
        for far in self._far.values():
            far.remove()

    @property
    def far_recordings(self) -> dict[str, PurePosixPath]:
        """Where ends on other machines keep what they receive, which stays there."""
        if self._record is None:
            return {}
        return {name: far.path.parent / f"recordings-{far.path.name}" for name, far in self._far.items()}

    @property
    def names(self) -> tuple[str, ...]:
        """The programs, each after those that it needs."""
        bench = self._bench
        sky = (SKY,) if bench.has_sky else ()
        radios = (RADIOS,) if bench.radios else ()
        board = (BOARD,) if self._board_kind in ("simulator", "qemu") else ()
        transmitters = (TRANSMITTERS[name] for name, end in self._ends.items() if end.has_sdr_transmitter)
        return (*sky, *radios, *board, FLATSAT, GROUND, *transmitters)

    def start(self, name: str, places: dict[str, Any], link_time_s: float) -> Child:
        """Start a program; ``places`` holds the endpoints that those before it have said.

        A sky begins at ``link_time_s``; the others are told later when to begin.
        """
        module, arguments = {
            SKY: self._sky,
            RADIOS: self._radios,
            BOARD: self._board,
            GROUND: self._ground,
            FLATSAT: self._flatsat,
            TRANSMITTERS[GROUND]: self._ground_transmitter,
            TRANSMITTERS[FLATSAT]: self._flatsat_transmitter,
        }[name](places, link_time_s)
        end = next((end for end, transmitter in TRANSMITTERS.items() if transmitter == name), name)
        machine = self._ends[end].machine if end in self._ends else None
        python = machine.python if machine else [sys.executable]
        return Child(name, module, arguments, self._folder / f"{name}.stderr", python)

    def _sky(self, places: dict[str, Any], link_time_s: float) -> tuple[str, list[str]]:
        ports, bench = self._scenario.ports, self._bench
        ground_rx = _EMULATED_DONGLE if bench.ground.hears_dongle else ports.ground_rx
        flatsat_rx = _EMULATED_DONGLE if bench.flatsat.hears_dongle else ports.flatsat_rx
        receivers = [places.get("ground_rx", ground_rx), places.get("flatsat_rx", flatsat_rx)]
        pace = "realtime" if bench.in_real_time else self._scenario.pace
        told = [str(self._folder / "sky.npz"), pace, *receivers, places.get("hold", ports.hold), repr(link_time_s)]
        return "radio.sky_process", [*told, self._hold_keys(SKY)]

    def _radios(self, places: dict[str, Any], link_time_s: float) -> tuple[str, list[str]]:  # noqa: ARG002
        assert self._bench.radios is not None
        radios = {name: self._fresh_link(Path(self._radio(name)).name) for name in self._ends}
        told = {**radios, **self._bench.radios.model_dump(), "seed": self._seed}
        options = [part for name, value in told.items() for part in _option(name, value)]
        return "firmware_sim.cli", ["radios", *options, "--until-stdin-closes", "--json"]

    def _board(self, places: dict[str, Any], link_time_s: float) -> tuple[str, list[str]]:  # noqa: ARG002
        told = ["--link", str(self._fresh_link("board")), "--until-stdin-closes", "--json"]
        if self._board_kind == "qemu":
            return "firmware_sim.cli", ["qemu", *told]
        return "firmware_sim.cli", ["run", *told, "--seed", str(self._seed)]

    def _ground(self, places: dict[str, Any], link_time_s: float) -> tuple[str, list[str]]:
        contacts = [f"{contact.aos_s}:{contact.los_s}" for contact in self._physics.contacts]
        seed = self._seed + round(1000 * link_time_s)  # prompt ids must not repeat after a restart
        return "ground.cli", [
            *self._node(GROUND, places, self._scenario.ports.ground_tx),
            *(part for contact in contacts for part in ("--contact", contact)),
            *("--seed", str(seed)),
            *(self._serving.arguments(places.get("http", self._serving.http)) if self._serving else ()),
        ]

    def _flatsat(self, places: dict[str, Any], link_time_s: float) -> tuple[str, list[str]]:  # noqa: ARG002
        model = self._scenario.model.model_dump(exclude_none=True)
        hold = ("--hold", places["hold"], "--hold-keys", self._hold_keys(FLATSAT)) if self._bench.has_sky else ()
        device = self._bench.board.device or str(self._folder / "board")
        return "flatsat.cli", [
            *self._node(FLATSAT, places, self._scenario.ports.flatsat_tx),
            *hold,
            *(("--board", device, "--energy", "board") if self._board_kind != "none" else ()),
            *(part for name, value in model.items() for part in _option(name, value)),
        ]

    def _node(self, name: str, places: dict[str, Any], tx: str) -> list[str]:
        scenario, rx = self._scenario, places.get(f"{name}_rx", "")
        front_end = self._ends[name].front_end
        if isinstance(front_end, FrontEndFile):
            heard = ["--front-end", self._front_end_file(name, resolved(front_end, rx, tx, self._radio(name)))]
        else:
            heard = ["--front-end", front_end, "--rx", rx]
        return [
            "serve",
            "--until-stdin-closes",
            *(*heard, "--tx", tx, "--profile", scenario.profile),
            *("--sample-rate-hz", repr(scenario.sample_rate_hz), "--block", str(scenario.block_samples)),
            *("--keys", str(key_path(self._home(name) / "keys", name)), "--journal", str(self.journal(name))),
            *("--start-utc", self._physics.start_utc.isoformat()),
            *self._recorded(name),
        ]

    def _recorded(self, name: str) -> tuple[str, ...]:
        if self._record is None:
            return ()
        folder = self.far_recordings.get(name, self._record.absolute())
        return "--record", str(folder)

    def _front_end_file(self, name: str, front_end: FrontEndFile) -> str:
        text = as_toml(front_end.model_dump(exclude_unset=True))
        path = self._folder / f"{name}-front-end.toml"
        path.write_text(text, encoding="utf-8")
        return self._far[name].put(path.name, text.encode()) if name in self._far else str(path)

    def _radio(self, name: str) -> str:
        return str(self._folder / f"radio-{name}")

    def _ground_transmitter(self, places: dict[str, Any], link_time_s: float) -> tuple[str, list[str]]:  # noqa: ARG002
        return self._transmitter(GROUND, places)

    def _flatsat_transmitter(self, places: dict[str, Any], link_time_s: float) -> tuple[str, list[str]]:  # noqa: ARG002
        return self._transmitter(FLATSAT, places)

    def _transmitter(self, name: str, places: dict[str, Any]) -> tuple[str, list[str]]:
        front_end = str(self._home(name) / f"{name}-front-end.toml")
        return "radio.transmit.process", [front_end, places[f"{name}_tx"], repr(self._scenario.sample_rate_hz)]

    def journal(self, name: str) -> Path:
        """Return where a program keeps what must outlive it."""
        return self._home(name) / f"{name}.journal"

    def _home(self, name: str) -> Path:
        """Return the folder of a program's files, on the machine where it runs."""
        return Path(self._far[name].path) if name in self._far else self._folder

    @property
    def _board_kind(self) -> str:
        return self._bench.board.kind if self._scenario.board.present else "none"

    def _hold_keys(self, name: str) -> str:
        return str(control_key_path(Path(self._scenario.ports.hold_keys or self._folder / "keys"), name))

    def _fresh_link(self, name: str) -> Path:
        """Return where a serial device is to appear: not that of one that was killed, whose number another has now."""
        link = self._folder / name
        link.unlink(missing_ok=True)
        return link


def _option(name: str, value: object) -> tuple[str, ...]:
    option = name.replace("_", "-")
    if isinstance(value, bool):
        return (f"--{option}" if value else f"--no-{option}",)
    return f"--{option}", str(value)
