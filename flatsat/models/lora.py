"""LoRA adapters in peft's format, added to the weights they were trained on: W + scale B A (Hu et al. 2021, 4.1)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from flatsat.models.errors import ModelError
from flatsat.models.safetensors_file import TensorPlace, tensor_places
from flatsat.models.tree import model_paths
from protocol.model_messages import ModelFault
from protocol.model_package.lora_settings import CONFIG_FILE, WEIGHTS_FILE, LoraSettings, parse_lora_settings

_PREFIX = "base_model.model."
_A, _B = ".lora_A.weight", ".lora_B.weight"


def merge_adapter(base: Path, adapter: Path, merged: Path) -> None:
    """Make `merged` a copy of the model directory `base` whose weights have `adapter` added.

    The sum is taken in float32 and rounded once to the type of the base. Memory is that of the largest tensor.
    Raises RemoteError if its settings are none that can be added, ModelError if it does not fit the base, OSError.
    """
    settings = parse_lora_settings((adapter / CONFIG_FILE).read_bytes())
    for path in model_paths(base):
        (merged / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(base / path, merged / path)
    places: dict[str, TensorPlace] = {}
    for file in merged.glob("*.safetensors"):
        places |= tensor_places(file)
    for module, down, up in _pairs(tensor_places(adapter / WEIGHTS_FILE)):
        weight = places.get(f"{module}.weight")
        if weight is None:
            raise _unfit(module, "the base has no such weight")
        weight.write(weight.read() + _change(module, down, up, weight.shape, settings))


def _pairs(places: Mapping[str, TensorPlace]) -> Iterator[tuple[str, TensorPlace, TensorPlace]]:
    """Yield module, A and B of each module that the adapter changes."""
    modules = sorted(name[len(_PREFIX) : -len(_A)] for name in places if name.startswith(_PREFIX) and name.endswith(_A))
    expected = {f"{_PREFIX}{module}{part}" for module in modules for part in (_A, _B)}
    odd = sorted(expected ^ places.keys())
    if odd or not modules:
        raise ModelError(ModelFault.NOT_MERGEABLE, f"{WEIGHTS_FILE} is not pairs of A and B: {odd[:3]}")
    for module in modules:
        yield module, places[f"{_PREFIX}{module}{_A}"], places[f"{_PREFIX}{module}{_B}"]


def _change(
    module: str, down: TensorPlace, up: TensorPlace, shape: tuple[int, ...], settings: LoraSettings
) -> NDArray[np.float32]:
    """Return scale B A in the shape of the weight: (out, in), or (in, out) where that is how the base keeps it."""
    rank = settings.rank(module)
    out_in = shape[::-1] if settings.fan_in_fan_out else shape
    if len(shape) != 2 or (up.shape, down.shape) != ((out_in[0], rank), (rank, out_in[1])):
        raise _unfit(module, f"A is {down.shape}, B is {up.shape}, for rank {rank} and a weight of {shape}")
    change = np.float32(settings.scale(module)) * (up.read() @ down.read())
    return change.T if settings.fan_in_fan_out else change


def _unfit(module: str, reason: str) -> ModelError:
    return ModelError(ModelFault.NOT_MERGEABLE, f"{module}: {reason}")
