"""A model's tensors as the scrubber sees them: in memory, and on disk."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from flatsat.errors import EngineError


class TorchTensor:
    """A WeightTensor on any device. `tensor` has to be contiguous; its octets are seen where they lie."""

    def __init__(self, name: str, tensor: torch.Tensor) -> None:
        self._octets = tensor.detach().view(-1).view(torch.uint8)
        self.name, self.octets, self.element_octets = name, self._octets.numel(), tensor.element_size()

    def read(self, begin: int, end: int) -> NDArray[np.uint8]:
        """Return octets `begin` to `end`, uint8 (end - begin,); fewer where it ends before."""
        octets: NDArray[np.uint8] = self._octets[begin:end].cpu().numpy()
        return octets

    def write(self, begin: int, octets: NDArray[np.uint8]) -> None:
        """Put uint8 `octets` in from `begin` on."""
        self._octets[begin : begin + len(octets)] = torch.from_numpy(octets)


def parameters(model: Any) -> list[TorchTensor]:
    """Return what a model has learnt; weights that are used in two places come once."""
    return [TorchTensor(name, tensor) for name, tensor in model.named_parameters()]


def stored_octets(directory: Path, dtype: torch.dtype, name: str) -> NDArray[np.uint8]:
    """Return a tensor's octets as a model's directory holds them. Raises EngineError."""
    try:
        for path in sorted(directory.glob("*.safetensors")):
            _forget_cached(path)
            with safe_open(path, framework="pt") as file:
                if name in file.keys():  # noqa: SIM118
                    tensor = file.get_tensor(name).to(dtype).contiguous()
                    octets: NDArray[np.uint8] = tensor.view(-1).view(torch.uint8).numpy().copy()
                    return octets
    except (OSError, SafetensorError) as error:
        raise EngineError(f"weights {name} cannot be read from {directory}: {error}") from error
    raise EngineError(f"weights {name} have changed, and {directory} does not hold them")


def _forget_cached(path: Path) -> None:
    """Have the next read come from the disk: pages of the file that are kept in memory suffer like any memory."""
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
