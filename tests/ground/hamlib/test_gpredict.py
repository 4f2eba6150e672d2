"""What Gpredict said to these servers is answered as it was then; tests/golden/hamlib tells how it was recorded."""

import asyncio
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from ground.gateway.address import Address
from ground.hamlib.line_server import LineServer, Session
from ground.hamlib.mount import Mount, SimulatedRotator
from ground.hamlib.rig import Rig
from ground.hamlib.rig_session import RigSession
from ground.hamlib.rotator import Pointing, RotatorLimits, SlewRates
from ground.hamlib.rotator_session import RotatorSession
from tests.ground.hamlib.support import STATION

GOLDEN = Path(__file__).parents[2] / "golden" / "hamlib"
CONNECTIONS, NOTES = "12", "=@"


Line = tuple[str, str]
"""Who speaks, and what."""


def recorded(what: str) -> dict[str, list[Line]]:
    """Return the lines of each section."""
    _, *sections = (GOLDEN / f"gpredict-2.3-{what}.txt").read_text(encoding="ascii").split("\n== ")
    return {title: [_line(each) for each in lines] for title, *lines in map(str.splitlines, sections)}


def _line(text: str) -> Line:
    speaker, _, said = text.partition(" ")
    return speaker, said


RADIO, ROTATOR = recorded("radio"), recorded("rotator")


def replay(lines: list[Line], new_session: Callable[[], Session], note: Callable[[str], object]) -> list[Line]:
    """Say to a server what Gpredict said; return the lines with its answers now. `note` takes what = and @ say."""

    async def run() -> list[Line]:
        server = LineServer("rigctld", Address("127.0.0.1", 0))
        running = asyncio.ensure_future(server.run(new_session))
        clients = {name: await asyncio.open_connection("127.0.0.1", server.address.port) for name in CONNECTIONS}
        told = []
        for speaker, said in lines:
            if speaker in NOTES:
                note(said)
            elif speaker.endswith(">"):
                clients[speaker[0]][1].write(f"{said}\n".encode("ascii"))
            else:
                answer = await asyncio.wait_for(clients[speaker[0]][0].readline(), 5)
                said = answer.decode("ascii").removesuffix("\n")
            told.append((speaker, said))
        for _, writer in clients.values():
            writer.close()
        running.cancel()
        await asyncio.gather(running, *(writer.wait_closed() for _, writer in clients.values()), return_exceptions=True)
        return told

    return asyncio.run(run())


@pytest.mark.parametrize("title", RADIO)
def test_the_radio_controller(title: str) -> None:
    lines, tunings = RADIO[title], set[float]()
    rig = Rig.of(STATION, lambda *both_hz: tunings.update(both_hz), lambda _: None)
    assert rig is not None

    def tuned_by_then(said: str) -> None:
        receive_hz, transmit_hz = map(float, said.split())
        rig.tune(receive_hz=receive_hz, transmit_hz=transmit_hz)

    assert replay(lines, lambda: RigSession(rig), tuned_by_then) == lines
    pairs = pairwise(lines)
    accepted = {float(said[1:]) for (_, said), (_, answer) in pairs if said[0] in "FI" and answer == "RPRT 0"}
    assert accepted <= tunings


@pytest.mark.parametrize("title", ROTATOR)
def test_the_antenna_controller(title: str) -> None:
    moments_s = [0.0]
    mount = Mount(RotatorLimits(), SlewRates(), Pointing(0.0, 0.0))
    rotator = SimulatedRotator(mount, Pointing(0.0, 0.0), lambda: moments_s[-1])
    lines = ROTATOR[title]
    assert replay(lines, lambda: RotatorSession(rotator), lambda said: moments_s.append(float(said))) == lines


def test_what_was_recorded_has_each_of_its_commands() -> None:
    """Or a file that cannot be read would show nothing."""
    said = {said[0] for each in (*RADIO.values(), *ROTATOR.values()) for speaker, said in each if speaker[1:] == ">"}
    assert said == set("FIftiSqALPp")
