import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from edge.command_line import run_app
from ground.cli import app
from ground.errors import RequestError
from ground.forecast import Forecast
from ground.gateway.address import Address
from ground.gateway.station_line import StationLine
from ground.hamlib.rotator import Pointing, RotatorLimits, SlewRates
from ground.hamlib.settings import HamlibSettings
from ground.hamlib.tracker import TrackSettings
from ground.mission_control.metrics import Metrics
from ground.services_file import ServicesFile
from tests.ground.hamlib.support import STATION, fly_by, free_port

QUEUED = {"name": "queued", "prompt_id": "00" * 8, "link_time_s": 1.0, "detail": {"text": "secret"}}
Trial = Callable[[StationLine], Awaitable[None]]


def load(tmp_path: Path, text: str) -> ServicesFile:
    path = tmp_path / "services.toml"
    path.write_text(text)
    return ServicesFile.load(path)


def attempt(file: ServicesFile, trial: Trial, metrics: Metrics, forecast: Forecast | None = None) -> list[str]:
    """Run a file's services through a trial, on the line of a station that the test speaks for; return its commands."""
    commands: list[str] = []

    async def run() -> None:
        line = StationLine(lambda octets: commands.append(octets.decode()))
        services = [make(line, pytest.fail) for make in file.services(metrics, forecast)]
        running = [asyncio.ensure_future(service.run()) for service in services]
        await asyncio.sleep(0)
        line.take({**STATION, "profile": "leo-bpsk"})
        try:
            await asyncio.wait_for(trial(line), 20)
            assert not any(each.done() for each in running)
        finally:
            for each in running:
                each.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    asyncio.run(run())
    return commands


async def heard(port: int, said: bytes, count: int) -> bytes:
    """Connect, say something and return the first octets that come."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(said)
    try:
        return await reader.readexactly(count)
    finally:
        writer.transport.abort()
        await asyncio.sleep(0.01)


def test_a_file_with_nothing_in_it_counts_and_serves_nothing(tmp_path: Path) -> None:
    metrics = Metrics()

    async def trial(line: StationLine) -> None:
        line.tell("milestone", **QUEUED)
        await asyncio.sleep(0.01)

    assert attempt(load(tmp_path, ""), trial, metrics) == []
    assert b"flatsat_prompts_queued_total 1.0" in metrics.exposition()


def test_all_of_the_servers_fields(tmp_path: Path) -> None:
    told = """
        [hamlib]
        rigctld = "127.0.0.1:4532"
        rotctld = "[::1]:4533"
        azimuth_deg = [-180, 270]
        elevation_deg = [-5.0, 180]
        park_deg = [180, 45.5]
        dead_band_deg = 2
        slew_deg_per_s = [6, 3.5]
    """
    assert load(tmp_path, told).hamlib.settings() == HamlibSettings(
        rigctld=Address("127.0.0.1", 4532),
        rotctld=Address("::1", 4533),
        limits=RotatorLimits(-180.0, 270.0, -5.0, 180.0),
        track=TrackSettings(Pointing(180.0, 45.5), 2.0, SlewRates(6.0, 3.5)),
    )


def test_all_of_what_is_steered(tmp_path: Path) -> None:
    told = '[hamlib]\nradio = "station"\nrotator = "127.0.0.1:4533"'
    settings = load(tmp_path, told).hamlib.settings()
    assert settings == HamlibSettings(radio="station", rotator="127.0.0.1:4533")
    assert settings.limits is None, "the rotator tells of them"


def test_one_pair_of_stops_leaves_the_other_as_usual(tmp_path: Path) -> None:
    for told, limits in (
        ("azimuth_deg = [0, 450]", RotatorLimits(0.0, 450.0)),
        ("elevation_deg = [0, 180]", RotatorLimits(0.0, 360.0, 0.0, 180.0)),
    ):
        assert load(tmp_path, f"[hamlib]\n{told}").hamlib.settings().limits == limits


def test_what_is_served_is_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rigctld, rotctld, telemetry = (free_port() for _ in range(3))
    told = f"""
        [hamlib]
        rigctld = "127.0.0.1:{rigctld}"
        rotctld = "localhost:{rotctld}"
        park_deg = [180, 30]
        [mission_control]
        telemetry = "127.0.0.1:{telemetry}"
        log = "events.log"
    """
    metrics = Metrics()

    async def trial(line: StationLine) -> None:
        assert await heard(rigctld, b"F 437051000\nf\n", 17) == b"RPRT 0\n437051000\n"
        assert await heard(rotctld, b"p\n", 13) == b"180.00\n30.00\n"
        packet = asyncio.ensure_future(heard(telemetry, b"", 2))
        while not packet.done():
            line.tell("milestone", **QUEUED)
            await asyncio.sleep(0.01)
        assert int.from_bytes(packet.result(), "big") & 0x7FF == 102, "its APID, as in the database"

    commands = attempt(load(tmp_path, told), trial, metrics)
    assert json.loads(commands[0])["receive_hz"] == 437051000.0
    first = json.loads((tmp_path / "events.log").read_text().splitlines()[1])
    assert (first["name"], first["prompt_id"]) == ("queued", "00" * 8)
    assert "secret" not in (tmp_path / "events.log").read_text()


def test_a_log_on_standard_error(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    async def trial(line: StationLine) -> None:
        line.tell("milestone", **QUEUED)
        await asyncio.sleep(0.01)

    attempt(load(tmp_path, '[mission_control]\nlog = "-"'), trial, Metrics())
    assert [json.loads(line)["event"] for line in capfd.readouterr().err.splitlines()] == ["station", "milestone"]


def test_a_station_that_is_steered(tmp_path: Path) -> None:
    async def trial(line: StationLine) -> None:
        line.tell("time", link_time_s=20.0)
        await asyncio.sleep(0.05)

    told = load(tmp_path, '[hamlib]\nradio = "station"\nrotator = "simulated"')
    (command,) = attempt(told, trial, Metrics(), fly_by())
    assert json.loads(command)["command"] == "tune"


# -- mistakes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("[hamlib", "TOML"),
        ("[hamlibs]", "hamlibs is {}; accepted: no such field; known here: hamlib, mission_control"),
        ("[hamlib]\nrigctl = 'x'", "hamlib.rigctl is 'x'; accepted: no such field; known here: azimuth_deg"),
        ("[mission_control]\nlogs = 'x'", "mission_control.logs is 'x'; accepted: no such field; known here: log"),
        ("hamlib = 3", "hamlib is 3"),
        ("[hamlib]\nrigctld = 4532", "hamlib.rigctld is 4532"),
        ("[hamlib]\nrigctld = '4532'", "hamlib.rigctld is '4532'; accepted: HOST:PORT"),
        ("[hamlib]\nrotctld = 'localhost:65536'", "hamlib.rotctld is 'localhost:65536'; accepted: HOST:PORT"),
        ("[hamlib]\nradio = 'stations'", "hamlib.radio is 'stations'; accepted: HOST:PORT"),
        ("[hamlib]\nrotator = ''", "hamlib.rotator is ''; accepted: HOST:PORT"),
        ("[mission_control]\ntelemetry = ''", "mission_control.telemetry is ''; accepted: HOST:PORT"),
        ("[mission_control]\nlog = 1", "mission_control.log is 1"),
        ("[hamlib]\nazimuth_deg = [0]", "hamlib.azimuth_deg is [0]; accepted: list should have at least 2 items"),
        ("[hamlib]\nazimuth_deg = ['0', '450']", "hamlib.azimuth_deg.0 is '0'"),
        ("[hamlib]\nazimuth_deg = [0, true]", "hamlib.azimuth_deg.1 is True"),
        ("[hamlib]\nazimuth_deg = [0, nan]", "hamlib.azimuth_deg is '0:nan'"),
        ("[hamlib]\nelevation_deg = [nan, 180]", "hamlib.elevation_deg is 'nan:180'"),
        ("[hamlib]\nelevation_deg = [0, inf]", "hamlib.elevation_deg is '0:inf'"),
        ("[hamlib]\npark_deg = [nan, 0]\nrotator = 'localhost:4533'", "hamlib.park_deg is 'nan,0'"),
        ("[hamlib]\npark_deg = [361, 0]\nrotctld = 'localhost:4533'", "hamlib.park_deg is '361,0'"),
        ("[hamlib]\ndead_band_deg = nan", "hamlib.dead_band_deg is nan"),
        ("[hamlib]\ndead_band_deg = true", "hamlib.dead_band_deg is True"),
        ("[hamlib]\nslew_deg_per_s = [nan, 1]", "hamlib.slew_deg_per_s is 'nan,1'"),
        ("[hamlib]\nslew_deg_per_s = [5, 0]", "hamlib.slew_deg_per_s is '5,0'"),
        ("[hamlib]\nrigctld = 'localhost:1'\nradio = 'station'", "hamlib.radio is 'station'; accepted: nothing beside"),
        (
            "[hamlib]\nrotctld = 'localhost:1'\nrotator = 'simulated'",
            "hamlib.rotator is 'simulated'; accepted: nothing",
        ),
    ],
)
def test_a_mistake_is_one_line(told: str, words: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "services.toml"
    path.write_text(told)
    assert run_app(app, "ground", serve_with(path)) == 2
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith("ground: ")
    assert words in line


def test_a_file_that_is_not_there(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run_app(app, "ground", serve_with(tmp_path / "none.toml")) == 2
    assert "none.toml'; accepted: a readable TOML file" in capfd.readouterr().err


def test_services_want_a_gateway(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    *options, _, _ = serve_with(tmp_path / "services.toml")
    assert run_app(app, "ground", options) == 2
    assert capfd.readouterr().err == "ground: services is given; accepted: together with --http\n"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("[hamlib]\nrigctld = '{taken}'", "hamlib.rigctld is '{taken}'; accepted: an address of this machine that"),
        ("[hamlib]\nrotctld = '{taken}'", "hamlib.rotctld is '{taken}'; accepted: an address of this machine that"),
        ("[hamlib]\nrigctld = '192.0.2.1:4532'", "hamlib.rigctld is '192.0.2.1:4532'; accepted: an address of this"),
        ("[mission_control]\ntelemetry = '{taken}'", "mission_control.telemetry is '{taken}'; accepted: an address"),
        ("[mission_control]\nlog = '/nowhere/log'", "mission_control.log is '/nowhere/log'; accepted: a file that can"),
        ("[mission_control]\nlog = ''", "mission_control.log is '.'; accepted: a file that can"),
        ("[hamlib]\nradio = 'station'", "hamlib.radio is 'station'; accepted: only with a forecast"),
        ("[hamlib]\nrotator = 'simulated'", "hamlib.rotator is 'simulated'; accepted: only with a forecast"),
    ],
)
def test_what_cannot_be_had(told: str, words: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        taken = f"127.0.0.1:{listening.getsockname()[1]}"
        file, line = load(tmp_path, told.format(taken=taken)), StationLine(lambda _: None)
        with pytest.raises(RequestError) as caught:
            [make(line, pytest.fail) for make in file.services(Metrics(), None)]
    assert str(caught.value).startswith(words.format(taken=taken))


def test_it_is_said_before_a_station_is_started(tmp_path: Path) -> None:
    path = tmp_path / "services.toml"
    with socket.create_server(("127.0.0.1", 0)) as listening:
        taken = f"127.0.0.1:{listening.getsockname()[1]}"
        path.write_text(f'[hamlib]\nrigctld = "{taken}"\n[mission_control]\ntelemetry = "127.0.0.1:0"')
        ended = run_alone(serve_with(path))
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1), ended.stderr
    assert ended.stderr.startswith(f"ground: hamlib.rigctld is '{taken}'; accepted: an address of this machine that is")
    assert [json.loads(line)["event"] for line in ended.stdout.splitlines()] == ["http"], "no word of a station"
    assert [each.name for each in tmp_path.iterdir()] == ["services.toml"]


def test_services_that_are_refused_leave_their_addresses(tmp_path: Path) -> None:
    rigctld = free_port()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        rotctld = taken.getsockname()[1]
        told = load(tmp_path, f'[hamlib]\nrigctld = "127.0.0.1:{rigctld}"\nrotctld = "127.0.0.1:{rotctld}"')
        _, make = told.services(Metrics(), None)
        with pytest.raises(RequestError, match=r"hamlib\.rotctld"):
            make(StationLine(lambda _: None), pytest.fail)
    socket.create_server(("127.0.0.1", rigctld)).close()


def serve_with(services: Path) -> list[str]:
    """Return the options of a station whose keys are not there: nothing comes of it but mistakes."""
    folder = services.parent
    told = ["serve", "--keys", str(folder / "keys"), "--journal", str(folder / "journal"), "--rx", "tcp://127.0.0.1:1"]
    return [*told, "--services", str(services), "--http", "127.0.0.1:0"]


def run_alone(arguments: list[str]) -> Any:
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "ground", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )
