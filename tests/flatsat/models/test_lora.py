import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flatsat.models.errors import ModelError
from flatsat.models.lora import merge_adapter
from flatsat.models.safetensors_file import tensor_places
from protocol.errors import RemoteError
from protocol.model_messages import ModelFault
from protocol.model_package.lora_settings import parse_lora_settings

Arrays = dict[str, "np.ndarray[Any, Any]"]

RANDOM = np.random.default_rng(3)
Q, DOWN = "model.layers.0.self_attn.q_proj", "model.layers.0.mlp.down_proj"
CONFIG = {
    "peft_type": "LORA",
    "r": 4,
    "lora_alpha": 6,
    "bias": "none",
    "lora_dropout": 0.05,
    "target_modules": ["q_proj"],
}


def numbers(*shape: int, dtype: Any = np.float32) -> "np.ndarray[Any, Any]":
    return RANDOM.normal(0, 1, shape).astype(dtype)


def write(file: Path, arrays: Arrays, dtypes: dict[str, str] | None = None) -> None:
    """Write safetensors by hand: u64 length, JSON, data."""
    kinds = {"float32": "F32", "float16": "F16", "int64": "I64", **(dtypes or {})}
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    data = b""
    for name, array in arrays.items():
        end = len(data) + array.nbytes
        header[name] = {"dtype": kinds[str(array.dtype)], "shape": array.shape, "data_offsets": [len(data), end]}
        data += array.tobytes()
    head = json.dumps(header).encode()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(struct.pack("<Q", len(head)) + head + data)


def write_adapter(directory: Path, arrays: Arrays, **config: Any) -> Path:
    named = {f"base_model.model.{name}.weight": array for name, array in arrays.items()}
    write(directory / "adapter_model.safetensors", named)
    (directory / "adapter_config.json").write_text(json.dumps({**CONFIG, **config}))
    return directory


@pytest.fixture
def base(tmp_path: Path) -> Path:
    tensors = {f"{Q}.weight": numbers(8, 6), f"{DOWN}.weight": numbers(6, 8), "model.norm.weight": numbers(6)}
    write(tmp_path / "base" / "model.safetensors", tensors)
    (tmp_path / "base" / "config.json").write_text("{}")
    (tmp_path / "base" / "pickled.bin").write_bytes(b"not taken along")
    return tmp_path / "base"


def tensors_of(directory: Path) -> Arrays:
    return {name: place.read() for name, place in tensor_places(directory / "model.safetensors").items()}


def merge(base: Path, adapter: Path) -> Arrays:
    merged = base.parent / "merged"
    merge_adapter(base, adapter, merged)
    assert sorted(path.name for path in merged.iterdir()) == ["config.json", "model.safetensors"]
    return tensors_of(merged)


def sum_of(weight: Any, up: Any, down: Any, scale: float) -> "np.ndarray[Any, Any]":
    """W + scale B A, number by number, in double precision."""
    result = weight.astype(np.float64)
    for i, j in np.ndindex(*weight.shape):
        result[i, j] += scale * sum(float(up[i, k]) * float(down[k, j]) for k in range(len(down)))
    return result


def test_the_change_is_alpha_over_r_times_b_a(base: Path, tmp_path: Path) -> None:
    down, up = numbers(4, 6), numbers(8, 4)
    before = tensors_of(base)
    after = merge(base, write_adapter(tmp_path / "adapter", {f"{Q}.lora_A": down, f"{Q}.lora_B": up}))
    expected = sum_of(before[f"{Q}.weight"], up, down, 6 / 4)
    np.testing.assert_allclose(after[f"{Q}.weight"], expected, rtol=1e-6, atol=1e-6)
    for name in (f"{DOWN}.weight", "model.norm.weight"):
        np.testing.assert_array_equal(after[name], before[name])
    assert (base.parent / "merged" / "model.safetensors").stat().st_size == (base / "model.safetensors").stat().st_size


def test_patterns_give_a_module_its_own_rank_and_alpha(base: Path, tmp_path: Path) -> None:
    arrays = {f"{Q}.lora_A": numbers(2, 6), f"{Q}.lora_B": numbers(8, 2)}
    arrays |= {f"{DOWN}.lora_A": numbers(4, 8), f"{DOWN}.lora_B": numbers(6, 4)}
    patterns = {"rank_pattern": {"self_attn.q_proj": 2}, "alpha_pattern": {"proj": 50, f"^{DOWN}": 9}}
    before = tensors_of(base)
    after = merge(base, write_adapter(tmp_path / "adapter", arrays, use_rslora=True, **patterns))
    for name, scale in ((Q, 6 / 2**0.5), (DOWN, 9 / 2)):
        expected = sum_of(before[f"{name}.weight"], arrays[f"{name}.lora_B"], arrays[f"{name}.lora_A"], scale)
        np.testing.assert_allclose(after[f"{name}.weight"], expected, rtol=1e-5, atol=1e-5)


def test_a_weight_kept_in_by_out_takes_the_change_transposed(tmp_path: Path) -> None:
    weight, down, up = numbers(6, 8), numbers(4, 6), numbers(8, 4)
    write(tmp_path / "base" / "model.safetensors", {"h.0.c_attn.weight": weight})
    (tmp_path / "base" / "config.json").touch()
    adapter = {"h.0.c_attn.lora_A": down, "h.0.c_attn.lora_B": up}
    after = merge(tmp_path / "base", write_adapter(tmp_path / "adapter", adapter, fan_in_fan_out=True))
    expected = sum_of(weight.T, up, down, 6 / 4).T
    np.testing.assert_allclose(after["h.0.c_attn.weight"], expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("shape", [(8, 6), (6, 8)])
def test_a_change_of_another_shape_is_refused(base: Path, tmp_path: Path, shape: tuple[int, int]) -> None:
    out, width = shape
    fits = out == 8
    arrays = {f"{Q}.lora_A": numbers(4, width), f"{Q}.lora_B": numbers(out, 4)}
    adapter = write_adapter(tmp_path / "adapter", arrays, fan_in_fan_out=fits)
    with pytest.raises(ModelError, match="q_proj"):
        merge(base, adapter)


@pytest.mark.parametrize(
    ("config", "arrays"),
    [
        ({"r": 3}, {f"{Q}.lora_A": (4, 6), f"{Q}.lora_B": (8, 4)}),
        ({}, {f"{Q}.lora_A": (4, 6)}),
        ({}, {f"{Q}.lora_A": (4, 6), f"{Q}.lora_B": (8, 4), "lm_head": (8, 8)}),
        ({}, {f"{Q}.lora_embedding_A": (4, 6), f"{Q}.lora_embedding_B": (8, 4)}),
        ({}, {"model.v_proj.lora_A": (4, 6), "model.v_proj.lora_B": (8, 4)}),
        ({}, {"model.norm.lora_A": (4, 6), "model.norm.lora_B": (6, 4)}),
        ({}, {}),
    ],
)
def test_an_adapter_that_does_not_fit_is_refused(
    base: Path, tmp_path: Path, config: dict[str, Any], arrays: dict[str, tuple[int, int]]
) -> None:
    adapter = write_adapter(tmp_path / "adapter", {name: numbers(*shape) for name, shape in arrays.items()}, **config)
    with pytest.raises(ModelError) as caught:
        merge(base, adapter)
    assert caught.value.fault is ModelFault.NOT_MERGEABLE


def test_weights_of_integers_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "base" / "model.safetensors", {f"{Q}.weight": np.zeros((8, 6), np.int64)})
    (tmp_path / "base" / "config.json").touch()
    arrays = {f"{Q}.lora_A": numbers(4, 6), f"{Q}.lora_B": numbers(8, 4)}
    with pytest.raises(ModelError, match="I64"):
        merge(tmp_path / "base", write_adapter(tmp_path / "adapter", arrays))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("peft_type", "LOHA"),
        ("bias", "all"),
        ("use_dora", True),
        ("modules_to_save", ["lm_head"]),
        ("init_lora_weights", "pissa_niter_4"),
        ("layer_replication", [[0, 4]]),
        ("something_new", 1.5),
        ("r", 0),
        ("r", "4"),
        ("lora_alpha", None),
        ("rank_pattern", {"(a+)+$": 4}),
        ("rank_pattern", [1]),
        ("alpha_pattern", {"q_proj": float("inf")}),
    ],
)
def test_settings_that_no_sum_of_weights_gives_are_refused(key: str, value: Any) -> None:
    parse_lora_settings(json.dumps({**CONFIG, "use_dora": False, "layer_replication": None, "eva_config": {}}).encode())
    with pytest.raises(RemoteError, match=key):
        parse_lora_settings(json.dumps({**CONFIG, key: value}).encode())


@pytest.mark.parametrize("octets", [b"", b"{", b"[]", b"{}", b"[" * 100_000, b"\xff"])
def test_settings_that_are_none_are_refused(octets: bytes) -> None:
    with pytest.raises(RemoteError):
        parse_lora_settings(octets)


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\xff" * 8,
        struct.pack("<Q", 2) + b"[]",
        struct.pack("<Q", 9) + b"{}",
        struct.pack("<Q", 12) + b'{"a": {}}   ',
        *(
            struct.pack("<Q", len(head)) + head + bytes(16)
            for row in (
                {"dtype": "F32", "shape": [4], "data_offsets": [0, 12]},
                {"dtype": "F32", "shape": [5], "data_offsets": [0, 20]},
                {"dtype": "F32", "shape": [-1, -4], "data_offsets": [0, 16]},
                {"dtype": "F32", "shape": [2**62, 4], "data_offsets": [0, 2**66]},
                {"dtype": "F32", "shape": [4], "data_offsets": [-16, 0]},
                {"dtype": "Q4", "shape": [4], "data_offsets": [9, 4]},
            )
            for head in (json.dumps({"a": row}).encode(),)
        ),
    ],
)
def test_what_is_no_safetensors_file_is_refused(tmp_path: Path, octets: bytes) -> None:
    (tmp_path / "x.safetensors").write_bytes(octets)
    with pytest.raises(ModelError) as caught:
        tensor_places(tmp_path / "x.safetensors")
    assert caught.value.fault is ModelFault.MALFORMED


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_tensors_are_what_the_format_s_own_library_reads(tmp_path: Path, dtype: str) -> None:
    torch = pytest.importorskip("torch")
    safetensors = pytest.importorskip("safetensors.torch")
    values = torch.randn(50, 7, generator=torch.Generator().manual_seed(1)) * 10
    tensor = values.to(getattr(torch, dtype))
    safetensors.save_file({"other": torch.zeros(3), "w": tensor}, tmp_path / "x.safetensors")
    place = tensor_places(tmp_path / "x.safetensors")["w"]
    np.testing.assert_array_equal(place.read(), tensor.float().numpy())
    changed = values * 1.37
    changed[0, :2] = torch.tensor([1 + 2**-8, 1 + 3 * 2**-8])  # halfway between two of bfloat16
    place.write(changed.numpy())
    loaded = safetensors.load_file(tmp_path / "x.safetensors")["w"]
    assert torch.equal(loaded, changed.to(getattr(torch, dtype)))  # torch rounds to nearest even, too


def test_a_merged_model_computes_what_the_adapter_beside_it_does(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(5)
    config = transformers.LlamaConfig(
        vocab_size=64, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2
    )
    model = transformers.LlamaForCausalLM(config).eval()
    model.save_pretrained(tmp_path / "base")
    arrays: Arrays = {}
    for name, layer in model.named_modules():
        if not name.endswith(("q_proj", "down_proj")):
            continue
        arrays[f"{name}.lora_A"] = down = numbers(4, layer.in_features)
        arrays[f"{name}.lora_B"] = up = numbers(layer.out_features, 4)

        def beside(_layer: Any, inputs: Any, output: Any, a: Any = down, b: Any = up) -> Any:
            return output + 1.5 * inputs[0] @ torch.from_numpy(a).T @ torch.from_numpy(b).T

        layer.register_forward_hook(beside)
    merge_adapter(tmp_path / "base", write_adapter(tmp_path / "adapter", arrays), tmp_path / "merged")
    merged = transformers.LlamaForCausalLM.from_pretrained(tmp_path / "merged").eval()
    tokens = torch.arange(20)[None]
    with torch.no_grad():
        torch.testing.assert_close(merged(tokens).logits, model(tokens).logits, rtol=1e-4, atol=1e-4)


def test_a_tensor_without_end_is_refused(tmp_path: Path) -> None:
    head = b'{"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, Infinity]}}'
    (tmp_path / "x.safetensors").write_bytes(struct.pack("<Q", len(head)) + head + bytes(16))
    with pytest.raises(ModelError):
        tensor_places(tmp_path / "x.safetensors")


def test_a_number_that_no_float_holds_is_refused() -> None:
    with pytest.raises(RemoteError, match="lora_alpha"):
        parse_lora_settings(b'{"r": 1, "lora_alpha": 1' + b"0" * 400 + b"}")
