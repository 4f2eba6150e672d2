from pathlib import Path

import pytest

from flatsat.errors import EngineError
from flatsat.weights.manifest import NAME, Manifest

TENSORS = {"w": "00", "v": "11"}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    Manifest.of(tmp_path, TENSORS).write(tmp_path)
    return tmp_path


def test_what_was_stored_is_found_again(directory: Path) -> None:
    Manifest.read(directory).check(directory, TENSORS)
    (directory / "model.safetensors").write_bytes(b"what counts is what comes of it")
    (directory / "notes.txt").touch()
    Manifest.read(directory).check(directory, {**TENSORS, "more": "22"})


@pytest.mark.parametrize("tensors", [{**TENSORS, "w": "01"}, {"v": "11"}])
def test_weights_that_changed_or_are_missing_are_named(directory: Path, tensors: dict[str, str]) -> None:
    with pytest.raises(EngineError, match="weights w is not what was stored"):
        Manifest.read(directory).check(directory, tensors)


@pytest.mark.parametrize("spoil", [lambda path: path.write_text("{ }"), Path.unlink])
def test_files_that_changed_or_are_missing_are_named(directory: Path, spoil) -> None:
    spoil(directory / "config.json")
    with pytest.raises(EngineError, match=r"file config\.json is not what was stored"):
        Manifest.read(directory).check(directory, TENSORS)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"tensors": 3, "files": {}}', '{"tensors": "ab", "files": {}}'])
def test_what_is_no_manifest_is_told(directory: Path, text: str) -> None:
    (directory / NAME).write_text(text)
    with pytest.raises(EngineError, match=r"manifest\.json cannot be read"):
        Manifest.read(directory)


def test_a_directory_without_one_is_told(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"manifest\.json cannot be read"):
        Manifest.read(tmp_path)
