"""A failing run's recording replays the failure, without the run."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.command_line import run_app
from ground.contact import Contact
from radio.channel.attenuator import AttenuationSettings, AttenuatorSettings
from radio.channel.impairments import PathImpairments
from radio.modem.open_receiver import SampleReceiver, open_receiver
from radio.modem.reception import Reception
from radio.recording.link_recording import Heard, open_link_recording
from testbed.cli import app
from testbed.errors import NoAnswerError
from testbed.physics import work_out
from testbed.replay import Change, differences, replay
from testbed.rigs.memory import MemoryRig
from testbed.rigs.rig import AskRequest, RigReport, SilentListener
from testbed.scenario import Scenario

CONTACT_S = 2.5
FADES_S = 1.2


@dataclass(frozen=True)
class Failure:
    """A run that got no answer: where it was recorded, and what went through its ends."""

    folder: Path
    partial: str
    report: RigReport

    def bursts(self, end: str) -> list[dict[str, Any]]:
        return list(getattr(self.report, end)["bursts"])


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> Failure:
    """The downlink fades away in the midst of an answer."""
    folder = tmp_path_factory.mktemp("failed")
    steps = ((FADES_S, 11.0), (FADES_S + 0.6, 30.0))
    schedule = tuple(AttenuationSettings(time_s=time_s, attenuation_db=db) for time_s, db in steps)
    scenario = Scenario.load("loopback")
    fading = PathImpairments(attenuator=AttenuatorSettings(schedule=schedule))
    downlink = scenario.downlink.model_copy(update={"eb_n0_db": 12.0, "impairments": fading})
    physics = work_out(scenario.model_copy(update={"downlink": downlink}), seed=1)
    physics = replace(physics, contacts=[Contact(0.0, CONTACT_S)])
    with MemoryRig(scenario, physics, 1, SilentListener(), record=folder) as rig:
        with pytest.raises(NoAnswerError) as missing:
            rig.ask(AskRequest("Why?", 64))
        report = rig.report()
    return Failure(folder, missing.value.partial, report)


@pytest.fixture
def deaf(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[float], None]]:
    """Make receivers worse: below an Es/N0 they decode nothing."""

    def change(least_db: float) -> None:
        monkeypatch.setattr("radio.transceiver.open_receiver", lambda *given: _Deaf(open_receiver(*given), least_db))

    yield change
    monkeypatch.undo()


class _Deaf:
    def __init__(self, receiver: SampleReceiver, least_db: float) -> None:
        self._receiver, self._least_db = receiver, least_db
        self.samples_unusable = 0

    def process(self, samples: Any) -> list[Reception]:
        return [
            replace(each, frame=None) if each.quality.es_n0_db < self._least_db else each
            for each in self._receiver.process(samples)
        ]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = run_app(app, "testbed", ["replay", *arguments])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_the_run_lost_what_it_is_about(failed: Failure) -> None:
    decoded = [burst["decoded"] for burst in failed.bursts("ground")]
    assert decoded.count(True) >= 2
    assert decoded.count(False) >= 2
    assert len(failed.report.flatsat["sent"]) > decoded.count(True)
    assert failed.partial, "some of the answer had come"


def test_a_recorded_failure_fails_again_in_the_same_way(
    failed: Failure, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for path in failed.folder.iterdir():
        shutil.copy(path, tmp_path)  # the recording alone
    status, out, _ = run(capsys, str(tmp_path), "--json")
    told = json.loads(out)
    assert (status, told["same"]) == (0, True)
    for found in told["recordings"]:
        bursts = failed.bursts(found["end"])
        assert found["replayed"] == found["recorded"]
        assert found["recorded"]["frames"] == sum(burst["decoded"] for burst in bursts)
        lost = [burst["started_s"] for burst in bursts if not burst["decoded"]]
        assert [each["started_s"] for each in found["undecoded"]] == pytest.approx(lost, abs=1e-6)
    assert {found["end"] for found in told["recordings"]} == {"ground", "flatsat"}


def test_no_key_is_in_the_folder(failed: Failure) -> None:
    ends = ("ground", "flatsat")
    expected = {f"{end}.sigmf-{kind}" for end in ends for kind in ("data", "meta")}
    assert {path.name for path in failed.folder.iterdir()} == expected


def test_a_replay_is_exact_to_the_last_bit(failed: Failure) -> None:
    recording = open_link_recording(failed.folder / "ground.sigmf-meta")
    found = replay(recording, lambda done: None)
    exact = [(each.started_s, each.es_n0_db, each.frame) for each in found.heard]
    assert exact == [(each.started_s, each.es_n0_db, each.frame) for each in recording.heard]


def test_progress_is_told_up_to_the_end(failed: Failure) -> None:
    recording, done = open_link_recording(failed.folder / "ground.sigmf-meta"), []
    replay(recording, done.append)
    assert done == sorted(done)
    assert done[-1] == recording.timeline.count


def test_a_worse_receiver_is_told_by_the_first_frame_that_it_loses(
    failed: Failure, deaf: Callable[[float], None], capsys: pytest.CaptureFixture[str]
) -> None:
    frames = [burst for burst in failed.bursts("ground") if burst["decoded"]]
    worst = min(frames, key=lambda burst: burst["es_n0_db"])
    deaf(worst["es_n0_db"] + 1e-6)
    status, out, _ = run(capsys, str(failed.folder), "--json")
    ground = next(each for each in json.loads(out)["recordings"] if each["end"] == "ground")
    (difference,) = ground["differences"]
    assert (status, difference["change"]) == (1, "lost")
    assert difference["started_s"] == pytest.approx(worst["started_s"], abs=1e-6)
    assert difference["es_n0_db"] == pytest.approx(worst["es_n0_db"], abs=0.01)
    assert (ground["recorded"]["frames"], ground["replayed"]["frames"]) == (len(frames), len(frames) - 1)
    status, out, _ = run(capsys, str(failed.folder))
    (line,) = [line for line in out.splitlines() if line.startswith("ground")]
    assert line.endswith(f"lost at {worst['started_s']:.3f} s, 223 octets, Es/N0 {worst['es_n0_db']:.1f} dB")
    deaf(100.0)
    _, out, _ = run(capsys, str(failed.folder))
    (line,) = [line for line in out.splitlines() if line.startswith("ground")]
    assert f"lost at {frames[0]['started_s']:.3f} s" in line
    assert line.endswith(f"; {len(frames) - 1} more")


def test_a_better_receiver_is_told_by_the_first_frame_that_is_new(
    failed: Failure, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in failed.folder.iterdir():
        shutil.copy(path, tmp_path)
    meta = tmp_path / "ground.sigmf-meta"
    content = json.loads(meta.read_text())
    known = [each for each in content["annotations"] if "flatsat_testbed:frame" in each]
    content["annotations"].remove(known[1])  # what it had not found, then
    meta.write_text(json.dumps(content))
    status, out, _ = run(capsys, str(tmp_path))
    assert status == 1
    assert f"new at {known[1]['flatsat_testbed:link_time_s']:.3f} s" in out
    (line,) = [line for line in out.splitlines() if line.startswith("flatsat")]
    assert line.endswith("the same frames again")


def test_a_frame_with_other_octets_is_told(failed: Failure, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in failed.folder.iterdir():
        shutil.copy(path, tmp_path)
    meta = tmp_path / "ground.sigmf-meta"
    meta.write_text(meta.read_text().replace('"flatsat_testbed:frame": "', '"flatsat_testbed:frame": "00'))
    status, out, _ = run(capsys, str(tmp_path), "--json")
    ground = next(each for each in json.loads(out)["recordings"] if each["end"] == "ground")
    assert status == 1
    assert {each["change"] for each in ground["differences"]} == {"changed"}
    assert len(ground["differences"]) == ground["recorded"]["frames"] == ground["replayed"]["frames"]


@pytest.mark.parametrize("what", ["nothing", "no folder", "no data", "another's", "changed"])
def test_what_cannot_be_replayed_is_told_in_one_line(
    failed: Failure, tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    folder, meta = tmp_path / "run", tmp_path / "run" / "ground.sigmf-meta"
    if what != "no folder":
        folder.mkdir()
    if what in ("no data", "another's", "changed"):
        shutil.copy(failed.folder / "ground.sigmf-meta", meta)
    if what in ("another's", "changed"):
        shutil.copy(failed.folder / "ground.sigmf-data", folder)
    if what == "another's":
        meta.write_text(meta.read_text().replace("flatsat_testbed:end", "flatsat_testbed:other"))
    if what == "changed":
        with (folder / "ground.sigmf-data").open("r+b") as data:
            data.write(b"\x00\x00")
    status, out, err = run(capsys, str(folder))
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("testbed: ")
    assert "accepted" in err


# -- the comparison ----------------------------------------------------------------------------------------------------


def frame(number: int, started_s: float, octets: bytes = b"") -> Heard:
    return Heard(started_s, started_s + 0.1, 9.0, octets or number.to_bytes(2, "big"))


@given(st.sets(st.integers(0, 30)), st.sets(st.integers(0, 30)), st.sets(st.integers(0, 30)))
def test_differences_are_those_between_two_sets(then: set[int], now: set[int], changed: set[int]) -> None:
    recorded = [frame(number, number / 5) for number in sorted(then)]
    replayed = [frame(number, number / 5 + 0.04, b"new" if number in changed else b"") for number in sorted(now)]
    found = differences(recorded, replayed)
    by_change = {
        change: {round(each.heard.started_s * 5) for each in found if each.change is change} for change in Change
    }
    assert by_change[Change.LOST] == then - now
    assert by_change[Change.NEW] == now - then
    assert by_change[Change.CHANGED] == then & now & changed
    times = [round(each.heard.started_s * 5) for each in found]
    assert times == sorted(times), "in the order of their times"


def test_a_frame_at_another_time_is_another() -> None:
    found = differences([frame(1, 1.0)], [frame(1, 1.06)])
    assert [each.change for each in found] == [Change.LOST, Change.NEW]
