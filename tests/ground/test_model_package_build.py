import io
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ground.errors import RequestError
from ground.model_package_build import build_package
from protocol.model_package.manifest import Manifest, PackageKind, SelfTestPrompt, describe, model_id
from protocol.model_package.package import read_manifest

HEADER = json.dumps({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode()
WEIGHTS = struct.pack("<Q", len(HEADER)) + HEADER + b"12345678"
GGUF = b"GGUF" + struct.pack("<I", 3) + b"tensors"
ADAPTER = {"peft_type": "LORA", "r": 2, "lora_alpha": 4}

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def make(name: str, **files: bytes) -> Path:
        for path, data in files.items():
            file = tmp_path / name / path.replace("__", "/").replace("_json", ".json").replace("_st", ".safetensors")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        return tmp_path / name

    return make


@pytest.fixture
def model(write: Write) -> Path:
    return write("model", config_json=b"{}", model_st=WEIGHTS, sub__vocab_json=b"[]")


@pytest.fixture
def adapter(write: Write) -> Path:
    return write("adapter", adapter_config_json=json.dumps(ADAPTER).encode(), adapter_model_st=WEIGHTS)


@pytest.fixture
def gguf(tmp_path: Path) -> Path:
    (tmp_path / "one.gguf").write_bytes(GGUF)
    return tmp_path / "one.gguf"


def paths_of(manifest: Manifest) -> list[str]:
    return [entry.path for entry in manifest.files]


def test_a_directory_goes_up_without_what_no_engine_reads(model: Path, tmp_path: Path) -> None:
    for name in ("README.md", ".gitattributes", "pytorch_model.bin", "modeling_odd.py"):
        (model / name).touch()
    (model / ".cache").mkdir()
    (model / ".cache" / "x.json").write_bytes(b"{}")
    fractions: list[float] = []
    tests = (SelfTestPrompt("2 + 2?", 8, "4"),)
    built = build_package(model, tmp_path / "out", "new", self_tests=tests, on_progress=fractions.append)
    assert paths_of(built.manifest) == ["config.json", "model.safetensors", "sub/vocab.json"]
    assert (built.manifest.kind, built.manifest.self_tests) == (PackageKind.FULL, tests)
    assert read_manifest(io.BytesIO((tmp_path / "out").read_bytes())) == built.manifest
    assert built.octets == (tmp_path / "out").stat().st_size
    assert built.model_id == model_id(built.manifest.files)
    assert fractions[-1] == 1.0


def test_a_link_to_a_file_goes_up_as_the_file(model: Path, tmp_path: Path) -> None:
    weights = model / "model.safetensors"
    weights.rename(tmp_path / "blob")
    weights.symlink_to(tmp_path / "blob")
    assert "model.safetensors" in paths_of(build_package(model, tmp_path / "out", "new").manifest)


def test_with_a_base_only_the_change_goes_up(model: Path, write: Write, tmp_path: Path) -> None:
    changed = write("changed", config_json=b"{}", model_st=WEIGHTS[:-1] + b"9", tokenizer_json=b"[]")
    manifest = build_package(changed, tmp_path / "out", "new", base=model).manifest
    assert manifest.kind is PackageKind.PATCH
    assert manifest.base == build_package(model, tmp_path / "whole", "old").model_id
    assert {entry.path: entry.base_path for entry in manifest.files} == {
        "config.json": "config.json",
        "model.safetensors": "model.safetensors",
        "tokenizer.json": None,
    }


def test_a_gguf_file_is_compared_with_one_of_another_name(gguf: Path, tmp_path: Path) -> None:
    other = tmp_path / "two.gguf"
    other.write_bytes(GGUF + b"!")
    (entry,) = build_package(other, tmp_path / "out", "new", base=gguf).manifest.files
    assert (entry.path, entry.base_path) == ("two.gguf", "one.gguf")


def test_an_adapter_names_its_base(adapter: Path, model: Path, gguf: Path, tmp_path: Path) -> None:
    (adapter / "README.md").touch()
    (adapter / "tokenizer.json").write_bytes(b"{}")
    built = build_package(adapter, tmp_path / "out", "tuned", base=model)
    assert built.manifest.kind is PackageKind.LORA
    assert paths_of(built.manifest) == ["adapter_config.json", "adapter_model.safetensors"]
    assert built.manifest.base == build_package(model, tmp_path / "whole", "old").model_id
    assert built.model_id is None
    on_gguf = build_package(adapter, tmp_path / "out", "tuned", base=gguf).manifest
    assert on_gguf.base == model_id([describe("one.gguf", io.BytesIO(GGUF))])


def test_an_adapter_without_its_base_is_refused(adapter: Path, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="base is None"):
        build_package(adapter, tmp_path / "out", "tuned")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("path", "octets", "accepted"),
    [
        ("model/config.json", None, "config.json"),
        ("model/model.safetensors", None, "safetensors"),
        ("model/config.json", b"{", "JSON"),
        ("model/sub/vocab.json", b"", "JSON"),
        ("model/model.safetensors", b"\xff" * 20, "header"),
        ("model/model.safetensors", b"", "JSON"),
        ("model/model.safetensors", WEIGHTS[:20], "JSON"),
        ("model/b.gguf", GGUF, "GGUF|gguf"),
        ("one.gguf", b"GGML" + GGUF[4:], "GGUF of version 2 or 3"),
        ("one.gguf", GGUF[:4] + b"\1\0\0\0", "GGUF of version 2 or 3"),
        ("one.gguf", b"", "GGUF of version 2 or 3"),
        ("adapter/adapter_config.json", b"{}", "r: None"),
        ("adapter/adapter_config.json", json.dumps({**ADAPTER, "use_dora": True}).encode(), "use_dora"),
        ("adapter/adapter_model.safetensors", b"?", "JSON"),
    ],
)
def test_what_no_spacecraft_could_load_is_refused(
    model: Path, adapter: Path, gguf: Path, tmp_path: Path, path: str, octets: bytes | None, accepted: str
) -> None:
    source = {"model": model, "adapter": adapter, "one.gguf": gguf}[path.split("/")[0]]
    base = model if source is adapter else None
    if octets is None:
        (tmp_path / path).unlink()
    else:
        (tmp_path / path).write_bytes(octets)
    with pytest.raises(RequestError, match=accepted) as caught:
        build_package(source, tmp_path / "out", "new", base)
    assert caught.value.field == "model"
    assert path.split("/")[0] in str(caught.value.value)


def test_a_base_is_looked_at_as_closely(model: Path, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="base is"):
        build_package(model, tmp_path / "out", "new", base=tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("field", "options"),
    [("name", {"name": "New Model"}), ("name", {"name": "built-in"}), ("self_tests", {"self_tests": ["hi"]})],
)
def test_options_are_checked(model: Path, tmp_path: Path, field: str, options: dict[str, Any]) -> None:
    with pytest.raises(RequestError) as caught:
        build_package(model, tmp_path / "out", **{"name": "new", **options})
    assert caught.value.field == field


def test_a_file_of_an_odd_name_is_told(model: Path, tmp_path: Path) -> None:
    (model / "config (1).json").write_bytes(b"{}")
    with pytest.raises(RequestError, match=r"config \(1\)"):
        build_package(model, tmp_path / "out", "new")
